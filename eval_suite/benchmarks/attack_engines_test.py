import importlib.util

import numpy as np
import pytest

from eval_suite.benchmarks import attack_engines


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow_privacy") is None,
    reason="TensorFlow Privacy needs Python < 3.12",
)
def test_runs_both_engines():
    attacks = {"thresholds": ("loss", "entropy"), "loss": ("loss",)}
    seconds = attack_engines.measure(400, 200, attacks, ("entire",), 3)
    assert seconds.shape == (3, 2, 2)
    assert (seconds > 0).all()


def test_ratios_are_medians_of_rounds():
    seconds = np.ones((3, 4, 2))
    seconds[:, 1, 1] = [10, 30, 20]
    lines, ratios = attack_engines.table(seconds, attack_engines.TIMED_ATTACKS)
    assert ratios["logistic"] == 20
    assert ratios["mlp"] == 1
    assert ratios["total"] == pytest.approx((3 + 20) / 4)
    assert "20.0x   [10.0, 30.0]" in lines[2]


def test_floors():
    ratios = dict.fromkeys((*attack_engines.TIMED_ATTACKS, "total"), 7.0)
    assert attack_engines.too_slow(ratios) == []
    assert attack_engines.too_slow(ratios | {"mlp": 5.9}) == ["mlp"]
    assert attack_engines.too_slow(ratios | {"total": np.nan}) == ["total"]
