import numpy as np
import pytest
from scipy import special
from scipy import stats

from keras_entropy.attacks.leakage import one_training
from keras_entropy.attacks.leakage.guesses import gaussian_epsilon
from keras_entropy.attacks.leakage.guesses import refuted_epsilon
from keras_entropy.attacks.leakage.one_training import one_training_bound
from keras_entropy.audit import hold_out


def coins(records, seed=0):
    return np.random.default_rng((seed, 7)).random(records) < 0.5


def test_of_a_thousand_runs_without_a_signal_at_most_one_in_twenty_is_above_0():
    # Chosen among attacks, directions and numbers of guesses: noise, a score that is
    # the same for all, one that has a few values, and one of ranks.
    rng = np.random.default_rng(0)
    above = np.zeros(2, int)
    for seed in range(1000):
        scores = {
            "noise": rng.normal(size=200),
            "constant": np.ones(200),
            "few": rng.integers(3, size=200) * 1.0,
            "ranks": rng.permutation(200) * 1.0,
        }
        bound = one_training_bound(scores, coins(200, seed), seed=seed)
        above += [bound.epsilon > 0, bound.gaussian_epsilon > 0]
    assert above.max() <= 50


def test_equal_scores_of_members_that_come_first_tell_nothing():
    member = np.arange(1000) < 500
    for seed in range(20):
        bound = one_training_bound({"a": np.zeros(1000)}, member, seed=seed)
        assert bound.correct < 0.7 * bound.guesses


def test_parts_have_no_fixed_share_of_members(monkeypatch):
    # Else whoever knows the coins of one part knows of the other's.
    found = []

    def candidates(scores, member, rows, ties, kind, real=one_training._candidates):
        found.append(member[rows].sum())
        return real(scores, member, rows, ties, kind)

    monkeypatch.setattr(one_training, "_candidates", candidates)
    member = np.arange(100) < 50
    for seed in range(300):
        one_training_bound({"a": np.zeros(100)}, member, seed=seed)
    expected = stats.hypergeom(100, 50, 30).var()
    assert np.var(found) == pytest.approx(expected, rel=0.3)


def test_the_parts_are_those_of_a_seed():
    seen = {"a": np.random.default_rng(5).normal(size=300) + coins(300)}
    default, zero, one = (
        one_training_bound(seen, coins(300), **options)
        for options in ({}, {"seed": 0}, {"seed": 1})
    )
    assert default == zero != one


def test_candidates_are_those_of_a_count():
    rng = np.random.default_rng(0)
    member, ties = rng.random(200) < 0.5, rng.permutation(200)
    count, rows = 71, rng.permutation(200)[:71]
    # One half is 36, and what is left is the other.
    member[rows[:36]], member[rows[36:]] = True, False
    scores = {"a": rng.normal(size=200) + member, "b": rng.integers(3, size=200) * 1.0}
    scores["perfect"] = member * 1.0
    found = [*one_training._candidates(scores, member, rows, ties, "all")]
    assert [(each.attack, each.sign) for each in found] == [
        (name, sign) for name in scores for sign in (1, -1)
    ]
    for candidate in found:
        own = candidate.sign * scores[candidate.attack]
        ranked = sorted(rows, key=lambda row: (-own[row], ties[row]))
        proxies = {}
        for shares in one_training._GUESSED:
            first = round(shares[0] * count)
            last = min(round(shares[1] * count), count - first)
            right = sum(member[ranked[:first]]) + sum(~member[ranked[count - last :]])
            total = first + last
            low = stats.beta.ppf(one_training._CHOICE_LEVEL, right, total - right + 1)
            proxies[shares] = np.log(low) - np.log1p(-low) if right else -np.inf
        assert candidate.proxy == pytest.approx(max(proxies.values()))
        assert proxies[candidate.shares] == max(proxies.values())
        assert candidate.kind == "all"
        # What is certified in the end is counted alike.
        inside = member[one_training._ranked(own, rows, ties)]
        np.testing.assert_array_equal(inside, member[ranked])
        expected = member[ranked[:9]].sum() + (~member[ranked[66:]]).sum()
        assert one_training._correct(inside, 9, 5) == expected


@pytest.mark.parametrize(
    ("member", "right", "shares"),
    [
        # The unlikeliest half are no members, and every other one of the likeliest.
        ("10" * 17 + "1" + "0" * 36, 36, (0.0, 0.5)),
        # All is the wrong way round, but for the likeliest.
        ("1" + "0" * 9 + "1" * 10, 1, (0.05, 0.0)),
    ],
)
def test_where_all_guesses_are_right_the_limit_is_a_root_of_the_level(
    member, right, shares
):
    inside = np.array(list(member)) == "1"
    rows = np.arange(inside.size)
    first, _ = one_training._candidates({"a": -1.0 * rows}, inside, rows, rows, "all")
    assert first.shares == shares
    assert first.proxy == pytest.approx(special.logit(0.05 ** (1 / right)))


def test_no_record_is_guessed_twice(monkeypatch):
    # Two halves of 703 would be 704.
    monkeypatch.setattr(one_training, "_GUESSED", ((0.5, 0.5),))
    member = coins(1004)
    bound = one_training_bound({"a": member * 1.0}, member)
    assert (bound.records, bound.guessed_in, bound.guessed_out) == (703, 352, 351)


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (0, ["all"]),
        (14, ["all", "as given"]),
        (15, ["all", "as given", "mislabelled"]),
        (45, ["all", "as given", "mislabelled"]),
        (46, ["all", "mislabelled"]),
    ],
)
def test_a_kind_is_chosen_on_fifteen_of_it_at_least(wrong, expected):
    # Three tenths of the fewest records that a bound needs.
    choose = np.random.default_rng(0).permutation(60)
    found = dict(one_training._kinds(np.arange(90) < wrong, choose))
    assert list(found) == expected
    bounds = {"all": (0, 60), "as given": (wrong, 60), "mislabelled": (0, wrong)}
    for kind, rows in found.items():
        assert sorted(rows) == [*range(*bounds[kind])]


