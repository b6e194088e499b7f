"""The defenses that are layers, and their base classes."""

from keras_entropy.layers.coarsening.label_only import LabelOnly as LabelOnly
from keras_entropy.layers.coarsening.rounding import Rounding as Rounding
from keras_entropy.layers.coarsening.top_k import TopK as TopK
from keras_entropy.layers.defense import Claims as Claims
from keras_entropy.layers.defense import Defense as Defense
from keras_entropy.layers.fitted_defense import FittedDefense as FittedDefense
from keras_entropy.layers.frequencies.binned_frequencies import (
    BinnedFrequencies as BinnedFrequencies,
)
from keras_entropy.layers.frequencies.pair_frequencies import (
    PairFrequencies as PairFrequencies,
)
from keras_entropy.layers.frequencies.rank_frequencies import (
    RankFrequencies as RankFrequencies,
)
from keras_entropy.layers.frequencies.rank_map import RankMap as RankMap
from keras_entropy.layers.identity import Identity as Identity
from keras_entropy.layers.perturbation.dynamic_noise import DynamicNoise as DynamicNoise
from keras_entropy.layers.perturbation.label_invariance import (
    LabelInvariance as LabelInvariance,
)
from keras_entropy.layers.perturbation.memguard import MemGuard as MemGuard
from keras_entropy.layers.perturbation.noise import GaussianNoise as GaussianNoise
from keras_entropy.layers.perturbation.noise import LaplaceNoise as LaplaceNoise
from keras_entropy.layers.perturbation.reverse_sigmoid import (
    ReverseSigmoid as ReverseSigmoid,
)
from keras_entropy.layers.reference_study.empirical_modes.first_intrinsic_mode import (
    FirstIntrinsicMode as FirstIntrinsicMode,
)
from keras_entropy.layers.reference_study.entropy_regularization import (
    EntropyRegularization as EntropyRegularization,
)
from keras_entropy.layers.reference_study.heads import LinearHead as LinearHead
from keras_entropy.layers.reference_study.heads import QuadraticHead as QuadraticHead
from keras_entropy.layers.reference_study.koopman import (
    GaussianKoopman as GaussianKoopman,
)
from keras_entropy.layers.reference_study.koopman import (
    RandomFourierKoopman as RandomFourierKoopman,
)
from keras_entropy.layers.reference_study.smoothing import (
    PolynomialSmoothing as PolynomialSmoothing,
)
from keras_entropy.layers.reference_study.smoothing import (
    SplineSmoothing as SplineSmoothing,
)
from keras_entropy.layers.reference_study.taylor_softmax import (
    TaylorSoftmax as TaylorSoftmax,
)
from keras_entropy.layers.softening.entropy_floor import EntropyFloor as EntropyFloor
from keras_entropy.layers.softening.fitted_temperature import (
    FittedTemperature as FittedTemperature,
)
from keras_entropy.layers.softening.temperature_scaling import (
    TemperatureScaling as TemperatureScaling,
)
from keras_entropy.layers.softening.uniform_mixing import UniformMixing as UniformMixing
