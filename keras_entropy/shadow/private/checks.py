"""Refuses what would break the guarantee of a private training."""

from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Defense
from keras_entropy.models.input_table import inputs_in
from keras_entropy.shadow.backends.configuration import layers_of
from keras_entropy.shadow.stack import is_generator_state


def check_private_model(model: keras.Model, x: Array) -> None:
    """Raise if a model can't be trained on clipped gradients of single examples.

    Args:
        model: A compiled Keras model.
        x: Inputs `(N, ...)`, one of which the model is asked about.

    Raises:
        ValueError: If an example's answer or loss depends on other examples of the
            batch, training leaves traces of examples beside the gradients, or the
            model computes in a lower precision than float32.
    """
    if type(model).compute_loss is not keras.Model.compute_loss:
        raise _refused(
            "compute its loss as `keras.Model` does: a loss of its own may see the "
            "batch as a whole",
            f"{type(model).__name__} with its own `compute_loss`",
        )
    for layer in layers_of(model):
        if layer.compute_dtype != "float32" and layer.trainable_variables:
            raise _refused(
                "compute in float32, or norms of gradients are rounded",
                f"{layer.name!r}, which computes in {layer.compute_dtype}",
            )
        if _keeps_state(layer):
            raise _refused(
                "have no layer that keeps what it sees in training: no noise is added "
                "to that, and answers may depend on the batch as a whole. Take "
                "LayerNormalization or GroupNormalization, or freeze the layer",
                f"{layer.name!r} of type {type(layer).__name__}",
            )
    adding = [layer.name for layer in layers_of(model) if _adds_loss(layer)]
    if adding or _losses_added(model, x[:1]):
        raise _refused(
            "have no layer that adds a loss of what it sees: that would not be clipped",
            f"{', '.join(map(repr, adding)) or 'a layer that calls `add_loss`'}",
        )


def check_private_rows(rows: Integers, seeds: Sequence[int]) -> None:
    """Raise if an example counts twice, or two models would get the same noise.

    Args:
        rows: Integers `(K, m)`.
        seeds: K integers.
    """
    ordered = np.sort(rows, axis=1)
    twice = np.flatnonzero((ordered[:, 1:] == ordered[:, :-1]).any(axis=1))
    if len(twice):
        raise ValueError(
            "`rows` must name each example once for private training: its gradient is "
            f"clipped once. Received: model {twice[0]} with an example several times"
        )
    if len(set(map(int, seeds))) < len(seeds):
        raise ValueError(
            "`seeds` must differ between models for private training: from models with "
            "the same noise, the noise can be taken off. "
            f"Received: {len(seeds)} seeds, {len(set(map(int, seeds)))} of them "
            "different"
        )


def public_parts(model: keras.Model) -> list[str]:
    """Return the names of layers with values that training takes as they are.

    Nothing is guaranteed about examples that these values come from.
    """
    return [layer.name for layer in _taken_as_they_are(model)]


def _taken_as_they_are(model: keras.Model) -> Iterator[keras.layers.Layer]:
    for layer in layers_of(model):
        kept = not layer.trainable or isinstance(layer, Defense)
        if hasattr(layer, "adapt") or (kept and layer.weights):
            yield layer


def _keeps_state(layer: keras.layers.Layer) -> bool:
    if not layer.trainable or hasattr(layer, "adapt") or isinstance(layer, Defense):
        return False
    return any(not is_generator_state(v) for v in layer.non_trainable_variables)


def _adds_loss(layer: keras.layers.Layer) -> bool:
    return isinstance(layer, keras.layers.ActivityRegularization) or bool(
        getattr(layer, "activity_regularizer", None)
    )


def _losses_added(model: keras.Model, x: Array) -> bool:
    with keras.StatelessScope(collect_losses=True) as scope:
        model(inputs_in(model, keras.ops.convert_to_tensor(x)), training=True)
    return bool(scope.losses)


def _refused(wanted: str, received: str) -> ValueError:
    return ValueError(
        f"For private training, `model` must {wanted}. Received: {received}"
    )
