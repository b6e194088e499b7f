import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.audits import pooled_rates
from keras_entropy.attacks.audits import worst_off
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.pair_results import pair_results
from keras_entropy.attacks.audits.slices import ENTIRE
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics.roc import descending
from keras_entropy.shadow import complementary_pairs

FPR = 0.01


def measured(values, membership):
    part = Partition((ENTIRE,), np.zeros(membership.shape, int))
    order = descending(values.reshape(-1))
    return Measurement(Scores(values), membership, part, order), part


def operating_point(values, membership, kind=ENTIRE):
    """The rate of a game's attack, at thresholds as `kind` sets them."""
    scores = Scores(values)
    part = Partition((kind,), np.zeros(membership.shape, int))
    rates = None
    if kind == pooled_rates.POOLED:
        rates = pooled_rates.rates(scores, membership)
    elif kind == worst_off.WORST_OFF:
        # Any records do: those of a loss that knows nothing of the scores.
        loss = np.random.default_rng(len(values)).normal(size=values.shape)
        part = worst_off.partition(loss, membership)
        rates = worst_off.rates(scores, membership, part)
    found = Measurement(scores, membership, part, descending(values.reshape(-1)))
    levels = {"level": FPR}
    ((result,), _) = pair_results(
        ATTACK_TABLE["loss"], found, part, 0.95, levels, rates
    )
    return result.tpr_at_fpr["level"]


def rare(share, kinds):
    """Scores of which a share is above all others: of so many kinds."""

    def draw(rng, shape):
        return np.where(rng.random(shape) < share, 1 + rng.integers(0, kinds, shape), 0)

    return draw


