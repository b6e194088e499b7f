"""The models of the design, compiled and untrained."""

from __future__ import annotations

import keras

from eval_suite.datasets.datasets import Dataset
from eval_suite.doctor.design import SHIFT
from eval_suite.doctor.design import Cell

_L2 = 1e-3
_DROPOUT = 0.5
_SMOOTHING = 0.1
# In standard deviations of an input and in widths of a picture.
NOISE = 0.3
SHIFTED_BY = 0.125
# Pictures that come as rows of numbers.
_FLAT_PICTURES = {"digits": (8, 8, 1)}


def picture_shape(dataset: Dataset) -> tuple[int, ...] | None:
    """Returns `(H, W, C)` of a dataset of pictures, or `None` for other examples."""
    shape = dataset.x.shape[1:]
    if len(shape) == 2:
        return (*shape, 1)
    if len(shape) == 3:
        return shape
    return _FLAT_PICTURES.get(dataset.name)


def build(cell: Cell, dataset: Dataset) -> keras.Model:
    """Returns the network of a cell: two hidden layers of ReLU, a softmax.

    Args:
        cell: Its recipe.
        dataset: What it is for.
    """
    return network(dataset, (cell.width, max(8, cell.width // 2)), cell.regularization)


def network(
    dataset: Dataset,
    units: tuple[int, ...],
    regularization: str = "none",
    *,
    convolution: bool = False,
    optimizer: str = "adam",
) -> keras.Model:
    """Returns a compiled network.

    Args:
        dataset: What it is for.
        units: Units of each hidden layer.
        regularization: One of the design's. Defaults to none.
        convolution: Boolean, whether a convolution of 16 filters comes first.
        optimizer: `"adam"`, or `"momentum"` for stochastic gradient descent.
    """
    # Named, so that the configuration does not tell how many models came before.
    layers: list[keras.Layer] = [keras.Input(dataset.x.shape[1:], name="inputs")]
    layers += _augmentation(dataset, regularization)
    if convolution:
        layers.append(_to_picture(dataset))
        layers.append(keras.layers.Conv2D(16, 3, activation="relu", name="convolution"))
    layers.append(keras.layers.Flatten(name="flatten"))
    for i, width in enumerate(units, 1):
        penalty = keras.regularizers.L2(_L2) if regularization == "l2" else None
        layers.append(
            keras.layers.Dense(
                width, activation="relu", kernel_regularizer=penalty, name=f"hidden_{i}"
            )
        )
        if regularization == "dropout":
            layers.append(keras.layers.Dropout(_DROPOUT, seed=i, name=f"dropout_{i}"))
    classes = len(dataset.class_names)
    layers.append(keras.layers.Dense(classes, activation="softmax", name="answers"))
    model = keras.Sequential(layers, name="cell")
    model.compile(_optimizer(optimizer), _loss(regularization))
    return model


def _augmentation(dataset: Dataset, regularization: str) -> list[keras.Layer]:
    if regularization == "noise":
        spread = float(dataset.x.std())
        return [keras.layers.GaussianNoise(NOISE * spread, seed=0, name="noise")]
    if regularization == SHIFT:
        shift = keras.layers.RandomTranslation(
            SHIFTED_BY, SHIFTED_BY, fill_mode="nearest", seed=0, name="shift"
        )
        return [_to_picture(dataset), shift]
    return []


def _to_picture(dataset: Dataset) -> keras.Layer:
    shape = picture_shape(dataset)
    if shape is None:
        raise ValueError(
            f"{dataset.name}: no pictures. Received: x of shape {dataset.x.shape}"
        )
    return keras.layers.Reshape(shape, name="picture")


def _loss(regularization: str) -> str | keras.losses.Loss:
    if regularization == "label smoothing":
        return keras.losses.CategoricalCrossentropy(label_smoothing=_SMOOTHING)
    return "sparse_categorical_crossentropy"


def _optimizer(name: str) -> keras.optimizers.Optimizer:
    if name == "momentum":
        return keras.optimizers.SGD(0.05, momentum=0.9, name="momentum")
    return keras.optimizers.Adam(1e-3, name="adam")
