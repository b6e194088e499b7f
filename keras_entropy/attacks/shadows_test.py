import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import SHADOW_ATTACKS
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_outputs
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
    with pytest.raises(ValueError, match=r"labels"):
        audit_outputs(*sides, shadows=short)
    same = Shadows(shadows.outputs, np.ones_like(shadows.membership))
    with pytest.raises(ValueError, match="complementary"):
        audit_outputs(*sides, shadows=same)
