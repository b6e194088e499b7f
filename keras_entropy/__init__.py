"""Output defenses against membership inference for Keras 3.

>>> import keras_entropy
>>> defended = keras_entropy.defend(model, keras_entropy.TemperatureScaling(4.0))

Layers, such as `TemperatureScaling`, and `defend`, `strip`; `catalog.build` makes any
defense by its name; `recommend` searches among layers; `losses` of trainings that are
defenses; `callbacks.MembershipAudit`. For studies: `attacks`, `shadow`, `queries`,
`audit`, which are imported by their own names.
"""

import importlib
from typing import TYPE_CHECKING

from keras_entropy import privacy as privacy
from keras_entropy._version import __version__ as __version__
from keras_entropy.layers import BinnedFrequencies as BinnedFrequencies
from keras_entropy.layers import Claims as Claims
from keras_entropy.layers import Defense as Defense
from keras_entropy.layers import DynamicNoise as DynamicNoise
from keras_entropy.layers import EntropyFloor as EntropyFloor
from keras_entropy.layers import EntropyRegularization as EntropyRegularization
from keras_entropy.layers import FirstIntrinsicMode as FirstIntrinsicMode
from keras_entropy.layers import FittedDefense as FittedDefense
from keras_entropy.layers import FittedTemperature as FittedTemperature
from keras_entropy.layers import GaussianKoopman as GaussianKoopman
from keras_entropy.layers import GaussianNoise as GaussianNoise
from keras_entropy.layers import Identity as Identity
from keras_entropy.layers import LabelInvariance as LabelInvariance
from keras_entropy.layers import LabelOnly as LabelOnly
from keras_entropy.layers import LaplaceNoise as LaplaceNoise
from keras_entropy.layers import LinearHead as LinearHead
from keras_entropy.layers import MemGuard as MemGuard
from keras_entropy.layers import PairFrequencies as PairFrequencies
from keras_entropy.layers import PolynomialSmoothing as PolynomialSmoothing
from keras_entropy.layers import QuadraticHead as QuadraticHead
from keras_entropy.layers import RandomFourierKoopman as RandomFourierKoopman
from keras_entropy.layers import RankFrequencies as RankFrequencies
from keras_entropy.layers import RankMap as RankMap
from keras_entropy.layers import ReverseSigmoid as ReverseSigmoid
from keras_entropy.layers import Rounding as Rounding
from keras_entropy.layers import SplineSmoothing as SplineSmoothing
from keras_entropy.layers import TaylorSoftmax as TaylorSoftmax
from keras_entropy.layers import TemperatureScaling as TemperatureScaling
from keras_entropy.layers import TopK as TopK
from keras_entropy.layers import UniformMixing as UniformMixing
from keras_entropy.losses import ConvexConcaveLoss as ConvexConcaveLoss
from keras_entropy.losses import (
    EntropyRegularizedCrossentropy as EntropyRegularizedCrossentropy,
)
from keras_entropy.losses import HighEntropyLabelLoss as HighEntropyLabelLoss
from keras_entropy.losses import RelaxLoss as RelaxLoss
from keras_entropy.models.defending import defend as defend
from keras_entropy.models.defending import strip as strip

if TYPE_CHECKING:
    from keras_entropy import callbacks as callbacks
    from keras_entropy import catalog as catalog
    from keras_entropy.search.recommending import recommend as recommend
    from keras_entropy.training.temperature_calibration import (
        fit_temperature as fit_temperature,
    )
else:
    # What trains, searches and attacks takes time to load, and some of it needs SciPy
    # and scikit-learn. A deployed model needs none of it.
    _MODULES = ("callbacks", "catalog")
    _FUNCTIONS = {
        "recommend": "keras_entropy.search.recommending",
        "fit_temperature": "keras_entropy.training.temperature_calibration",
    }

    def __getattr__(name: str) -> object:
        if name in _MODULES:
            return importlib.import_module(f"keras_entropy.{name}")
        if name in _FUNCTIONS:
            return getattr(importlib.import_module(_FUNCTIONS[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *_MODULES, *_FUNCTIONS})
