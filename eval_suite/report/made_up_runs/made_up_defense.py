"""The few numbers from which all rows of a made-up defense are derived."""

from dataclasses import dataclass

import numpy as np

LOOKS_SAFE = "looks-safe"  # to an attacker who asks once: the eighth
# Made-up defenses: the AUC of the strongest attack that asks once and often, and of the
# loss threshold, the accuracy, the latency ratio at batch 1, the normalised entropy,
# and whether the layer is injective.
_TABLE = """
base;Undefended;none;;0.612;0.600;0.523;0.970;1.0;0.03;1
M-1;Spline smoothing (DMD);output-transform;Spline;0.611;0.600;0.527;0.958;1.02;0.95;1
M-5;Taylor softmax;output-transform;TaylorSoftmax;0.612;0.600;0.523;0.970;1.04;0.999;1
M-6;Linear head, frozen;head;LinearHead;0.607;0.594;0.524;0.969;1.01;0.05;1
M-17;Entropy penalty;training-loss;EntropyPenalty;0.566;0.559;0.519;0.966;1.0;0.31;1
M-18;Polynomial fit;output-transform;Polynomial;0.610;0.598;0.526;0.912;1.02;0.96;1
temperature;Temperature;output-transform;TemperatureScaling;0.612;0.601;0.523;0.970;1.03;0.42;1
looks-safe;Bins after smoothing;training-loss;Bins;0.519;0.648;0.516;0.975;1.01;0.2;0
"""


@dataclass(frozen=True)
class MadeUpDefense:
    """A defense that nobody measured.

    Attributes:
        name: Its name.
        title: Its title.
        family: Its family.
        layer: Name of its layer's class, or empty.
        once: AUC of the strongest attack that asks once.
        often: AUC of the strongest attack that asks often.
        loss: AUC of the loss threshold.
        accuracy: Accuracy on non-members.
        latency: Latency ratio at batch 1.
        entropy: Normalised entropy of the outputs.
        injective: Whether the layer is injective.
    """

    name: str
    title: str
    family: str
    layer: str
    once: float
    often: float
    loss: float
    accuracy: float
    latency: float
    entropy: float
    injective: bool

    @property
    def strongest(self) -> float:
        """AUC of the strongest attack."""
        return max(self.once, self.often)


def _parse(line: str) -> MadeUpDefense:
    name, title, family, layer, *numbers, injective = line.split(";")
    once, often, loss, accuracy, latency, entropy = map(float, numbers)
    return MadeUpDefense(
        name,
        title,
        family,
        layer,
        once,
        often,
        loss,
        accuracy,
        latency,
        entropy,
        injective == "1",
    )


_DEFENSES = [_parse(line) for line in _TABLE.split("\n")[1:-1]]


def made_up_defenses(number: int, rng: np.random.Generator) -> list[MadeUpDefense]:
    """Returns `number` defenses, the undefended model first."""
    return [
        _DEFENSES[index] if index < len(_DEFENSES) else _random(index, rng)
        for index in range(number)
    ]


def _random(index: int, rng: np.random.Generator) -> MadeUpDefense:
    family = ["output-transform", "head", "training-loss", "randomized"][index % 4]
    once = float(rng.uniform(0.52, 0.62))
    return MadeUpDefense(
        name=f"X-{index}",
        title=f"Variant {index}",
        family=family,
        layer="Variant",
        once=once,
        often=once + (0.02 if index % 3 == 0 else -0.01),
        loss=min(once, float(rng.uniform(0.5, 0.53))),
        accuracy=float(rng.uniform(0.6, 0.97)),
        latency=float(rng.uniform(1, 1.2)),
        entropy=float(rng.uniform(0, 1)),
        injective=bool(index % 2),
    )
