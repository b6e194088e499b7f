import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks.statistics.smallest_detectable import minimum_detectable_auc
from keras_entropy.attacks.statistics.smallest_detectable import (
    minimum_detectable_difference,
)


@pytest.mark.parametrize(("size", "rise"), [(500, 0.045), (1000, 0.032), (10000, 0.01)])
def test_known_rises(size, rise):
    assert minimum_detectable_auc(size, size) == pytest.approx(0.5 + rise, abs=6e-4)


def test_rises_of_few_examples_are_those_of_the_exact_variances():
    quantiles = stats.norm.isf(0.05) + stats.norm.ppf(0.8)
    rise = quantiles * np.sqrt((20 + 30 + 1) / (12 * 20 * 30))
    assert minimum_detectable_auc(20, 30) == pytest.approx(0.5 + rise)
    other = stats.norm.isf(0.1) + stats.norm.ppf(0.6)
    found = minimum_detectable_auc(20, 30, power=0.6, level=0.1)
    assert found == pytest.approx(0.5 + rise * other / quantiles)
    values = [0.1, 0.4, 0.2, 0.7]
    law = stats.t(3, scale=stats.sem(values))
    assert minimum_detectable_difference(values) == pytest.approx(
        law.isf(0.05) + law.ppf(0.8)
    )


def test_no_auc_above_one_is_asked_for():
    assert minimum_detectable_auc(1, 1) == 1.0


def test_detectable_auc_is_detected_four_times_in_five():
    rng = np.random.default_rng(0)
    auc = minimum_detectable_auc(300, 200)
    shift = np.sqrt(2) * stats.norm.ppf(auc)
    hits = [
        stats.mannwhitneyu(
            rng.normal(shift, 1, 300), rng.normal(0, 1, 200), alternative="greater"
        ).pvalue
        < 0.05
        for _ in range(400)
    ]
    assert stats.binomtest(sum(hits), 400, 0.8).pvalue > 1e-3


def test_detectable_difference_is_detected_four_times_in_five():
    rng = np.random.default_rng(1)
    # The spread is estimated from the same pairs, so use the mean square of many.
    sizes = [minimum_detectable_difference(rng.normal(size=8)) for _ in range(500)]
    shift = np.sqrt(np.mean(np.square(sizes)))
    hits = [
        stats.ttest_1samp(rng.normal(shift, 1, 8), 0, alternative="greater").pvalue
        < 0.05
        for _ in range(400)
    ]
    assert np.mean(hits) == pytest.approx(0.8, abs=0.08)
