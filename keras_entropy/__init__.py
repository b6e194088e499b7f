"""Output defenses against membership inference for Keras 3.

>>> import keras_entropy
>>> defended = keras_entropy.defend(model, keras_entropy.TemperatureScaling(4.0))
"""

from keras_entropy import catalog as catalog
from keras_entropy._defense import Claims as Claims
from keras_entropy._defense import Defense as Defense
from keras_entropy._fitted import FittedDefense as FittedDefense
from keras_entropy._version import __version__ as __version__
from keras_entropy.attach import defend as defend
from keras_entropy.attach import strip as strip
from keras_entropy.binned import BinnedFrequencies as BinnedFrequencies
from keras_entropy.calibration import fit_temperature as fit_temperature
from keras_entropy.emd import FirstIntrinsicMode as FirstIntrinsicMode
from keras_entropy.hamp_loss import HighEntropyLabelLoss as HighEntropyLabelLoss
from keras_entropy.heads import LinearHead as LinearHead
from keras_entropy.heads import QuadraticHead as QuadraticHead
from keras_entropy.identity import Identity as Identity
from keras_entropy.koopman import GaussianKoopman as GaussianKoopman
from keras_entropy.koopman import RandomFourierKoopman as RandomFourierKoopman
from keras_entropy.losses import (
    EntropyRegularizedCrossentropy as EntropyRegularizedCrossentropy,
)
from keras_entropy.memguard import MemGuard as MemGuard
from keras_entropy.mixing import EntropyFloor as EntropyFloor
from keras_entropy.mixing import UniformMixing as UniformMixing
from keras_entropy.noise import GaussianNoise as GaussianNoise
from keras_entropy.noise import LaplaceNoise as LaplaceNoise
from keras_entropy.pairs import PairFrequencies as PairFrequencies
from keras_entropy.rank import RankFrequencies as RankFrequencies
from keras_entropy.rank import RankMap as RankMap
from keras_entropy.regularization import EntropyRegularization as EntropyRegularization
from keras_entropy.relax_loss import RelaxLoss as RelaxLoss
from keras_entropy.reverse_sigmoid import ReverseSigmoid as ReverseSigmoid
from keras_entropy.rounding import Rounding as Rounding
from keras_entropy.smoothing import PolynomialSmoothing as PolynomialSmoothing
from keras_entropy.smoothing import SplineSmoothing as SplineSmoothing
from keras_entropy.taylor import TaylorSoftmax as TaylorSoftmax
from keras_entropy.temperature import TemperatureScaling as TemperatureScaling
from keras_entropy.truncation import LabelOnly as LabelOnly
from keras_entropy.truncation import TopK as TopK


def __getattr__(name: str) -> object:
    # The search needs SciPy and scikit-learn, which a deployed model does not.
    if name == "recommend":
        from keras_entropy.search import recommend

        return recommend
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
