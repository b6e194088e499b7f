import numpy as np
import pytest

from keras_entropy.attacks.scorers.shadow.shadow_attack_table import SHADOW_SCORERS
from keras_entropy.attacks.scorers.shadow.shadow_plan import ShadowPlan
from keras_entropy.attacks.scorers.shadow.shadow_plan import is_paired

N = 40
MEMBER = np.arange(N) < N // 2
ONLINE, OFFLINE = SHADOW_SCORERS["lira_online"], SHADOW_SCORERS["lira_offline"]
STACKED = SHADOW_SCORERS["shadow_stacked"]


def pairs(count, seed=0):
    rng = np.random.default_rng(seed)
    halves = [rng.permutation(np.arange(N) % 2 == 0) for _ in range(count)]
    return np.stack([side for half in halves for side in (half, ~half)])


def test_pairs_are_four_complementary_halves_at_least():
    assert is_paired(pairs(2))
    assert is_paired(pairs(3))
    assert not is_paired(pairs(1))
    assert not is_paired(pairs(3)[:5])
    broken = pairs(2)
    broken[3, 7] ^= True
    assert not is_paired(broken)


def test_plan_of_pairs_is_left_alone():
    plan = ShadowPlan.of(pairs(2), MEMBER, 0)
    assert plan.left_out is None
    assert all(plan.reason_without(one) is None for one in SHADOW_SCORERS.values())


def exactly_half(models=8, seed=0):
    """All models but the first, each example in half of all."""
    rng = np.random.default_rng(seed)
    held = np.array([models // 2 - inside for inside in MEMBER])
    return np.stack([rng.permutation(models - 1) < count for count in held], axis=1)


def test_exactly_half_of_all_models_is_evened_out():
    membership = exactly_half()
    plan = ShadowPlan.of(membership, MEMBER, 0)
    # Of members one that does not hold them, of others one that does.
    assert (plan.left_out.sum(axis=0) == 1).all()
    assert (membership[plan.left_out] == ~MEMBER[plan.left_out.nonzero()[1]]).all()
    kept = ~plan.left_out
    for held in (membership, ~membership):
        assert np.ptp((held & kept).sum(axis=0)) == 0
    assert not np.array_equal(
        plan.left_out, ShadowPlan.of(membership, MEMBER, 1).left_out
    )
    drawn = [ShadowPlan.of(membership, MEMBER, s).left_out[:, 0] for s in range(60)]
    assert (np.sum(drawn, axis=0) > 0).sum() == 4  # of 4 that don't hold it, each
    assert ShadowPlan.of(membership, MEMBER, 0).reason_without(ONLINE) is None


def test_what_is_left_out_does_not_count():
    # Two models: of each example one holds it, and one is left out.
    membership = exactly_half(2)
    plan = ShadowPlan.of(membership, MEMBER, 0)
    assert "not trained on an example" in plan.reason_without(OFFLINE)


@pytest.mark.parametrize("share", [0.45, 0.5, 0.55])
def test_attacks_need_models_without_most_examples(share):
    # One model without a share of a side's examples, the others hold all.
    for side in (MEMBER, ~MEMBER):
        membership = np.ones((3, N), bool)
        rows = np.flatnonzero(side)
        membership[0, rows[: round(share * rows.size)]] = False
        membership[0, ~side] = False
        plan = ShadowPlan(membership, None, MEMBER)
        reason = plan.reason_without(OFFLINE)
        assert (reason is None) == (share >= 0.5)
        # The same of models with them, for the attacks that take such.
        plan = ShadowPlan(~membership, None, MEMBER)
        assert plan.reason_without(OFFLINE) is None
        reason = plan.reason_without(ONLINE)
        assert (reason is None) == (share >= 0.5)
        assert reason is None or "and others that" in reason


def test_stacking_needs_pairs():
    plan = ShadowPlan(np.random.default_rng(0).random((8, N)) < 0.5, None, MEMBER)
    assert "pairs of complementary halves" in plan.reason_without(STACKED)
    assert plan.reason_without(ONLINE) is None


def told(extra, models=20, seed=0):
    """Random parts, and `extra` models more that hold the members."""
    rng = np.random.default_rng(seed)
    membership = rng.random((models, 400)) < 0.5
    member = np.arange(400) < 200
    return np.concatenate([membership, np.tile(member, (extra, 1))]), member


def test_plan_that_tells_members_is_refused():
    # Holders vary by sqrt(20) / 2 = 2.2; their means' difference by .22.
    ShadowPlan.of(*told(0), 0)
    membership, member = told(2)
    with pytest.raises(ValueError, match="must not tell who is a member") as error:
        ShadowPlan.of(membership, member, 0)
    inside, outside = (membership[:, own].sum(0).mean() for own in (member, ~member))
    assert f"{inside:.2f} shadows hold a member" in str(error.value)
    assert f"{outside:.2f} a non-member" in str(error.value)
    # And one by which fewer hold them.
    with pytest.raises(ValueError, match="must not tell"):
        ShadowPlan.of(membership, ~member, 0)


@pytest.mark.parametrize(("side", "refused"), [(8, False), (9, True)])
def test_four_errors_between_the_sides_are_chance(side, refused):
    # One model that holds all members and no other: the means differ by 1, known to
    # sqrt(2 / side) / 2, which is one quarter for eight of each side.
    member = np.arange(2 * side) < side
    if refused:
        with pytest.raises(ValueError, match="must not tell"):
            ShadowPlan.of(member[None], member, 0)
    else:
        assert ShadowPlan.of(member[None], member, 0).left_out is None
