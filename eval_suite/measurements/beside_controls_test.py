from types import SimpleNamespace

import numpy as np
import pytest
from scipy import stats

from eval_suite.measurements.beside_controls import beside_controls
from eval_suite.subjects.measured import Correctness
from keras_entropy.attacks import Headline

RNG = np.random.default_rng(0)
AUC = {
    "hamp": 0.6 + RNG.normal(scale=0.01, size=8),
    "reference-only": 0.5 + RNG.normal(scale=0.01, size=8),
}
RIGHT = {
    "hamp": 0.95 + RNG.normal(scale=0.01, size=(8, 2)),
    "reference-only": 0.96 + RNG.normal(scale=0.01, size=(8, 2)),
}


def headline(values):
    return Headline("loss", ("loss", "loss"), values.mean(), 0, 1, 0, values)


def comparison(reason=None):
    subject = SimpleNamespace(
        reason_without=lambda part: reason,
        correctness=lambda name: Correctness(RIGHT[name], degrees=7),
    )
    return SimpleNamespace(
        subject=subject,
        names=["hamp", "reference-only"],
        attacked=lambda name: SimpleNamespace(strongest=headline(AUC[name])),
    )


def test_the_weaker_of_two_paired_tests_decides():
    controls = ("reference-only", "with-reference")  # The second is not in the run.
    (row,) = beside_controls(comparison(), "hamp", controls)
    leaks = stats.ttest_rel(AUC["hamp"], AUC["reference-only"], alternative="greater")
    right = {name: values.mean(axis=1) for name, values in RIGHT.items()}
    accurate = stats.ttest_rel(
        right["reference-only"], right["hamp"], alternative="greater"
    )
    assert leaks.pvalue < accurate.pvalue
    assert row["p_value"] == pytest.approx(accurate.pvalue)
    difference = (right["hamp"] - right["reference-only"]).mean()
    assert row["difference_accuracy"] == pytest.approx(difference)
    assert row["difference_auc"] > 0.08


def test_without_pairs_nothing_is_paired():
    assert beside_controls(comparison("no pairs"), "hamp", ("reference-only",)) == []
