import math

import numpy as np
import pytest
from scipy import stats

from eval_suite.gate.estimate import Estimate
from keras_entropy.attacks.statistics.auc_estimate import AucEstimate
from keras_entropy.attacks.statistics.roc import RocFamily


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


@pytest.mark.parametrize("side", [10, 20])
def test_one_attack_on_few_examples_gives_at_most_one_false_alarm_in_100(side):
    # At a limit of 0.5, which is the truth, and just below, where none should pass.
    rng = np.random.default_rng(9)
    runs, count = 20_000, 2 * side
    member = np.tile(np.arange(count) < side, runs)
    groups = np.repeat(np.arange(runs), count)
    roc = RocFamily(rng.normal(size=runs * count), member, groups, runs)
    auc, terms = roc.auc(), np.stack(roc.placement_variances())
    alarms = passes = 0
    # Nearer to a half than 1.2 deviations nothing is shown.
    shown = abs(auc - 0.5) > 1.2 * np.sqrt((count + 1) / 12) / side
    for run in np.flatnonzero(shown):
        found = AucEstimate.of_folds(
            *(part[..., [run]] for part in (auc, terms, roc.members, roc.nonmembers))
        )
        estimate = Estimate.from_interval(found.value, *found.interval())
        alarms += estimate.lower(0.01) > 0.5
        passes += estimate.upper(0.05) < 0.5
    assert stats.binom.sf(alarms - 1, runs, 0.01) > 1e-3
    assert stats.binom.sf(passes - 1, runs, 0.05) > 1e-3


def test_without_error_the_value_decides():
    sure = Estimate(0.3, 0.0, 0.0)
    assert sure.p_above(0.3) == 1.0
    assert sure.p_above(0.29) == 0.0
    assert sure.lower(0.01) == sure.upper(0.01) == 0.3


def test_negated_swaps_the_sides():
    estimate = Estimate(0.9, 0.01, 0.03)
    assert estimate.negated().upper(0.05) == pytest.approx(-estimate.lower(0.05))
