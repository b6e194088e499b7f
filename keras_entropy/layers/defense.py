from __future__ import annotations

import dataclasses
from typing import Any
from typing import ClassVar

import keras

from keras_entropy.arrays import Floats

EXPORT_FORMATS = ("tf_saved_model", "onnx")


@dataclasses.dataclass(frozen=True)
class Claims:
    """The promises of a defense about its float32 output; the suite holds it to each.

    Args:
        raises_entropy: The entropy of every output row is at least that of its
            input row (of its softmax, for a layer that expects logits).
        keeps_argmax: The input's argmax is among the output's maxima.
        keeps_ranking: No pair of classes changes its order (ties may appear).
        deterministic: The same input always gives the same output.
        injective: In exact arithmetic the input can be computed from the output,
            so an attacker who knows the layer loses nothing: no privacy by itself.
        permutation_equivariant: Renaming the classes renames the outputs.
        export: Formats of `keras.Model.export` that carry the layer.
    """

    raises_entropy: bool = False
    keeps_argmax: bool = False
    keeps_ranking: bool = False
    deterministic: bool = True
    injective: bool = False
    permutation_equivariant: bool = False
    export: tuple[str, ...] = EXPORT_FORMATS


class Defense(keras.layers.Layer):
    """Abstract output defense: class probabilities in, class probabilities out.

    A subclass is final. Every output row is finite, non-negative and sums to 1
    within 1e-5, and depends on the same row of the input alone. The computation
    runs in float32 whatever the global dtype policy, because float16 rounds
    probabilities to 0 or 1 and moves the argmax.

    Args:
        dtype: Must stay float32.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Tensor `(batch, ..., classes)` with at least 2 classes:
            probabilities, or logits where `expects` is `"logits"`; where it is
            `"copies"`, probabilities of the mean answer to copies of the model's input.

    Returns:
        Tensor of the same shape, float32.

    Raises:
        ValueError: If the last dimension is unknown or below `min_classes`, or the
            rank is below 2.
    """

    claims: Claims = Claims()
    expects: str = "probabilities"
    min_classes: ClassVar[int] = 2
    # Whether an answer is found by iteration, at many times the cost of other layers'.
    # The evaluation then asks fewer questions.
    iterates: ClassVar[bool] = False
    built_classes: int  # set by `build`

    def __init__(self, *, dtype: Any = "float32", **kwargs: Any) -> None:
        super().__init__(dtype=dtype, **kwargs)
        if self.compute_dtype != "float32":
            raise ValueError(
                f"`{type(self).__name__}` computes in float32: a lower precision moves "
                "the argmax and loses the tail. Leave `dtype` out. "
                f"Received: dtype={dtype!r}"
            )
        self.supports_masking = True

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        shape = tuple(input_shape)
        if len(shape) < 2:
            raise ValueError(
                f"`{type(self).__name__}` expects inputs of shape "
                f"(batch, ..., classes). Received: input_shape={shape}"
            )
        classes = shape[-1]
        if classes is None or classes < self.min_classes:
            hint = (
                " `keras_entropy.defend` turns one sigmoid unit into two classes."
                if classes == 1
                else ""
            )
            raise ValueError(
                f"`{type(self).__name__}` expects a static last dimension of at least "
                f"{self.min_classes} classes.{hint} Received: input_shape={shape}"
            )
        self.built_classes = classes
        self.input_spec = keras.layers.InputSpec(min_ndim=2, axes={-1: classes})

    def compute_output_shape(
        self, input_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        return input_shape

    @property
    def is_invertible(self) -> bool:
        """Whether the layer can be undone: its class defines `invert`."""
        return type(self).invert is not Defense.invert

    def invert(self, outputs: Floats) -> Floats:
        """Returns the inputs that gave `outputs`, or the best guess of them.

        An attacker who knows the layer undoes it first. The evaluation attacks the
        result wherever a subclass defines this method; one whose claims say
        `injective` must.

        Args:
            outputs: Array `(..., classes)`: answers of the layer.

        Returns:
            float64 array of the same shape: probabilities.

        Raises:
            NotImplementedError: If the layer can't be undone: see `is_invertible`.
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` can't be undone: it has no inverse. Ask "
            "`is_invertible` first"
        )
