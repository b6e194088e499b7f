"""The recipe that keeps weights small."""

from __future__ import annotations

import dataclasses
from typing import Any
from typing import ClassVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.models.copies import unused_optimizer
from keras_entropy.models.defending import probabilities_of
from keras_entropy.numerics.argument_checks import check_nonnegative
from keras_entropy.shadow.stack import Stack
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData

# What layers call the regularizer of their matrix of weights.
_NAMES = (
    "kernel_regularizer",
    "depthwise_regularizer",
    "pointwise_regularizer",
    "recurrent_regularizer",
    "embeddings_regularizer",
)


@dataclasses.dataclass(frozen=True)
class WeightDecay:
    """Trains with `strength` times the sum of squared weights in the loss.

    As a regularizer of each layer's matrix, and not of the optimizer: there is one loss
    for all optimizers then, as in the paper. Biases, and layers without such a matrix,
    are left alone, which the paper does not speak of. A regularizer that a layer has
    already gives way.

    Args:
        strength: Float, at least 0. Defaults to `1e-3`, one of the paper's.

    Raises:
        ValueError: If `strength` is negative or not finite; when a model is trained,
            if none of its layers takes a regularizer.

    Reference:
        [Shokri et al., 2017](https://arxiv.org/abs/1610.05820)
    """

    strength: float = 1e-3
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        check_nonnegative("strength", self.strength)

    def model_epochs(self, data: TrainingData) -> int:
        return FromScratch().model_epochs(data)

    def __call__(
        self,
        layer: Defense,
        model: keras.Model,
        stack: Stack,
        data: TrainingData,
        *,
        from_logits: bool = False,
        progress: Progress | None = None,
    ) -> tuple[keras.Model, Stack]:
        decayed = self._decayed(probabilities_of(model, from_logits=from_logits))
        optimizer = unused_optimizer(model)
        if optimizer is not None:
            decayed.compile(optimizer)
        return FromScratch()(layer, decayed, stack, data, progress=progress)

    def _decayed(self, plain: keras.Model) -> keras.Model:
        """Returns a copy of a model whose layers have the regularizer."""
        found: list[str] = []

        def clone(layer: keras.layers.Layer) -> keras.layers.Layer:
            if hasattr(layer, "adapt"):
                return layer
            config, changed = self._regularized(layer.get_config())
            found.extend(changed)
            return type(layer).from_config(config)

        copy = keras.models.clone_model(plain, clone_function=clone, recursive=True)
        if not found:
            raise ValueError(
                "Weight decay needs a layer that takes a regularizer, such as Dense or "
                f"Conv2D. Received: layers {[layer.name for layer in plain.layers]}"
            )
        for variable, value in zip(copy.weights, plain.weights, strict=True):
            variable.assign(value)
        return copy

    def _regularized(self, config: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """Returns a configuration with the regularizer, and where that was put in.

        A layer such as Bidirectional has the configurations of others in its own.
        """
        given, found = {}, []
        for name, value in config.items():
            given[name] = value
            if name in _NAMES:
                regularizer = keras.regularizers.L2(self.strength)
                given[name] = keras.regularizers.serialize(regularizer)
                found.append(name)
            elif isinstance(value, dict):
                given[name], inside = self._regularized(value)
                found += inside
        return given, found
