"""The catalog's rows of models that are trained with another loss."""

from __future__ import annotations

import functools

import keras

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.frequencies.binned_frequencies import BinnedFrequencies
from keras_entropy.layers.frequencies.rank_map import RankMap
from keras_entropy.layers.identity import Identity
from keras_entropy.losses.high_entropy_label_loss import HighEntropyLabelLoss
from keras_entropy.losses.relax_loss import RelaxLoss
from keras_entropy.training.from_scratch import FromScratch

_HAMP = "Chen and Pattabiraman, 2024, arXiv:2307.01610"
_HAMP_TRAINING = FromScratch(
    functools.partial(HighEntropyLabelLoss, label_entropy=0.95, weight=0.01)
)

TRAINING_DEFENSES = (
    Entry(
        name="label-smoothing",
        alias="smoothed-labels",
        title="Label smoothing",
        family="training-loss",
        layer=Identity,
        config={},
        recipe=FromScratch(
            functools.partial(keras.losses.CategoricalCrossentropy, label_smoothing=0.1)
        ),
        reference="Szegedy et al., 2016, arXiv:1512.00567",
    ),
    Entry(
        name="smoothed-binned",
        alias="smoothed-labels-and-frequencies",
        title="Label smoothing, then label frequencies",
        family="training-loss",
        layer=BinnedFrequencies,
        config={"bins": 1},
        recipe=FromScratch(
            functools.partial(keras.losses.CategoricalCrossentropy, label_smoothing=0.3)
        ),
        reference="keras-entropy",
    ),
    Entry(
        name="hamp-training",
        alias="high-entropy-labels",
        title="HAMP's training half",
        family="training-loss",
        layer=Identity,
        config={},
        recipe=_HAMP_TRAINING,
        reference=_HAMP,
    ),
    Entry(
        name="hamp",
        alias="high-entropy-labels-and-ranks",
        title="HAMP",
        family="training-loss",
        layer=RankMap,
        config={},
        recipe=_HAMP_TRAINING,
        reference=_HAMP,
    ),
    Entry(
        name="relax-loss",
        alias="relaxed-loss",
        title="RelaxLoss",
        family="training-loss",
        layer=Identity,
        config={},
        recipe=FromScratch(functools.partial(RelaxLoss, level=0.2)),
        reference="Chen et al., 2022, arXiv:2207.05801",
    ),
)
