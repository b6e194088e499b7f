"""Every training can be given a start that an attacker knows."""

import dataclasses

import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy.shadow import initialize
from keras_entropy.training.recipe import TrainingData

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(80, 4)).astype("float32"), RNG.integers(0, 3, 80)
# What is trained by itself before, from starts that nobody deploys.
HIDDEN = {"selena": 1}


def small():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


class Recorded:
    """Takes note of what trainings start from, and trains nothing."""

    def __init__(self):
        self.starts = []

    def __call__(self, model, stack, x, y, rows, **settings):
        self.starts.append(stack.values(model))
        return stack


def trained_whole():
    return [
        entry.name
        for entry in catalog.entries()
        if entry.is_trained and entry.family in ("none", "training-loss")
    ]


@pytest.mark.parametrize("name", trained_whole())
def test_models_of_one_start_begin_alike(name):
    model, entry = small(), catalog.get(name)
    seen = Recorded()
    data = TrainingData(
        x=X,
        y=Y,
        rows=np.stack([np.arange(30), np.arange(30, 60)]),
        seeds=[3, 4],
        epochs=2,
        batch_size=16,
        train=seen,
        starts=[9, 9],
        reference=(X[60:], Y[60:]),
        noise_seed=0,
    )
    recipe = entry.stages[0].recipe
    layer = entry.stages[0].create()
    recipe(layer, model, initialize(model, [9, 9]), data)
    known = seen.starts[HIDDEN.get(name, 0) :]
    weights = [value for start in known for value in start if value.ndim == 3]
    assert weights
    for value in weights:
        assert (value == value[:1]).all()
    # Without it each has a start of its own.
    seen.starts.clear()
    own = dataclasses.replace(data, starts=None)
    model = small()
    recipe(layer, model, initialize(model, [3, 4]), own)
    kernel = next(v for v in seen.starts[-1] if v.ndim == 3 and len(v) > 1)
    assert (kernel != kernel[:1]).any()
