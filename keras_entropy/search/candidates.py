"""The output defenses and strengths that are searched."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from keras_entropy.layers.coarsening.label_only import LabelOnly
from keras_entropy.layers.coarsening.rounding import Rounding
from keras_entropy.layers.coarsening.top_k import TopK
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.frequencies.binned_frequencies import BinnedFrequencies
from keras_entropy.layers.frequencies.pair_frequencies import PairFrequencies
from keras_entropy.layers.frequencies.rank_frequencies import RankFrequencies
from keras_entropy.layers.frequencies.rank_map import RankMap
from keras_entropy.layers.perturbation.memguard import MemGuard
from keras_entropy.layers.perturbation.noise import GaussianNoise
from keras_entropy.layers.perturbation.reverse_sigmoid import ReverseSigmoid
from keras_entropy.layers.softening.entropy_floor import EntropyFloor
from keras_entropy.layers.softening.temperature_scaling import TemperatureScaling
from keras_entropy.layers.softening.uniform_mixing import UniformMixing


@dataclasses.dataclass(frozen=True)
class Candidate:
    """One layer at one strength.

    Args:
        layer: The layer's class.
        config: Keyword arguments of the layer.
    """

    layer: type[Defense]
    config: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name for people, `Layer(setting=value)`."""
        values = ", ".join(f"{key}={value}" for key, value in self.config.items())
        return f"{self.layer.__name__}({values})"

    def create(self) -> Defense:
        """Returns a new layer."""
        return self.layer(**self.config)


def _of(layer: type[Defense], **config: Any) -> Candidate:
    return Candidate(layer, config)


# The name of no defense at all, with which candidates are compared.
NO_DEFENSE = "no defense"
CANDIDATES = (
    *(_of(TemperatureScaling, temperature=t) for t in (2.0, 8.0)),
    *(_of(UniformMixing, weight=w) for w in (0.1, 0.5)),
    *(_of(EntropyFloor, minimum=m) for m in (0.1, 0.25, 0.5)),
    _of(TopK, k=1),
    *(_of(Rounding, decimals=d) for d in (2, 1)),
    *(_of(ReverseSigmoid, magnitude=m, keep_argmax=True) for m in (0.3, 1.0)),
    _of(RankMap),
    *(_of(RankFrequencies, bins=b) for b in (4, 3, 2, 1)),
    _of(RankFrequencies, ranks=1),
    *(_of(BinnedFrequencies, bins=b) for b in (4, 2, 1)),
    _of(PairFrequencies),
    _of(LabelOnly, confidence=1.0),
)
# They need a secret key, and a search that returns a model has none.
KEYED_CANDIDATES = (
    *(_of(MemGuard, budget=b) for b in (0.1, 1.0)),
    *(_of(GaussianNoise, stddev=s, keyed=True, keep_argmax=True) for s in (0.05, 0.2)),
)
