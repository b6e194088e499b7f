import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import SHADOW_ATTACKS
from keras_entropy.attacks import Neighbors
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow.difficulty_offset import DifficultyOffset
from keras_entropy.shadow.plan import complementary_pairs


def play(rng, models, effect, n=400):
    """Two-class answers of a target and its shadows, examples of any difficulty."""
    plan = complementary_pairs(2 * n, models, seed=int(rng.integers(2**31)))
    member = np.arange(2 * n) < n
    rows = np.concatenate([member[None], plan.membership])
    confidence = rng.normal(0, 3, 2 * n) + rng.normal(size=rows.shape) + effect * rows
    outputs = special.expit(np.stack([confidence, -confidence], axis=-1))
    labels = np.zeros(2 * n, dtype=int)
    sides = outputs[0, :n], labels[:n], outputs[0, n:], labels[n:]
    return sides, Shadows(outputs[1:], plan.membership), confidence


def test_all_shadows_serve():
    """The score is that of the textbook, over every shadow."""
    rng = np.random.default_rng(0)
    _, shadows, confidence = play(rng, 8, effect=1.0)
    target, others, mask = confidence[0], confidence[1:], shadows.membership
    outside = np.ma.array(others, mask=mask)
    inside = np.ma.array(others, mask=~mask)
    expected = []
    for side in (inside, outside):
        scale = np.sqrt(side.var(axis=0))
        z = (target - side.mean(axis=0)) / scale
        expected.append(-z * z / 2 - np.log(scale))
    online = lira.Online("per-example").score_target(target, others, mask)
    assert online.values[0] == pytest.approx(
        (expected[0] - expected[1]).filled(), rel=1e-6
    )
    loss = np.logaddexp(0, -others)
    calibrated = np.ma.array(loss, mask=mask).mean(axis=0) - np.logaddexp(0, -target)
    found = DifficultyOffset().score_target(target, others, mask)
    assert found.values[0] == pytest.approx(calibrated.filled(), abs=1e-9)
    assert DifficultyOffset().score_game(others, mask).values[0] != pytest.approx(
        found.values[0]
    )


def test_without_signal():
    """Means over 60 games lie within 4 standard errors of 0.5."""
    aucs = []
    for seed in range(60):
        sides, shadows, _ = play(np.random.default_rng(seed), 6, effect=0.0)
        audit = audit_outputs(*sides, shadows=shadows, attacks=SHADOW_ATTACKS)
        aucs.append([result.auc for result in audit.attacks])
    mean, error = np.mean(aucs, axis=0), np.std(aucs, axis=0, ddof=1) / np.sqrt(60)
    assert (abs(mean - 0.5) < 4 * error).all(), dict(
        zip(SHADOW_ATTACKS, mean, strict=True)
    )
    assert (error < 0.01).all()


def test_shadows_find_what_thresholds_miss():
    sides, shadows, _ = play(np.random.default_rng(1), 16, effect=1.0)
    audit = audit_outputs(*sides, shadows=shadows, attacks=("loss", *SHADOW_ATTACKS))
    found = {result.attack: result for result in audit.attacks}
    loss = found["loss"]
    assert found["lira_online"].auc_low > loss.auc_high
    assert found["lira_offline"].auc_low > loss.auc_high
    assert all(found[name].auc > loss.auc for name in SHADOW_ATTACKS), found
    assert audit.strongest.attack in SHADOW_ATTACKS


