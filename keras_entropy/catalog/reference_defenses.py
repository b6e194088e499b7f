"""The catalog's rows of models that are trained on reference examples as well."""

from __future__ import annotations

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.frequencies.binned_frequencies import BinnedFrequencies
from keras_entropy.layers.identity import Identity
from keras_entropy.layers.softening.fitted_temperature import FittedTemperature
from keras_entropy.training.on_reference.cross_fitting import CrossFitting
from keras_entropy.training.on_reference.disjoint_mean import DisjointMean
from keras_entropy.training.on_reference.reference_only import ReferenceOnly
from keras_entropy.training.on_reference.reference_start import ReferenceStart
from keras_entropy.training.on_reference.with_reference import WithReference

REFERENCE_DEFENSES = (
    Entry(
        name="reference-only",
        alias="public-data-only",
        title="The reference alone, no private example",
        family="none",
        layer=FittedTemperature,
        config={},
        recipe=ReferenceOnly(),
        reference="keras-entropy",
        cross_fitting=CrossFitting(),
    ),
    Entry(
        name="with-reference",
        alias="more-data",
        title="No defense, trained on the reference as well",
        family="none",
        layer=Identity,
        config={},
        recipe=WithReference(),
        reference="keras-entropy",
    ),
    Entry(
        name="reference-start",
        alias="start-on-public-data",
        title="Start on the reference, few private epochs, then label frequencies",
        family="training-loss",
        layer=BinnedFrequencies,
        config={"bins": 1},
        recipe=ReferenceStart(),
        reference="keras-entropy",
        cross_fitting=CrossFitting(),
    ),
    Entry(
        name="disjoint-mean",
        alias="mean-of-disjoint-models",
        title="Mean of models of disjoint parts, secret start, then label frequencies",
        family="training-loss",
        layer=BinnedFrequencies,
        config={"bins": 1},
        recipe=DisjointMean(),
        reference="keras-entropy",
        cross_fitting=CrossFitting(),
    ),
)
