"""The models under test."""

from __future__ import annotations

import keras


def study_mlp(input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Returns the study's network, compiled: ReLU layers of 128 and 64 units.

    Args:
        input_shape: Shape of one example; images are flattened.
        classes: Number of classes.
    """
    layers = [keras.Input(input_shape)]
    if len(input_shape) > 1:
        layers.append(keras.layers.Flatten())
    layers += [
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(classes, activation="softmax"),
    ]
    model = keras.Sequential(layers, name="study_mlp")
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy")
    return model
