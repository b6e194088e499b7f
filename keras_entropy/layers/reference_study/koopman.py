"""Defenses that read class probabilities as a dynamical system along the classes."""

from __future__ import annotations

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


@keras.saving.register_keras_serializable(package="keras_entropy")
class GaussianKoopman(Defense):
    """Koopman operator on Gaussian observables along the class axis (M-2 of the study).

    With `T = linspace(0, C, 3C)` for C classes, `s` the cubic spline of the
    probabilities on `T`, and the observables `g_i(x) = exp(-(x - i)^2 / 2)` for
    `i = 0..C`: the operator is fitted between `X = g(T)` and `Y = g(s)`, and
    `v = (Y[1] X^+ X)[0::3]`. `X` is constant, so that `v = g_1(S p) Q` with two
    constant matrices; then `v` is normalized.

    The order of the classes matters (not permutation equivariant), the argmax may
    move, and a uniform row does not stay uniform, because the Gaussians do not span
    the constants; so the entropy of rows near to uniform falls.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.GaussianKoopman()
    >>> out = layer(np.eye(10, dtype="float32"))

    Args:
        normalization: `"softmax"` (as the study scores it) or `"clip"` (negative
            entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at least 4 classes.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        and ONNX.

    Raises:
        ValueError: If `normalization` is unknown, or there are fewer than 4 classes.

    Reference:
        M-2 of the study "entropic_MIA_defense"; extended dynamic mode decomposition:
        [Williams et al., 2015](https://arxiv.org/abs/1408.4408).
    """

    claims = Claims()
    min_classes = 4  # a not-a-knot cubic spline has at least four knots

    def __init__(self, normalization: str = "softmax", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.normalization = probability_vectors.check_normalization(normalization)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = self.built_classes
        _, grid = study_grid(classes)
        centers = np.arange(classes + 1)
        observables = np.exp(-((grid[:, None] - centers) ** 2) / 2)
        # X^+ X projects on the row space of X. By QR, because a product
        # with a pseudo-inverse would lose half of the digits.
        basis, _ = np.linalg.qr(observables)
        self._spline = study_spline(classes).T
        self._projection = basis @ basis[0::3].T

    def call(self, inputs: Any) -> Any:
        spline = ops.convert_to_tensor(self._spline, dtype=inputs.dtype)
        projection = ops.convert_to_tensor(self._projection, dtype=inputs.dtype)
        observable = ops.exp(-0.5 * ops.square(ops.matmul(inputs, spline) - 1.0))
        values = ops.matmul(observable, projection)
        return probability_vectors.normalize(values, self.normalization)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "normalization": self.normalization}


@keras.saving.register_keras_serializable(package="keras_entropy")
class RandomFourierKoopman(Defense):
    """Koopman operator on random Fourier features, drawn anew (M-4 of the study).

    With `T = linspace(0, C, 3C)` for C classes and `s` the cubic spline of the
    probabilities on `T`, each row draws 3 features
    `phi_j(x) = sqrt(2/3) cos(w_j x + b_j)`, with `w_j` normal of variance 1.2 and
    `b_j` uniform on `[0, 2 pi)`. With `Phi = phi(s)`, `A = Phi[:-1]` and
    `B = Phi[1:]`, the operator is `K = A^T B (A^T A)^+`, and
    `v = (Phi K^T)[0::3, 0]`; then `v` is normalized.

    The pseudo-inverse comes from an orthogonalization of the 3 features, which needs
    no matrix library and keeps twice the digits of `A^T A`. A feature of which less
    than 1e-5 is left beside the ones before it is dropped, since in float32 the rest
    is rounding; the study, in float64, keeps it down to 3e-8.

    Nothing is promised of entropy, argmax or ranking: the operator's values may be
    far from probabilities. As the draws are independent, the mean over repeated
    queries tells an attacker more than one answer.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.RandomFourierKoopman(seed=1)
    >>> out = layer(np.eye(10, dtype="float32"))  # another one at each call

    Args:
        seed: Integer, or `None` for a seed from the operating system, which is what
            to deploy: with a known seed the draws are known. The state of the
            generator is not kept in a `.keras` file, so that a loaded model starts
            its sequence anew. Defaults to `None`.
        normalization: `"softmax"` (as the study scores it) or `"clip"` (negative
            entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at least 4 classes.

    Returns:
        Class probabilities of the same shape; not deterministic; exports to
        SavedModel, not to ONNX.

    Raises:
        ValueError: If `normalization` is unknown, or there are fewer than 4 classes.

    Reference:
        M-4 of the study "entropic_MIA_defense"; random Fourier features:
        [Rahimi and Recht, 2007](https://papers.nips.cc/paper/3182).
    """

    claims = Claims(deterministic=False, export=("tf_saved_model",))
    min_classes = 4  # a not-a-knot cubic spline has at least four knots

    def __init__(
        self, seed: int | None = None, normalization: str = "softmax", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.normalization = probability_vectors.check_normalization(normalization)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self._spline = study_spline(self.built_classes).T

    def draw(self, shape: tuple[Any, ...]) -> tuple[Any, Any]:
        """Returns frequencies and phases, each of shape `(*shape, 3)`, and moves on."""
        frequencies = keras.random.normal((*shape, 3), seed=self.seed_generator)
        phases = keras.random.uniform(
            (*shape, 3), maxval=2 * np.pi, seed=self.seed_generator
        )
        return np.sqrt(1.2) * frequencies, phases

    def call(self, inputs: Any) -> Any:
        spline = ops.matmul(
            inputs, ops.convert_to_tensor(self._spline, dtype=inputs.dtype)
        )
        frequencies, phases = self.draw(ops.shape(inputs)[:-1])
        angles = spline[..., None, :] * frequencies[..., None] + phases[..., None]
        values = np.sqrt(2 / 3) * _forward(_cosine(angles))
        return probability_vectors.normalize(values, self.normalization)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "seed": self.seed,
            "normalization": self.normalization,
        }


