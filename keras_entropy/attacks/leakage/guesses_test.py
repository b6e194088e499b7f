import math

import numpy as np
import pytest
from scipy import integrate
from scipy import optimize
from scipy import special
from scipy import stats

from keras_entropy.attacks.leakage.guesses import _least_false
from keras_entropy.attacks.leakage.guesses import better_theorem
from keras_entropy.attacks.leakage.guesses import gaussian_epsilon
from keras_entropy.attacks.leakage.guesses import is_tail_refuted
from keras_entropy.attacks.leakage.guesses import p_value
from keras_entropy.attacks.leakage.guesses import refuted_epsilon
from keras_entropy.attacks.leakage.guesses import refuted_mu

COUNTS = [
    (10, 10, 10),
    (60, 80, 100),
    (95, 100, 100),
    (300, 500, 1000),
    (1, 3, 5),
    (0, 5, 9),
]


@pytest.mark.parametrize(("correct", "guesses", "records"), COUNTS)
def test_without_delta_the_bound_is_the_closed_form(correct, guesses, records):
    chance = special.expit(0.7)
    exact = stats.binomtest(correct, guesses, chance, alternative="greater").pvalue
    assert p_value(correct, guesses, records, 0.7, 0.0) == pytest.approx(exact)
    # Clopper and Pearson's limit of the share of right guesses.
    low = stats.beta.ppf(0.05, correct, guesses - correct + 1) if correct else 0
    expected = max(0.0, special.logit(low))
    found = refuted_epsilon(correct, guesses, records, delta=0.0, level=0.05)
    assert found == pytest.approx(expected, abs=1e-9)


def test_the_tail_with_delta_is_the_theorems():
    # f(v) + 2 m delta max over i of (f(v - i) - f(v)) / i, term by term.
    correct, guesses, records, epsilon, delta = 18, 20, 50, 1.0, 1e-3
    chance = special.expit(epsilon)

    def f(v):
        return sum(
            math.comb(guesses, k) * chance**k * (1 - chance) ** (guesses - k)
            for k in range(max(v, 0), guesses + 1)
        )

    slope = max((f(correct - i) - f(correct)) / i for i in range(1, records + 1))
    expected = f(correct) + 2 * records * delta * slope
    found = p_value(correct, guesses, records, epsilon, delta, theorem="binomial")
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("theorem", ["binomial", "trade-off"])
@pytest.mark.parametrize("counts", [(1, 1, 1), (1, 1, 40), (18, 20, 50), (50, 50, 50)])
def test_a_delta_of_1_allows_everything(theorem, counts):
    # All records may be published: nothing that is seen speaks against that.
    assert p_value(*counts, 0.0, 1.0, theorem=theorem) == pytest.approx(1)
    bound = refuted_epsilon(*counts, delta=1.0, level=0.05, theorem=theorem)
    assert bound == 0


@pytest.mark.parametrize("theorem", ["binomial", "trade-off"])
def test_no_right_guess_refutes_nothing(theorem):
    for counts in ((0, 0, 7), (0, 1, 1), (0, 9, 9)):
        for delta in (0.0, 1e-3):
            options = {"delta": delta, "theorem": theorem}
            assert p_value(*counts, 0.0, **options) == 1
            assert refuted_epsilon(*counts, level=0.05, **options) == 0


def test_p_values_stay_in_range():
    # What is less likely than e^-50 is not told apart.
    found = p_value(300, 300, 300, 0.0, 0.0, theorem="trade-off")
    assert found == pytest.approx(math.exp(-50), rel=1e-9, abs=0)
    for theorem in ("binomial", "trade-off"):
        assert 0.99 < p_value(1, 10, 10, 1.0, 1e-3, theorem=theorem) <= 1
        assert p_value(9, 10, 10, 0.0, 0.9, theorem=theorem) == 1


@pytest.mark.parametrize(("epsilon", "delta"), [(1.0, 0.01), (0.2, 0.3)])
def test_the_trade_off_is_its_own_inverse(epsilon, delta):
    # f(f(a)) = a of a symmetric trade-off; the least false alarms of a power are f(1 -
    # it), of which the steep half has slope e^epsilon.
    least_false = _least_false(epsilon, delta)
    power = np.linspace(delta + 1e-6, 1, 101)
    found = np.array([least_false(p) for p in power])
    back = [1 - least_false(1 - a) for a in found]
    np.testing.assert_allclose(back, power, rtol=1e-12)
    assert found[-1] == pytest.approx(1 - delta)
    assert (found[-1] - found[-2]) / (power[-1] - power[-2]) == pytest.approx(
        math.exp(epsilon)
    )
    assert least_false(delta / 2) == 0


