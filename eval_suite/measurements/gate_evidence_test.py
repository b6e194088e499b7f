import types

import numpy as np
import pytest
from scipy import stats

from eval_suite.measurements.gate_evidence import accuracy_drop
from eval_suite.subjects.measured import Correctness


def test_drop_is_the_paired_difference_and_its_error():
    rng = np.random.default_rng(0)
    base, defended = rng.random((2, 8, 2))
    right = {
        "base": Correctness(base, degrees=7),
        "M-1": Correctness(defended, degrees=7),
    }
    subject = types.SimpleNamespace(correctness=right.__getitem__)
    found = accuracy_drop(subject, "M-1")
    units = (base - defended).mean(axis=1)
    assert found["value"] == pytest.approx(base.mean() - defended.mean())
    assert found["error"] == pytest.approx(stats.sem(units))
    assert (found["defense"], found["degrees"]) == ("M-1", 7)
    assert accuracy_drop(subject, "base")["error"] == 0.0
