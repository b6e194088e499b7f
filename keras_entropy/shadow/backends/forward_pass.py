"""One forward pass with the loss that `fit` would compute, on values from outside."""

from collections.abc import Sequence

import keras

from keras_entropy.models.input_table import inputs_in
from keras_entropy.shadow.backends.tensors import Tensor


def loss_and_state(
    model: keras.Model,
    variables: Sequence[keras.Variable],
    trainable: Sequence[Tensor],
    others: Sequence[Tensor],
    batch: Sequence[Tensor],
) -> tuple[Tensor, list[Tensor]]:
    """Return the training loss and the values of the non-trainable variables after it.

    Nothing is written into the model: its variables take the given values inside a
    stateless scope. `compute_loss` is the model's own, so that losses added by layers
    and regularisers count, and so does a user's override.

    Args:
        model: A compiled Keras model.
        variables: `variables_of(model)`.
        trainable: Tensors for the trainable variables, which come first.
        others: Tensors for the other variables.
        batch: Inputs, targets and, optionally, sample weights.

    Returns:
        The scalar loss, and a list of tensors for the other variables.
    """
    x, y, *weight = batch
    x = inputs_in(model, x)
    mapping = list(zip(variables, [*trainable, *others], strict=True))
    with keras.StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
        outputs = model(x, training=True)
        loss = model.compute_loss(
            x=x,
            y=y,
            y_pred=outputs,
            sample_weight=weight[0] if weight else None,
            training=True,
        )
        updated = [scope.get_current_value(v) for v in variables[len(trainable) :]]
    return loss, updated


def outputs_and_state(
    model: keras.Model,
    variables: Sequence[keras.Variable],
    values: Sequence[Tensor],
    x: Tensor,
) -> tuple[Tensor, list[Tensor]]:
    """Return the outputs at inference and the values of all variables after it.

    The state changes where a layer is random at inference: its generator moves on,
    and the next batch must not see the same draws.
    """
    mapping = list(zip(variables, values, strict=True))
    with keras.StatelessScope(state_mapping=mapping) as scope:
        outputs = model(inputs_in(model, x), training=False)
        return outputs, [scope.get_current_value(v) for v in variables]
