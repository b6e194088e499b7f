"""Threshold attacks: one signal, and every threshold on it.

References: Yeom et al., CSF 2018, arXiv:1709.01604 (loss); Song and Mittal, USENIX
Security 2021, arXiv:2003.10595 (entropy and modified entropy).
"""

from __future__ import annotations

from collections.abc import Callable

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals

# Each gives scores `(R, N)` of `Signals`, larger for a likelier member: models are
# surer of what they were trained on.
SCORES: dict[str, Callable[[Signals], Floats]] = {
    "loss": lambda signals: -signals.loss,
    "confidence": lambda signals: signals.confidence,
    "entropy": lambda signals: -signals.entropy,
    "modified_entropy": lambda signals: -signals.modified_entropy,
}


def threshold_scores(
    name: str, signals: Signals, membership: Booleans, seed: int
) -> Scores:
    """Returns one signal as scores.

    Args:
        name: String, a key of `SCORES`.
        signals: `Signals` of R targets.
        membership: Not used.
        seed: Not used.
    """
    del membership, seed
    return Scores(SCORES[name](signals))
