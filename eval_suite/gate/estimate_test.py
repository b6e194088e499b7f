import math

import numpy as np
import pytest
from scipy import stats

from eval_suite.gate.estimate import Estimate


@pytest.mark.parametrize("degrees", [3, 7, math.inf])
def test_interval_reads_back(degrees):
    estimate = Estimate.from_interval(0.6, 0.55, 0.7, degrees)
    assert estimate.lower(0.025) == pytest.approx(0.55)
    assert estimate.upper(0.025) == pytest.approx(0.7)


def test_t_test_of_scipy():
    values = np.random.default_rng(0).normal(0.02, 0.03, 8)
    error = values.std(ddof=1) / np.sqrt(8)
    estimate = Estimate(values.mean(), error, error, 7)
    expected = stats.ttest_1samp(values, 0.01, alternative="greater").pvalue
    assert estimate.p_above(0.01) == pytest.approx(expected)


@pytest.mark.parametrize("level", [0.01, 0.001])
@pytest.mark.parametrize("limit", [0.5, 0.56, 0.57, 0.6])
def test_bound_and_p_value_agree(level, limit):
    estimate = Estimate(0.6, 0.015, 0.02)
    assert (estimate.lower(level) > limit) == (estimate.p_above(limit) < level)


def test_without_error_the_value_decides():
    sure = Estimate(0.3, 0.0, 0.0)
    assert sure.p_above(0.3) == 1.0
    assert sure.p_above(0.29) == 0.0
    assert sure.lower(0.01) == sure.upper(0.01) == 0.3


def test_negated_swaps_the_sides():
    estimate = Estimate(0.9, 0.01, 0.03)
    assert estimate.negated().upper(0.05) == pytest.approx(-estimate.lower(0.05))
