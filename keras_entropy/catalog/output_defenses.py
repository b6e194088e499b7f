"""The catalog's rows of output defenses from the literature, and of our own."""

from __future__ import annotations

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.coarsening.label_only import LabelOnly
from keras_entropy.layers.coarsening.rounding import Rounding
from keras_entropy.layers.coarsening.top_k import TopK
from keras_entropy.layers.frequencies.binned_frequencies import BinnedFrequencies
from keras_entropy.layers.frequencies.pair_frequencies import PairFrequencies
from keras_entropy.layers.frequencies.rank_frequencies import RankFrequencies
from keras_entropy.layers.frequencies.rank_map import RankMap
from keras_entropy.layers.perturbation.dynamic_noise import DynamicNoise
from keras_entropy.layers.perturbation.label_invariance import LabelInvariance
from keras_entropy.layers.perturbation.memguard import MemGuard
from keras_entropy.layers.perturbation.noise import GaussianNoise
from keras_entropy.layers.perturbation.noise import LaplaceNoise
from keras_entropy.layers.perturbation.reverse_sigmoid import ReverseSigmoid
from keras_entropy.layers.softening.entropy_floor import EntropyFloor
from keras_entropy.layers.softening.uniform_mixing import UniformMixing

_COARSENING = "Shokri et al., 2017, arXiv:1610.05820"

OUTPUT_DEFENSES = (
    Entry(
        name="uniform-mixing",
        alias="mixing",
        title="Uniform mixing",
        family="output-transform",
        layer=UniformMixing,
        config={"weight": 0.5},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="entropy-floor",
        alias="minimum-entropy",
        title="Entropy floor",
        family="output-transform",
        layer=EntropyFloor,
        config={"minimum": 0.5},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="top-1",
        alias="top-k",
        title="Top 1, rest spread",
        family="output-transform",
        layer=TopK,
        config={"k": 1},
        recipe=None,
        reference=_COARSENING,
    ),
    Entry(
        name="rounding",
        alias="largest-remainder",
        title="Rounding to 0.1",
        family="output-transform",
        layer=Rounding,
        config={"decimals": 1},
        recipe=None,
        reference=_COARSENING,
    ),
    Entry(
        name="reverse-sigmoid",
        alias="deceptive-perturbation",
        title="Reverse sigmoid",
        family="output-transform",
        layer=ReverseSigmoid,
        config={"magnitude": 1.0, "slope": 0.1},
        recipe=None,
        reference="Lee et al., 2019, arXiv:1806.00054",
    ),
    Entry(
        name="reverse-sigmoid-argmax",
        alias="deceptive-perturbation-argmax",
        title="Reverse sigmoid, argmax kept",
        family="output-transform",
        layer=ReverseSigmoid,
        config={"magnitude": 1.0, "slope": 0.1, "keep_argmax": True},
        recipe=None,
        reference="Lee et al., 2019, arXiv:1806.00054",
    ),
    Entry(
        name="label-only",
        alias="one-hot",
        title="Label only",
        family="output-transform",
        layer=LabelOnly,
        config={"confidence": 1.0},
        recipe=None,
        reference="Yeom et al., 2018, arXiv:1709.01604",
    ),
    Entry(
        name="ldl",
        alias="label-invariance",
        title="LDL, the label of the mean of noisy copies",
        family="output-transform",
        layer=LabelInvariance,
        config={"stddev": 0.2, "copies": 32},
        recipe=None,
        reference="Rajabi et al., 2023, arXiv:2212.01688",
    ),
    Entry(
        name="hamp-ranks",
        alias="rank-map",
        title="HAMP's rank map",
        family="output-transform",
        layer=RankMap,
        config={},
        recipe=None,
        reference="Chen and Pattabiraman, 2024, arXiv:2307.01610",
    ),
    Entry(
        name="ranks-1",
        alias="rank-frequencies",
        title="Rank frequencies",
        family="output-transform",
        layer=RankFrequencies,
        config={"bins": 1},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="ranks-2",
        alias="rank-frequencies-binned",
        title="Rank frequencies, 2 bins",
        family="output-transform",
        layer=RankFrequencies,
        config={"bins": 2},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="binned-1",
        alias="class-frequencies",
        title="Label frequencies, 1 bin",
        family="output-transform",
        layer=BinnedFrequencies,
        config={"bins": 1},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="binned-4",
        alias="binned-frequencies",
        title="Label frequencies, 4 bins",
        family="output-transform",
        layer=BinnedFrequencies,
        config={"bins": 4},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="pairs",
        alias="pair-frequencies",
        title="Frequencies of the two first choices",
        family="output-transform",
        layer=PairFrequencies,
        config={},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="gaussian-noise",
        alias="gaussian",
        title="Gaussian noise",
        family="output-transform",
        layer=GaussianNoise,
        config={"stddev": 0.2},
        recipe=None,
        reference="Adversarial Robustness Toolbox, GaussianNoise",
    ),
    Entry(
        name="gaussian-noise-keyed",
        alias="keyed-gaussian",
        title="Gaussian noise, keyed",
        family="output-transform",
        layer=GaussianNoise,
        config={"stddev": 0.2, "keyed": True, "keep_argmax": True},
        recipe=None,
        reference="keras-entropy",
    ),
    Entry(
        name="memguard",
        alias="membership-guard",
        title="MemGuard",
        family="output-transform",
        layer=MemGuard,
        config={"budget": 1.0},
        recipe=None,
        reference="Jia et al., 2019, arXiv:1909.10594",
    ),
    Entry(
        name="laplace-noise",
        alias="laplace",
        title="Laplace noise",
        family="output-transform",
        layer=LaplaceNoise,
        config={"scale": 0.1},
        recipe=None,
        reference="Dwork et al., 2006",
    ),
    Entry(
        name="dynanoise",
        alias="dynamic-noise",
        title="DynaNoise",
        family="output-transform",
        layer=DynamicNoise,
        config={"variance": 0.3, "scale": 2.0, "temperature": 10.0},
        recipe=None,
        reference="Forough and Haddadi, 2025, arXiv:2505.13362",
    ),
)
