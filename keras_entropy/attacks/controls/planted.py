"""Synthetic outputs of which the truth is known: no signal, or a planted leak."""

import numpy as np
from scipy import stats

CLASSES = 10
# Planted members are this many standard deviations more confident.
SHIFT = 1.0
# Standard deviation of a game's models about an example's own difficulty, which has 1.
GAME_NOISE = 0.7

_TIED_SHARE = 0.96
_MODELS, _EXAMPLES = 32, 800


def optimum():
    """AUC of the best attack on `planted`: Phi(shift / sqrt 2)."""
    return float(stats.norm.cdf(SHIFT / np.sqrt(2)))


def rival_gap(centre):
    """AUC of the gap attack on `planted(centre, "rival")`."""
    right = stats.norm.cdf([centre, centre + SHIFT])
    return float(0.5 + (right[1] - right[0]) / 2)


def plain_game():
    """AUC on `planted_game` of an attack that does not know the difficulties."""
    return float(stats.norm.cdf(SHIFT / np.sqrt(2 * (1 + GAME_NOISE**2))))


def ideal_game():
    """AUC on `planted_game` of an attack that knows every difficulty."""
    return float(stats.norm.cdf(SHIFT / (np.sqrt(2) * GAME_NOISE)))


def noise(law, examples, rng):
    """Outputs `(N, C)` of one law, in float32 as a model gives them, and labels.

    Args:
        law: String: `continuous`; `tied`, 96 % saturated at exactly 0 and 1; or
            `constant`.
        examples: Integer N.
        rng: `numpy.random.Generator`.
    """
    labels = rng.integers(0, CLASSES, examples)
    return _outputs(law, labels, _base_logits(labels, rng), rng), labels


def noise_game(law, rng, models=_MODELS, examples=_EXAMPLES):
    """Arguments of `audit_game`: the plan has nothing to do with the outputs.

    Examples have a difficulty of their own, as real ones do.
    """
    labels = rng.integers(0, CLASSES, examples)
    logits = _base_logits(labels, rng)
    logits = logits + rng.normal(0, GAME_NOISE, (models, *logits.shape))
    return _outputs(law, labels, logits, rng), labels, _plan(models, examples, rng)


def _base_logits(labels, rng):
    logits = rng.normal(0, 1.5, (labels.size, CLASSES))
    return logits + 2.5 * np.eye(CLASSES)[labels]


def _outputs(law, labels, logits, rng):
    if law == "tied":
        saturated = rng.random((*logits.shape[:-1], 1)) < _TIED_SHARE
        logits = np.where(saturated, 200.0 * np.eye(CLASSES)[labels], logits)
    if law == "constant":
        logits = np.zeros_like(logits)
    return _softmax(logits).astype(np.float32)


def _plan(models, examples, rng):
    """Balanced complementary halves `(K, N)`."""
    half = np.arange(examples) % 2 == 0
    rows = [rng.permutation(half) for _ in range(models // 2)]
    return np.stack([side for row in rows for side in (row, ~row)])


def planted(centre, rest, rng):
    """Arguments of `audit_outputs`: members' confidence shifted by `SHIFT`."""
    sides = []
    for examples, mean in ((4000, centre + SHIFT), (2000, centre)):
        labels = rng.integers(0, CLASSES, examples)
        confidence = rng.normal(mean, 1, examples)
        sides += [with_confidence(confidence, labels, rest), labels]
    return sides


def planted_game(rng):
    """Arguments of `audit_game`: difficulty + shift of members + noise."""
    # Difficulties on the quantiles of the normal law: the examples are shared by all
    # targets, so a random draw would move all pairs together.
    quantiles = (np.arange(_EXAMPLES) + 0.5) / _EXAMPLES
    difficulty = rng.permutation(stats.norm.ppf(quantiles))
    labels, membership = (
        rng.integers(0, CLASSES, _EXAMPLES),
        _plan(_MODELS, _EXAMPLES, rng),
    )
    noise = rng.normal(0, GAME_NOISE, membership.shape)
    confidence = 2 + difficulty + SHIFT * membership + noise
    return with_confidence(confidence, labels, "even"), labels, membership


def with_confidence(confidence, labels, rest):
    """Probabilities `(..., C)` whose logit-scaled confidence is the one given."""
    logits = np.zeros((*confidence.shape, CLASSES))
    if rest == "rival":
        rival = (labels + 1) % CLASSES
        logits -= 800.0
        logits[np.arange(labels.size), rival] = 0.0
    else:
        logits -= np.log(CLASSES - 1)
    np.put_along_axis(
        logits,
        np.broadcast_to(labels, confidence.shape)[..., None],
        confidence[..., None],
        axis=-1,
    )
    return _softmax(logits)


def _softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