def share_above(truth, counts, bound):
    """How often a bound is above the truth, and the most that chance allows."""
    values, runs = np.unique(counts, return_counts=True)
    above = sum(n for v, n in zip(values, runs, strict=True) if bound(int(v)) > truth)
    total = runs.sum()
    return above / total, stats.binom.ppf(0.999, total, 0.05) / total


@pytest.mark.parametrize("epsilon", [0.5, 2.0])
def test_randomised_response_attains_the_bound(epsilon):
    # Each coin is told rightly with probability e^eps / (1 + e^eps), the most allowed.
    rng = np.random.default_rng(0)
    coins = rng.random((8000, 300)) < 0.5
    told = coins ^ (rng.random(coins.shape) > special.expit(epsilon))
    correct = (told == coins).sum(axis=1)

    def bound(count):
        return refuted_epsilon(count, 300, 300, delta=0.0, level=0.05)

    share, most = share_above(epsilon, correct, bound)
    assert 0.03 < share <= most  # not 5 % to the digit, as counts are whole numbers
    assert bound(int(np.median(correct))) > epsilon - 0.35


@pytest.mark.parametrize("theorem", ["binomial", "trade-off"])
def test_delta_pays_for_records_that_are_published(theorem):
    # With probability delta a coin is told plainly, else as by randomised response.
    rng = np.random.default_rng(1)
    epsilon, delta, records = 0.5, 0.06, 200
    coins = rng.random((8000, records)) < 0.5
    told = coins ^ (rng.random(coins.shape) > special.expit(epsilon))
    told = np.where(rng.random(coins.shape) < delta, coins, told)
    correct = (told == coins).sum(axis=1)

    def without(count):
        return refuted_epsilon(count, records, records, delta=0.0, level=0.05)

    def paid(count):
        return refuted_epsilon(
            count, records, records, delta=delta, level=0.05, theorem=theorem
        )

    share, most = share_above(epsilon, correct, without)
    assert share > most
    share, most = share_above(epsilon, correct, paid)
    assert share <= most


@pytest.mark.parametrize("mu", [0.5, 1.5])
@pytest.mark.parametrize("guessed", [30, 150])
def test_a_gaussian_mechanism_is_not_overestimated(mu, guessed):
    rng = np.random.default_rng(2)
    records = 300
    coins = rng.random((2000, records)) < 0.5
    seen = rng.normal(size=coins.shape) + mu * coins
    order = np.argsort(-seen, axis=1)
    ranked = np.take_along_axis(coins, order, axis=1)
    correct = ranked[:, :guessed].sum(axis=1) + (~ranked[:, -guessed:]).sum(axis=1)

    def bound(count):
        return refuted_mu(count, 2 * guessed, records, level=0.05)

    share, most = share_above(mu, correct, bound)
    assert share <= most
    truth = gaussian_epsilon(mu, 1e-3)

    def general(count):
        return refuted_epsilon(count, 2 * guessed, records, delta=1e-3, level=0.05)

    share, most = share_above(truth, correct, general)
    assert share <= most
    usual = int(np.median(correct))
    assert 0 < bound(usual) < mu
    assert 0 <= general(usual) < gaussian_epsilon(bound(usual), 1e-3)


@pytest.mark.parametrize(("correct", "guesses", "records"), [(14, 16, 20), (9, 10, 25)])
@pytest.mark.parametrize(("epsilon", "delta"), [(0.3, 0.0), (1.0, 0.01)])
def test_the_recursion_finds_the_optimum_of_its_inequalities(
    correct, guesses, records, epsilon, delta
):
    # The largest tail is a linear programme where the trade-off is two straight lines.
    share = np.exp(-epsilon)

    def least_false(power):
        return max(
            0.0, (power - delta) * share, 1 - delta - np.exp(epsilon) * (1 - power)
        )

    j = np.arange(guesses + 1)
    rows, limits = [], []
    for i in range(guesses):
        right, wrong = np.where(j > i, j, 0), np.where(j >= i, guesses - j, 0)
        rows += [share * right - wrong, np.exp(epsilon) * right - wrong]
        limits += [
            share * delta * records,
            (np.exp(epsilon) - 1 + delta) * records,
        ]
    solved = optimize.linprog(
        -(j >= correct).astype(float),
        A_ub=np.array(rows),
        b_ub=limits,
        A_eq=np.ones((1, guesses + 1)),
        b_eq=[1],
    )
    largest = -solved.fun
    assert 0 < largest < 1
    counts = correct, guesses, records
    assert is_tail_refuted(least_false, *counts, level=largest * 1.001)
    assert not is_tail_refuted(least_false, *counts, level=largest * 0.999)
    found = p_value(*counts, epsilon, delta, theorem="trade-off")
    assert found == pytest.approx(largest, rel=1e-6)


