"""The models under test."""

from __future__ import annotations

import keras


def study_mlp(input_shape: tuple[int, ...], classes: int) -> keras.Model:
    """Returns the study's network, compiled: ReLU layers of 128 and 64 units.

    Args:
        input_shape: Shape of one example; images are flattened.
        classes: Number of classes.
    """
    # Named, so that the configuration does not tell how many models came before.
    layers = [keras.Input(input_shape, name="inputs")]
    if len(input_shape) > 1:
        layers.append(keras.layers.Flatten(name="flatten"))
    layers += [
        keras.layers.Dense(128, activation="relu", name="hidden_1"),
        keras.layers.Dense(64, activation="relu", name="hidden_2"),
        keras.layers.Dense(classes, activation="softmax", name="probabilities"),
    ]
    model = keras.Sequential(layers, name="study_mlp")
    optimizer = keras.optimizers.Adam(1e-3, name="adam")
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model
