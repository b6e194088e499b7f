"""How gradients are clipped and noised: the settings of a private training."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import secrets


def _secret() -> int:
    return secrets.randbits(128)


@dataclasses.dataclass(frozen=True)
class PrivateGradients:
    """Clipping of single examples' gradients, and Gaussian noise (DP-SGD).

    The gradient of a step is the sum of the examples' own gradients, each shortened to
    `clip_norm` where it is longer, plus noise with standard deviation
    `noise_multiplier * clip_norm` in each coordinate, divided by the expected number
    of examples in the step. What that is worth is told by `guarantee_of`.

    The noise is drawn anew for every step and model, from `seed` and the model's own
    seed. Who knows both can take the noise off again, and nothing is guaranteed: leave
    `seed` out for a model that is to be handed out.

    Example:

    >>> privacy = PrivateGradients(clip_norm=0.3, noise_multiplier=20.0)
    >>> stack = shadow.train(model, start, x, y, rows, ..., privacy=privacy)

    Args:
        clip_norm: Float above 0, the largest Euclidean norm of an example's gradient
            over all trainable variables.
        noise_multiplier: Float, the noise's standard deviation in units of
            `clip_norm`. 0 adds none, and guarantees nothing.
        seed: Integer of any size. Defaults to 128 bits from `secrets`.

    Raises:
        ValueError: If `clip_norm` is no positive number, or `noise_multiplier` or
            `seed` a negative one.

    Source: Abadi et al., 2016, arXiv:1607.00133.
    """

    clip_norm: float
    noise_multiplier: float
    seed: int = dataclasses.field(default_factory=_secret, repr=False)

    def __post_init__(self) -> None:
        clip, noise = self.clip_norm, self.noise_multiplier
        if not (math.isfinite(clip) and clip > 0):
            raise ValueError(
                "`clip_norm` must be a positive number. "
                f"Received: clip_norm={self.clip_norm}"
            )
        if not (math.isfinite(noise) and noise >= 0):
            raise ValueError(
                "`noise_multiplier` must be 0 or a positive number. "
                f"Received: noise_multiplier={self.noise_multiplier}"
            )
        if self.seed < 0:
            # Not told: a seed is a secret.
            raise ValueError(
                "`seed` must be an integer of at least 0. Received: a negative one"
            )

    def key(self, model_seed: int, purpose: str) -> bytes:
        """Returns 32 bytes that random numbers of one model's training are drawn from.

        Args:
            model_seed: Integer, the model's seed in `shadow.train`.
            purpose: What they are drawn for; another one gives other bytes.
        """
        text = f"{self.seed} {int(model_seed)} {purpose}"
        return hashlib.sha256(text.encode()).digest()
