"""What is told of the records that are most exposed."""

import dataclasses

import numpy as np
import pytest

from eval_suite.measurements.records.worst_off import worst_off_row
from keras_entropy.attacks import audit_game

HARD = 80  # records of whom answers vary widely, members or not


@pytest.fixture(scope="module")
def audit():
    """A game without a signal, in which some records are harder than others."""
    random = np.random.default_rng(0)
    models, examples = 16, 800
    logits = random.normal(size=(models, examples, 3))
    logits[:, :HARD] *= 6
    outputs = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    first = random.permuted(
        np.tile([True, False], (models // 2, examples // 2)), axis=1
    )
    membership = np.stack([first, ~first], axis=1).reshape(models, examples)
    labels = random.integers(0, 3, examples)
    return audit_game(
        *(outputs.astype("float32"), labels, membership),
        slices=("entire", "worst_off"),
        attacks=("lira_online", "rmia_online"),
    )


def parts(audit, name):
    return [result for result in audit.attacks if result.slice == name]


def test_who_is_found_stands_beside_who_is_accused_falsely(audit):
    row = worst_off_row(parts(audit, "worst_off"), parts(audit, "entire"))
    assert row["auc_low"] <= 0.5 <= row["auc_high"]
    # Many of the hard are "found" at 1 % of all non-members, and as many accused.
    assert row["realised_fpr"] > 0.02
    assert row["tpr_low"] <= row["realised_fpr"] <= row["tpr_high"]


def test_too_few_have_no_rates(audit):
    exposed = [
        dataclasses.replace(result, tpr_at_fpr={"0.01": None})
        for result in parts(audit, "worst_off")
    ]
    row = worst_off_row(exposed, parts(audit, "entire"))
    assert row["tpr"] is row["tpr_low"] is row["realised_fpr"] is None
