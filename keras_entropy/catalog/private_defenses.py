"""The catalog's rows of models whose training is differentially private."""

from __future__ import annotations

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.identity import Identity
from keras_entropy.training.private_steps import PrivateSteps
from keras_entropy.training.private_steps import PrivateStepsFromReference

_ABADI = "Abadi et al., 2016, arXiv:1607.00133"

PRIVATE_DEFENSES = (
    Entry(
        name="dp-sgd-reference",
        alias="private-steps-from-reference",
        title="DP-SGD from a start on the reference",
        family="training-loss",
        layer=Identity,
        config={},
        recipe=PrivateStepsFromReference(),
        reference=_ABADI,
    ),
    Entry(
        name="dp-sgd-reference-strict",
        alias="more-private-steps-from-reference",
        title="DP-SGD from a start on the reference, twice the noise",
        family="training-loss",
        layer=Identity,
        config={},
        recipe=PrivateStepsFromReference(noise_multiplier=40.0),
        reference=_ABADI,
    ),
    Entry(
        name="dp-sgd",
        alias="private-steps",
        title="DP-SGD from fresh weights",
        family="training-loss",
        layer=Identity,
        config={},
        # 16 standard deviations apart for add or remove: as in literature that looks
        # at accuracy first.
        recipe=PrivateSteps(
            steps=256,
            noise_multiplier=1.0,
            clip_norm=1.0,
            learning_rate=1e-2,
            loss=None,
        ),
        reference=_ABADI,
    ),
)
