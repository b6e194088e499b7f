"""A model that is asked about noisy copies of its input, and its way back."""

from __future__ import annotations

from typing import Any

import keras

from keras_entropy.layers.perturbation.label_invariance import LabelInvariance
from keras_entropy.models import graph


def mean_over_copies(model: keras.Model, layer: LabelInvariance) -> Any:
    """Returns a symbolic tensor of the mean answer to noisy copies of the input.

    Args:
        model: Ends in probabilities.
        layer: Says which copies.

    Raises:
        ValueError: If the model's input is not one tensor of floats of one shape.
    """
    inputs = model.inputs
    if len(inputs) != 1 or not keras.backend.is_float_dtype(inputs[0].dtype):
        found = ", ".join(f"{tensor.name}: {tensor.dtype}" for tensor in inputs)
        raise ValueError(
            f"`{layer.name}` adds noise to the model's input, which must be one tensor "
            f"of floats. Received: model={model.name!r} with inputs {found}"
        )
    copies = layer.make_copies()(graph.model_inputs(model))
    return layer.make_mean()(model(copies))


def inside_of(mean: Any) -> tuple[Any, Any]:
    """Returns the inputs and the output of the model that is asked about copies.

    Args:
        mean: The tensor that `mean_over_copies` made, or its like in a loaded model.
    """
    inner = graph.operation(graph.source(mean))
    return graph.model_inputs(inner), graph.single_output(inner)
