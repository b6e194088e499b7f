"""Layers of the catalog, ready to be called."""

from __future__ import annotations

import numpy as np

from keras_entropy import Defense
from keras_entropy import FittedDefense
from keras_entropy import catalog


def create(name: str, classes: int) -> Defense:
    """Returns a built layer; one that is fitted gets made-up reference examples.

    Args:
        name: Name of a defense.
        classes: Number of classes.
    """
    layer = catalog.get(name).create()
    layer.build((None, classes))
    if isinstance(layer, FittedDefense):
        # A model that is right by its own probabilities, in classes of unequal size.
        random = np.random.default_rng(0)
        outputs = random.dirichlet(np.linspace(0.2, 0.6, classes), 100 * classes)
        draw = random.uniform(size=(len(outputs), 1))
        labels = (outputs.cumsum(axis=-1) < draw).sum(axis=-1).clip(max=classes - 1)
        members = {}
        if layer.needs_members:
            # Surer of what it was trained on.
            surer = outputs**2
            members["members"] = surer / surer.sum(axis=-1, keepdims=True)
        layer.fit(outputs, labels, **members)
    return layer
