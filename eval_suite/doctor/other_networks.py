"""Shadow models that are unlike the target: another network, or other data."""

from __future__ import annotations

from collections.abc import Mapping

import keras
import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.doctor.recipes import network
from eval_suite.doctor.recipes import picture_shape
from keras_entropy.arrays import Array

# The network of the targets, and how long it and all others are trained.
UNITS = (128, 64)
EPOCHS = 50
# In standard deviations of an input.
_NOISE = 0.3
_DIMMED_TO = 0.7


def other_networks(dataset: Dataset) -> Mapping[str, keras.Model]:
    """Returns networks that are unlike the target's, by what is other about them.

    Args:
        dataset: What they are for.
    """
    if picture_shape(dataset) is None:
        fourth = {"a network four times as wide": network(dataset, (512, 256))}
    else:
        fourth = {"a convolution before it": network(dataset, (64,), convolution=True)}
    return {
        "a quarter of the width": network(dataset, (32, 16)),
        "one layer more": network(dataset, (128, 128, 64)),
        **fourth,
        "trained by momentum": network(dataset, UNITS, optimizer="momentum"),
    }


def other_inputs(x: Array, seed: int) -> Mapping[str, Array]:
    """Returns inputs of another law than the target's, by what is other about them.

    Args:
        x: Array `(N, ...)`, the target's.
        seed: Integer.
    """
    noise = np.random.default_rng(seed).normal(size=x.shape) * _NOISE * x.std()
    dimmed = x.mean() + _DIMMED_TO * (x - x.mean())
    return {
        "noisy data": (x + noise).astype(x.dtype),
        "data of less contrast": dimmed.astype(x.dtype),
    }