# The share of a population above the threshold: that of the level, or what ties allow.
LAWS = {
    "no ties": (lambda rng, shape: rng.normal(size=shape), FPR),
    "one decimal": (
        lambda rng, shape: rng.normal(size=shape).round(1),
        float(stats.norm.sf(2.35)),
    ),
    "one in a thousand": (rare(0.001, 1), 0.001),
    "one in 300": (rare(0.003, 1), 0.003),
    "one in 300, no ties": (rare(0.003, 10**6), 0.003),
    "one in 20": (rare(0.05, 1), 0.0),
    "constant": (rare(0.0, 1), 0.0),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(
    ("kind", "models", "examples"),
    [
        (ENTIRE, 6, 400),
        (pooled_rates.POOLED, 16, 76),
        (worst_off.WORST_OFF, 16, 300),
    ],
)
def test_without_signal_the_rate_is_that_of_the_population(law, kind, models, examples):
    """At least 95 % of the intervals hold it, and none is a point.

    Where they were those of Student's t alone, 70 % held one in 500 of the pooled
    kind, and 30 % were points: no member was found in any pair.
    """
    draw, truth = LAWS[law]
    membership = complementary_pairs(examples, models, seed=0).membership
    rng = np.random.default_rng(5)
    runs, held, above = 100, 0, 0
    for _ in range(runs):
        values = draw(rng, membership.shape).astype(float)
        found = operating_point(values, membership, kind)
        held += found.low <= truth <= found.high
        above += found.low > FPR
        assert found.low <= found.tpr <= found.high
        assert found.high - found.low > 1e-3
    assert stats.binom.cdf(held, runs, 0.95) > 1e-3
    assert stats.binom.sf(above - 1, runs, 0.025) > 1e-3


def test_pairs_that_agree_are_no_more_certain_than_their_members():
    membership = complementary_pairs(400, 6, seed=0).membership
    nobody = operating_point(np.zeros(membership.shape), membership)
    # 1,200 members of six models, none of them found.
    exact = stats.binomtest(0, 1200).proportion_ci(0.95, method="exact")
    assert (nobody.tpr, nobody.low, nobody.high) == pytest.approx((0, 0, exact.high))
    everybody = operating_point(membership.astype(float), membership)
    assert (everybody.tpr, everybody.low, everybody.high) == pytest.approx(
        (1, 1 - exact.high, 1)
    )
    # Where other pairs chose the records, as many as are left of them.
    values = membership.astype(float)
    chosen = operating_point(values, membership, worst_off.WORST_OFF)
    members = 6 * 10 // 4
    fewer = stats.binomtest(members, members).proportion_ci(0.95, method="exact")
    assert (chosen.tpr, chosen.high) == (1, 1)
    assert chosen.low == pytest.approx(fewer.low, abs=0.05)


def test_the_rate_is_without_what_the_curves_bend_adds():
    membership = complementary_pairs(400, 8, seed=0).membership
    values = np.random.default_rng(6).normal(size=(8, 400)) + 1.5 * membership
    found, part = measured(values, membership)
    levels = {"level": 0.1}
    ((result,), _) = pair_results(ATTACK_TABLE["loss"], found, part, 0.95, levels)
    point = result.tpr_at_fpr["level"]
    plain = found.rates(0.1)[0][:, 0]
    straight = plain - found.bend(0.1)[:, 0]
    assert point.tpr == pytest.approx(straight.mean())
    assert point.tpr != pytest.approx(plain.mean(), abs=1e-4)
    # As the bend is known by a second order alone, the interval is of both.
    for rates in (plain, straight):
        pairs = rates.reshape(4, 2).mean(axis=1)
        law = stats.t(3, pairs.mean(), stats.sem(pairs))
        low, high = law.interval(0.95)
        assert point.low <= low + 1e-12
        assert point.high >= high - 1e-12


def test_no_rate_is_above_one():
    membership = complementary_pairs(400, 8, seed=0).membership
    values = membership + np.random.default_rng(7).random((8, 400)) / 2
    # The first pair misses a tenth of its members, the others none.
    values[:2][membership[:2] & (np.arange(400) % 10 == 0)] = -1.0
    point = operating_point(values, membership)
    assert point.tpr == pytest.approx(0.975, abs=1e-3)
    assert point.low < 0.95
    assert point.high == 1


def test_pairs_that_learn_from_each_other_are_less_sure_of_the_auc_they_all_show():
    membership = complementary_pairs(100, 8, seed=0).membership
    found, part = measured(np.zeros(membership.shape), membership)
    alone, learned = (
        pair_results(ATTACK_TABLE[name], found, part, 0.95, {})[0][0]
        for name in ("loss", "lira_online")
    )
    assert alone.auc == learned.auc == 0.5
    # Of four pairs the variance is 2 * 3 / 2 times as large.
    ratio = (learned.auc_high - learned.auc) / (alone.auc_high - alone.auc)
    assert ratio == pytest.approx(np.sqrt(3))


@pytest.mark.parametrize("slices", [1, 2, 5])
def test_slices_share_the_error_of_their_intervals(slices):
    """Bonferroni: all hold together as often as is said."""
    membership = complementary_pairs(300, 8, seed=0).membership
    rng = np.random.default_rng(7)
    codes = np.broadcast_to(rng.integers(0, slices, 300), membership.shape)
    part = Partition(tuple(f"class={number}" for number in range(slices)), codes)
    values = rng.normal(size=membership.shape) + 0.2 * membership
    tied = np.zeros(membership.shape)
    results, nobody = (
        pair_results(
            ATTACK_TABLE["loss"],
            Measurement(
                Scores(scores), membership, part, descending(scores.reshape(-1))
            ),
            part,
            0.9,
            {"level": 0.5},
        )[0]
        for scores in (values, tied)
    )
    own = 1 - 0.1 / slices
    for number, (result, tie) in enumerate(zip(results, nobody, strict=True)):
        here, curve = codes[0] == number, result.curve
        curves = [
            metrics.roc_curve(member[here], scores[here])[:2]
            for member, scores in zip(membership, values, strict=True)
        ]
        areas = [metrics.auc(*one) for one in curves]
        heights = [np.interp(curve.fpr, *one) for one in curves]
        for found, low, high in (
            (areas, result.auc_low, result.auc_high),
            (heights, curve.low, curve.high),
        ):
            pairs = np.reshape(found, (4, 2, -1)).mean(axis=1)
            half = stats.t.ppf((1 + own) / 2, 3) * stats.sem(pairs)
            middle = pairs.mean(axis=0)
            np.testing.assert_allclose(low, np.maximum(middle - half, 0), atol=1e-12)
            np.testing.assert_allclose(high, np.minimum(middle + half, 1), atol=1e-12)
        # Nobody of so many is found.
        exact = stats.binomtest(0, int(membership[:, here].sum()))
        rate = tie.tpr_at_fpr["level"]
        most = exact.proportion_ci(own, method="exact").high
        assert (rate.tpr, rate.high) == pytest.approx((0, most))
