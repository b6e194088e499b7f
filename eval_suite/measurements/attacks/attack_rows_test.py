import numpy as np
import pytest

from eval_suite.measurements.attacks.attack_rows import record_results
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted


@pytest.fixture(scope="module")
def tables():
    sides = planted.planted(0.5, "rival", np.random.default_rng(0))
    audit = audit_outputs(
        *sides,
        attacks=("loss", "entropy", "label_only"),
        slices=("entire", "correctness", "class"),
    )
    found = {"attack": [], "curve": []}

    def record(table, **fields):
        found[table].append(fields)

    record_results(record, "M-1", audit.attacks, "entropy", "entropy")
    return found


def _kinds(rows):
    return {(row["attack"], row["slice"].partition("=")[0]) for row in rows}


def test_every_attack_is_told_of_the_entire_set_and_two_of_the_slices(tables):
    slices = ("correct", "incorrect", "class")
    expected = {(attack, "entire") for attack in ("loss", "entropy", "label_only")}
    expected |= {(attack, part) for attack in ("loss", "entropy") for part in slices}
    assert _kinds(tables["attack"]) == expected
    curves = {("loss", "entire"), ("entropy", "entire")}
    assert _kinds(tables["curve"]) == curves | {("entropy", part) for part in slices}
    assert {row["defense"] for table in tables.values() for row in table} == {"M-1"}


def test_curves_have_the_area_that_the_row_says(tables):
    rows = {(row["attack"], row["slice"]): row for row in tables["attack"]}
    for curve in tables["curve"]:
        fpr, tpr = np.array(curve["fpr"]), np.array(curve["tpr"])
        area = np.sum(np.diff(fpr) * (tpr[1:] + tpr[:-1]) / 2)
        auc = rows[curve["attack"], curve["slice"]]["auc"]
        assert area == pytest.approx(auc, abs=0.02)
        assert len(fpr) <= (100 if curve["slice"] == "entire" else 25)
        assert curve["tpr_low"] is None  # one model has no band