# The cosine as a polynomial in the square, for up to a quarter of a turn, to 1e-9.
# NumPy declares no types for it.
_interpolate: Callable[[Callable[[Floats], Floats], int, list[float]], Any] = (
    np.polynomial.Chebyshev.interpolate
)
_COSINE: Floats = (
    _interpolate(lambda square: np.cos(np.sqrt(square)), 5, [0, 2.5])
    .convert(kind=np.polynomial.Polynomial)
    .coef
)
# Half turns are taken off in two parts, of which the first is exact in float32.
_HALF_TURN = 3.140625
_REST_OF_HALF_TURN = np.pi - _HALF_TURN


def _cosine(angles: Any) -> Any:
    """Returns the cosines of a few turns at most, nearly as exact as `ops.cos`.

    XLA has no `cos` of several numbers at a time on a CPU: it would take longer than
    all the rest of the layer.
    """
    halves = ops.round(angles * (1 / np.pi))
    rest = (angles - halves * _HALF_TURN) - halves * _REST_OF_HALF_TURN
    square = rest * rest
    cosine = float(_COSINE[-1])
    for coefficient in _COSINE[-2::-1]:
        cosine = cosine * square + float(coefficient)
    pairs = halves * 0.5
    return cosine * (1.0 - 4.0 * (pairs - ops.floor(pairs)))  # the sign


def _forward(features: Any) -> Any:
    """Returns every third entry of `(Phi K^T)[:, 0]`, for `Phi^T` up to a factor.

    With `A = Q R`, where `R` is taken from the rows of A alone, all of Phi is `P R`;
    then `Phi K^T = Phi R^-1 R^-T B^T A = P P[1:]^T A`, which holds no inverse.
    """
    dropped = 1e-5
    first = features[..., 0, :-1]
    columns: list[tuple[Any, Any]] = []
    values = 0.0
    for j in range(3):
        # Without the last point, which A lacks, and that point.
        rest, last = features[..., j, :-1], features[..., j, -1:]
        size = _dot(rest, rest)
        least = dropped**2 * size
        # Once more for what rounding leaves of the others.
        for column, end in 2 * columns:
            weight = _dot(column, rest)
            rest, last = rest - column * weight, last - end * weight
        size = _dot(rest, rest) if columns else size
        scale = ops.rsqrt(ops.maximum(size, probability_vectors.TINY))
        scale = ops.where(size > least, scale, 0.0)
        column, end = rest * scale, last * scale
        columns.append((column, end))
        weight = _dot(column[..., 1:], first[..., :-1]) + end * first[..., -1:]
        values = values + column[..., 0::3] * weight
    return values


def _dot(a: Any, b: Any) -> Any:
    return ops.sum(a * b, axis=-1, keepdims=True)
