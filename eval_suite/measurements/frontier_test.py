import numpy as np
import pytest

from eval_suite.measurements.frontier import Frontier
from keras_entropy.search.tradeoff import Point


def test_rows_hold_means_and_intervals():
    values = np.array([0.5, 0.6, 0.55, 0.55])
    point = Point("a", "loss", values, values, values, np.zeros(4), True)
    found = Frontier([point], [False])
    (row,) = found.rows()
    assert row["auc"] == pytest.approx(0.55)
    # t interval: 3.182 standard errors of four values.
    half = 3.1824 * values.std(ddof=1) / 2
    assert row["auc_high"] - row["auc"] == pytest.approx(half, rel=1e-3)
    assert row["ece_low"] == row["ece_high"] == 0
    assert row["dominated"] is False
    assert found.get("a") is point
    with pytest.raises(KeyError, match="Known: "):
        found.get("b")