@pytest.mark.parametrize(("mu", "delta"), [(0.3, 1e-5), (1.0, 1e-5), (4.0, 1e-3)])
def test_epsilon_of_a_gaussian_has_the_delta_that_integration_gives(mu, delta):
    epsilon = gaussian_epsilon(mu, delta)

    def excess(x):
        return max(0.0, stats.norm.pdf(x, mu) - np.exp(epsilon) * stats.norm.pdf(x))

    start = mu / 2 + epsilon / mu  # where the densities' ratio is e^epsilon
    found, _ = integrate.quad(excess, start, start + 20, epsabs=1e-14)
    assert found == pytest.approx(delta, rel=1e-6)


def test_what_a_fair_coin_gives_as_often_is_not_refuted():
    # Whoever knows nothing is right about one coin in half of all cases, not in more.
    for level, refuted in ((0.5, False), (0.501, True)):
        assert is_tail_refuted(lambda power: power, 1, 1, 1, level=level) == refuted


def test_of_no_signal_nothing_is_refuted():
    assert refuted_epsilon(50, 100, 100, delta=1e-5, level=0.05) == 0
    assert refuted_mu(50, 100, 100, level=0.05) == 0
    assert gaussian_epsilon(0.0, 1e-5) == 0


def test_the_number_of_guesses_decides_on_the_theorem():
    for guesses, records in ((20, 1000), (700, 700), (16000, 16000)):
        by_theorem = {
            theorem: refuted_epsilon(
                guesses, guesses, records, delta=1e-5, level=0.05, theorem=theorem
            )
            for theorem in ("binomial", "trade-off")
        }
        best = max(by_theorem, key=by_theorem.get)
        assert better_theorem(guesses, records, 1e-5) == best
        for correct in (guesses // 2, guesses * 3 // 4, guesses):
            counts = correct, guesses, records
            found = refuted_epsilon(*counts, delta=1e-5, level=0.05)
            assert found == refuted_epsilon(
                *counts, delta=1e-5, level=0.05, theorem=best
            )
    # 16,000 records times a delta of 1e-5 are a lot for the one, not for the other.
    assert by_theorem["binomial"] < 8.2 < 8.5 < by_theorem["trade-off"]
    assert better_theorem(100, 100, 0.0) == "binomial"


@pytest.mark.parametrize("theorem", ["binomial", "trade-off"])
def test_a_bound_is_where_the_p_value_is_the_level(theorem):
    counts = 170, 200, 400
    bound = refuted_epsilon(*counts, delta=1e-4, level=0.02, theorem=theorem)
    found = p_value(*counts, bound, 1e-4, theorem=theorem)
    assert found == pytest.approx(0.02, rel=1e-5)


def test_more_right_guesses_refute_more():
    for bound in (
        lambda v: refuted_epsilon(v, 80, 100, delta=1e-4, level=0.05),
        lambda v: refuted_mu(v, 80, 100, level=0.05),
    ):
        found = [bound(v) for v in range(40, 81, 5)]
        assert np.all(np.diff(found) >= 0)
        assert found[-1] > 1


@pytest.mark.parametrize("strength", [1.0, 2.5])
@pytest.mark.parametrize("threshold", [0.0, 1.5])
def test_jax_privacy_refutes_the_same(strength, threshold):
    auditing = pytest.importorskip(
        "jax_privacy.auditing", reason="jax-privacy needs Python 3.12 beside TensorFlow"
    )
    rng = np.random.default_rng(3)
    coins = rng.random(500) < 0.5
    scores = rng.normal(size=500) + strength * coins
    auditor = auditing.CanaryScoreAuditor(scores[coins], scores[~coins])
    strategy = auditing.Explicit(threshold)
    guessed = scores >= threshold
    counts = int((guessed & coins).sum()), int(guessed.sum()), 500
    found = refuted_epsilon(*counts, delta=1e-5, level=0.05, theorem="binomial")
    expected = auditor.epsilon_one_run(0.05, 1e-5, threshold_strategy=strategy)
    assert found == pytest.approx(expected, abs=1e-5)
    found = gaussian_epsilon(refuted_mu(*counts, level=0.05), 1e-5)
    expected = auditor.epsilon_one_run_fdp(0.05, 1e-5, threshold_strategy=strategy)
    assert found == pytest.approx(expected, abs=1e-4)
