"""The catalog's rows of models whose training is differentially private."""

from __future__ import annotations

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.identity import Identity
from keras_entropy.layers.softening.fitted_temperature import FittedTemperature
from keras_entropy.training.on_reference.cross_fitting import CrossFitting
from keras_entropy.training.private_steps import PrivateSteps
from keras_entropy.training.private_steps import PrivateStepsFromReference

_ABADI = "Abadi et al., 2016, arXiv:1607.00133"

PRIVATE_DEFENSES = (
    Entry(
        name="dp-sgd-reference",
        alias="private-steps-from-reference",
        title="DP-SGD from a start on the reference, then a temperature",
        family="training-loss",
        layer=FittedTemperature,
        config={},
        recipe=PrivateStepsFromReference(),
        reference=_ABADI,
        cross_fitting=CrossFitting(),
    ),
    Entry(
        name="dp-sgd-reference-strict",
        alias="more-private-steps-from-reference",
        title="DP-SGD from the reference, twice the noise, then a temperature",
        family="training-loss",
        layer=FittedTemperature,
        config={},
        recipe=PrivateStepsFromReference(noise_multiplier=40.0),
        reference=_ABADI,
        cross_fitting=CrossFitting(),
    ),
    Entry(
        name="dp-sgd",
        alias="private-steps",
        title="DP-SGD from fresh weights",
        family="training-loss",
        layer=Identity,
        config={},
        # The largest epsilon of the paper: 8 at 1e-5, where one example is added or
        # removed. Steps take all examples, as sets are small here.
        recipe=PrivateSteps(
            noise_multiplier=6.01,
            clip_norm=1.0,
            learning_rate=1e-2,
            loss=None,
            delta=1e-5,
        ),
        reference=_ABADI,
    ),
)