def test_bad_input():
    sides, shadows, _ = play(np.random.default_rng(1), 4, effect=1.0)
    with pytest.raises(ValueError, match="lira_online"):
        audit_outputs(*sides, attacks=("lira_online",))
    short = Shadows(shadows.outputs[:, 1:], shadows.membership[:, 1:])
    with pytest.raises(ValueError, match=r"`shadows` must.*799 examples.* 800"):
        audit_outputs(*sides, shadows=short)
    same = Shadows(shadows.outputs, np.ones_like(shadows.membership))
    with pytest.raises(ValueError, match=r"shadows\.membership.*not trained on"):
        audit_outputs(*sides, shadows=same)
    wide = np.concatenate([shadows.outputs, 0 * shadows.outputs[..., :1]], axis=-1)
    with pytest.raises(ValueError, match=r"`shadows\.outputs`.*3 classes.* of 2"):
        audit_outputs(*sides, shadows=Shadows(wide, shadows.membership))
    ragged = [shadows.outputs[0].tolist(), shadows.outputs[1, 1:].tolist()]
    with pytest.raises(ValueError, match=r"`shadows\.outputs`.*2 parts that differ"):
        Shadows(ragged, shadows.membership[:2])
    with pytest.raises(ValueError, match=r"`shadows\.membership` of shape"):
        Shadows(shadows.outputs, shadows.membership[:3])
    with pytest.raises(ValueError, match=r"`shadows\.membership` must hold booleans"):
        Shadows(shadows.outputs, shadows.membership * 0.5)
    told = Shadows(shadows.outputs, np.arange(800) < 400 + np.arange(4)[:, None])
    with pytest.raises(ValueError, match="must not tell who is a member"):
        audit_outputs(*sides, shadows=told)


def test_shadows_that_were_asked_about_neighbors_come_in_pairs():
    plan = complementary_pairs(20, 4, seed=0).membership
    labels = NeighborLabels({"noise": np.ones((1, 4, 20), bool)})
    neighbors = Neighbors(labels, {"noise": np.zeros((4, 20))})
    outputs = np.full((4, 20, 2), 0.5)
    assert Shadows(outputs, plan, neighbors).neighbors is neighbors
    with pytest.raises(ValueError, match=r"complementary halves.*4 models of another"):
        Shadows(outputs, np.roll(plan, 1, axis=0), neighbors)


def of_plan(rng, plan, effect, n=200):
    rows = np.concatenate([(np.arange(2 * n) < n)[None], plan])
    confidence = rng.normal(0, 3, 2 * n) + rng.normal(size=rows.shape) + effect * rows
    outputs = special.expit(np.stack([confidence, -confidence], axis=-1))
    labels = np.zeros(n, dtype=int)
    return (outputs[0, :n], labels, outputs[0, n:], labels), Shadows(outputs[1:], plan)


def lira_masks(rng, models, n):
    """Each example in exactly half of the models, the first of which is the target."""
    member = np.arange(2 * n) < n
    holders = [models // 2 - inside for inside in member]
    return np.stack([rng.permutation(models - 1) < count for count in holders], axis=1)


PLANS = {
    "odd": lambda rng: rng.random((7, 400)) < 0.5,
    "exactly half": lambda rng: lira_masks(rng, 8, 200),
    "none": lambda rng: np.zeros((5, 400), bool),
}
OFFLINE = ("lira_offline", "rmia_offline", "difficulty_offset")


@pytest.mark.parametrize("plan", PLANS)
def test_any_plan_says_nothing_of_noise(plan):
    aucs = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        sides, shadows = of_plan(rng, PLANS[plan](rng), 0.0)
        names = OFFLINE if plan == "none" else SHADOW_ATTACKS[:-1]
        audit = audit_outputs(*sides, shadows=shadows, attacks=names)
        aucs.append([row.auc for row in audit.attacks])
    everything = audit_outputs(*sides, shadows=shadows)
    left = {row.what for row in everything.not_measured}
    assert left == set(SHADOW_ATTACKS) - set(names)
    mean, error = np.mean(aucs, axis=0), np.std(aucs, axis=0, ddof=1) / np.sqrt(40)
    assert (abs(mean - 0.5) < 4 * error).all(), (mean, error)


@pytest.mark.parametrize("plan", PLANS)
def test_any_plan_finds_a_leak(plan):
    rng = np.random.default_rng(0)
    sides, shadows = of_plan(rng, PLANS[plan](rng), 2.0)
    audit = audit_outputs(*sides, shadows=shadows, attacks=("loss", *OFFLINE))
    loss, *found = (audit.get(name).auc for name in ("loss", *OFFLINE))
    assert min(found) > loss, (loss, found)
    assert found[0] > 0.75
    with pytest.raises(ValueError, match="shadow_stacked needs"):
        audit_outputs(*sides, shadows=shadows, attacks=("shadow_stacked",))