@pytest.mark.parametrize("share", [0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5])
def test_as_many_are_guessed_as_the_leak_shows(share):
    # Of the likeliest, or of the unlikeliest, or of both all are what they seem.
    rank = np.random.default_rng(0).permutation(2000)
    # As many and some more, of which the next share is too many.
    shown = round((1.1 * share if share >= 0.4 else 1.15 * share + 0.01) * 2000)
    for first, last in ((share, 0), (0, share), (share, share)):
        if first + last > 0.8:
            continue  # they would overlap
        member = coins(2000)
        member[(rank < shown) & (first > 0)] = True
        member[(rank >= 2000 - shown) & (last > 0)] = False
        bound = one_training_bound({"a": -rank}, member)
        counts = round(first * bound.records), round(last * bound.records)
        assert (bound.guessed_in, bound.guessed_out) == counts


@pytest.mark.parametrize("mu", [1.0, 2.0])
def test_a_gaussian_mechanism_of_known_epsilon(mu):
    truth = gaussian_epsilon(mu, 1e-5)
    found = []
    for seed in range(100):
        member = coins(1000, seed)
        seen = np.random.default_rng(seed).normal(size=1000) + mu * member
        bound = one_training_bound({"a": seen}, member, seed=seed)
        found.append((bound.epsilon, bound.gaussian_epsilon))
    above = (np.array(found) > truth).sum(axis=0)
    assert stats.binom.sf(above.max() - 1, 100, 0.05) > 1e-3
    general, gaussian = np.median(found, axis=0)
    assert 0.2 * truth < general < gaussian < truth
    assert gaussian > 0.4 * truth


@pytest.mark.parametrize("flip", [1, -1])
def test_a_perfect_attack_meets_the_ceiling_in_either_direction(flip):
    member = coins(1000)
    bound = one_training_bound(
        {"noise": np.random.default_rng(0).normal(size=1000), "a": flip * member},
        member,
    )
    assert bound.attack == "a"
    assert bound.reversed == (flip < 0)
    assert bound.correct == bound.guesses
    assert bound.epsilon == pytest.approx(bound.ceiling, abs=0.35)  # some may abstain
    whole = refuted_epsilon(700, 700, 700, delta=1e-5, level=0.05)
    assert bound.ceiling == pytest.approx(whole)
    assert bound.records + bound.chosen_on == 1000


def test_the_counts_give_the_bound_again():
    member = coins(500)
    seen = np.random.default_rng(5).normal(size=500) + 2 * member
    bound = one_training_bound({"a": seen}, member, delta=1e-4, confidence=0.9, seed=3)
    again = refuted_epsilon(
        bound.correct, bound.guesses, bound.records, delta=1e-4, level=0.1
    )
    assert bound.epsilon == pytest.approx(again)
    lower = one_training_bound({"a": seen}, member, confidence=0.999, seed=3)
    assert lower.epsilon < bound.epsilon


def test_mislabelled_records_are_guessed_alone_where_they_tell_more():
    rng = np.random.default_rng(1)
    member, wrong = coins(1000), rng.random(1000) < 0.4
    seen = rng.normal(size=1000) - 5 * wrong + 3 * (member & wrong)
    bound = one_training_bound({"a": seen}, member, mislabelled=wrong)
    assert bound.kind == "mislabelled"
    assert bound.records < 400
    plain = one_training_bound({"a": seen}, member)
    assert plain.kind == "all"
    assert plain.epsilon < bound.epsilon


def test_invalid_usage():
    member = coins(60)
    scores = {"a": np.zeros(60)}
    with pytest.raises(ValueError, match=r"at least 50 records.*Received: 49"):
        one_training_bound({"a": np.zeros(49)}, member[:49])
    for delta in (0, -1e-5, 1 / 60, 0.5, float("nan")):
        with pytest.raises(ValueError, match=f"above 0 and below 1 / 60.*={delta}"):
            one_training_bound(scores, member, delta=delta)
    with pytest.raises(ValueError, match=r"one number for each entry.*\(59,\)"):
        one_training_bound({"a": np.zeros(59)}, member)
    with pytest.raises(ValueError, match="one number for each entry"):
        one_training_bound({}, member)
    with pytest.raises(ValueError, match="60 of 60 scores of 'a' are NaN"):
        one_training_bound({"a": np.full(60, np.nan)}, member)
    with pytest.raises(ValueError, match="`confidence` must be"):
        one_training_bound(scores, member, confidence=95)
    with pytest.raises(ValueError, match="one boolean for each entry"):
        one_training_bound(scores, member, mislabelled=np.zeros(3, bool))


def test_what_can_be_held_out_can_be_audited():
    fewest = one_training.FEWEST_RECORDS
    x, y = np.zeros((100, 2)), np.arange(100) % 3
    *_, plan = hold_out(x, y, records=fewest, seed=0)
    one_training_bound({"a": np.zeros(fewest)}, plan.member)
    with pytest.raises(ValueError, match=f"from {fewest} to 100.*={fewest - 1}"):
        hold_out(x, y, records=fewest - 1)
