from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.reference_study.class_spline import study_grid
from keras_entropy.layers.reference_study.class_spline import study_spline
from keras_entropy.numerics import probability_vectors

# NumPy declares no types for it.
_legendre: Callable[[Floats, int], Floats] = np.polynomial.legendre.legvander


class _Smoothing(Defense, abc.ABC):
    """Abstract: a constant matrix along the class axis, then a normalization."""

    min_classes = 4  # a not-a-knot cubic spline has at least four knots

    def __init__(self, *, normalization: str = "softmax", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.normalization = probability_vectors.check_normalization(normalization)
        # Under "softmax" the values lie within a range of about 1, so no output row
        # is far from uniform; "clip" may sharpen a row instead.
        self.claims = Claims(raises_entropy=normalization == "softmax")

    @abc.abstractmethod
    def matrix(self, classes: int) -> Floats:
        """Returns the float64 matrix `(classes, classes)`; the output is `matrix @ p`.

        Args:
            classes: Integer, at least 4.
        """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        # NumPy, not a tensor: a tensor made while tracing would not outlive the trace.
        self._transposed = self.matrix(self.built_classes).T

    def call(self, inputs: Any) -> Any:
        matrix = ops.convert_to_tensor(self._transposed, dtype=inputs.dtype)
        return probability_vectors.normalize(
            ops.matmul(inputs, matrix), self.normalization
        )

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "normalization": self.normalization}


@keras.saving.register_keras_serializable(package="keras_entropy")
class SplineSmoothing(_Smoothing):
    """Cubic spline along the class axis, read off between its knots (M-1 of the study).

    The study runs dynamic mode decomposition of the spline onto itself. That operator
    is the identity on its own column space, so the defense is one constant matrix:
    with `t = linspace(0, C, C)` and `T = linspace(0, C, 3C)` for C classes,
    `v = CubicSpline(t, p)(T)[0::3]`; then `v` is normalized.

    The order of the classes matters, although it is arbitrary for most classifiers:
    renaming the classes changes the result (not permutation equivariant), and the
    argmax may move to a neighbor, because `T[0::3]` misses the knots. The matrix is
    invertible, so an attacker who knows the layer loses nothing.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.SplineSmoothing()
    >>> out = layer(np.eye(10, dtype="float32"))  # every row closer to uniform

    Args:
        normalization: `"softmax"` (as the study scores it; entropy never falls) or
            `"clip"` (negative entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at least 4 classes.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `normalization` is unknown, or there are fewer than 4 classes.

    Reference:
        M-1 of the study "entropic_MIA_defense"; dynamic mode decomposition:
        [Schmid, 2010](https://doi.org/10.1017/S0022112010001217).
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if self.normalization == "softmax":
            self.claims = dataclasses.replace(self.claims, injective=True)

    def matrix(self, classes: int) -> Floats:
        return study_spline(classes)[0::3]

    def invert(self, outputs: Floats) -> Floats:
        """Returns the input probabilities that gave `outputs`, in float64."""
        values = np.log(
            np.maximum(np.asarray(outputs, "float64"), probability_vectors.TINY)
        )
        # The rows of the matrix sum to 1, so the constant that softmax forgets
        # passes through it, and the sum of the probabilities tells it.
        raw = np.linalg.solve(self.matrix(values.shape[-1]), values[..., None])[..., 0]
        shift = (1 - raw.sum(axis=-1, keepdims=True)) / values.shape[-1]
        return probability_vectors.project(raw + shift)


@keras.saving.register_keras_serializable(package="keras_entropy")
class PolynomialSmoothing(_Smoothing):
    """Least-squares polynomial along the class axis (M-18 of the study).

    With `t = linspace(0, C, C)` and `T = linspace(0, C, 3C)` for C classes, a
    polynomial of the given degree is fitted to the cubic spline of `(t, p)` on all of
    `T`, and `v` is the fit on `T[0::3]`; then `v` is normalized. All of it is linear
    in `p`: one constant matrix of rank `degree + 1`.

    The order of the classes matters, although it is arbitrary for most classifiers
    (not permutation equivariant), and the argmax may move. With more than
    `degree + 1` classes the map is not injective.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.PolynomialSmoothing(degree=6)
    >>> out = layer(np.eye(10, dtype="float32"))  # every row closer to uniform

    Args:
        degree: Integer, at least 0 and below three times the number of classes.
            Defaults to `6`.
        normalization: `"softmax"` (as the study scores it; entropy never falls) or
            `"clip"` (negative entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at least 4 classes.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `degree` is not a whole number in its range, `normalization` is
            unknown, or there are fewer than 4 classes.

    Reference:
        M-18 of the study "entropic_MIA_defense".
    """

    def __init__(self, degree: int = 6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if type(degree) is not int or degree < 0:  # `True` is no degree
            raise ValueError(
                f"`degree` must be an integer, at least 0. Received: degree={degree!r}"
            )
        self.degree = degree

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        classes = input_shape[-1]
        if classes is not None and self.degree >= 3 * classes:
            raise ValueError(
                f"`degree` must be below three times the number of classes. "
                f"Received: degree={self.degree}, classes={classes}"
            )
        super().build(input_shape)

    def matrix(self, classes: int) -> Floats:
        _, grid = study_grid(classes)
        # Legendre polynomials on [-1, 1]: powers of T would be ill-conditioned.
        scaled = 2 * grid / classes - 1
        basis, _ = np.linalg.qr(_legendre(scaled, self.degree))
        return basis[0::3] @ (basis.T @ study_spline(classes))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "degree": self.degree}
