from __future__ import annotations

from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.reference_study.class_spline import study_spline
from keras_entropy.layers.reference_study.empirical_modes.sifting import first_mode
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics.argument_checks import check_count


@keras.saving.register_keras_serializable(package="keras_entropy")
class FirstIntrinsicMode(Defense):
    """First mode of an empirical mode decomposition of the classes (M-3 of the study).

    With `s` the cubic spline of the probabilities of C classes on a three times finer
    grid, `v` is every third point of the first intrinsic mode function of `s`: what
    remains when the mean of the envelopes through the maxima and the minima has been
    taken away until it is small ("sifting"). Then `v` is normalized.

    A sifting is the last one if the maxima before it were not negative and the minima
    not positive, if zeros and extrema differ in number by one at most, and if one of
    these is small: the energy of the change over the range (0.001), the energy of the
    change over that before (0.2), or the sum of the squared relative changes (0.2).
    That is the rule of the package EMD-signal, which the study uses; ours ends after
    `siftings` in any case, EMD-signal's after 1,000. A row of fewer than three
    extrema, at first or after a sifting, is a trend, and `v` is the spline itself;
    here also a row that varies by less than 1e-5.
    Of a plateau of two points one is the extremum, as in EMD-signal; a longer plateau
    has none here, and its middle there.

    The order of the classes matters (not permutation equivariant), and the argmax may
    move. The extrema make the map discontinuous: rounding may turn one row's result
    into another. No gradient passes through the siftings; in training the layer hands
    the gradient on unchanged.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.FirstIntrinsicMode()
    >>> out = layer(np.eye(10, dtype="float32"))

    Args:
        siftings: Integer, at least 1: largest number of siftings. With 10 classes
            half of all rows need 2 and 99 of 100 need 12. Defaults to `20`.
        normalization: `"softmax"` (as the study scores it) or `"clip"` (negative
            entries become 0). Defaults to `"softmax"`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at least 4 classes.

    Returns:
        Class probabilities of the same shape; deterministic; exports to SavedModel
        from TensorFlow.

    Raises:
        ValueError: If `siftings` is no integer of at least 1, `normalization` is
            unknown, or there are fewer than 4 classes.

    Reference:
        M-3 of the study "entropic_MIA_defense"; empirical mode decomposition:
        [Huang et al., 1998](https://doi.org/10.1098/rspa.1998.0193).
    """

    iterates = True
    claims = Claims(export=("tf_saved_model",))
    min_classes = 4  # a not-a-knot cubic spline has at least four knots

    def __init__(
        self, siftings: int = 20, normalization: str = "softmax", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.siftings = check_count("siftings", siftings)
        self.normalization = probability_vectors.check_normalization(normalization)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self._spline = study_spline(self.built_classes).T

    def call(self, inputs: Any) -> Any:
        spline = ops.convert_to_tensor(self._spline, dtype=inputs.dtype)
        signals = ops.matmul(inputs, spline)
        rows = ops.reshape(signals, (-1, spline.shape[-1]))
        # JAX has no gradient of a loop of unknown length.
        modes = first_mode(ops.stop_gradient(rows), self.siftings)
        values = ops.reshape(modes, ops.shape(signals))[..., 0::3]
        values = inputs + ops.stop_gradient(values - inputs)
        return probability_vectors.normalize(values, self.normalization)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "siftings": self.siftings,
            "normalization": self.normalization,
        }
