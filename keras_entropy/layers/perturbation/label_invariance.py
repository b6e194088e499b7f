from __future__ import annotations

from typing import Any

import keras

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.perturbation.noisy_copies import MeanOfCopies
from keras_entropy.layers.perturbation.noisy_copies import NoisyCopies
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_count
from keras_entropy.numerics.argument_checks import check_nonnegative


@keras.saving.register_keras_serializable(package="keras_entropy")
class LabelInvariance(Defense):
    """Tells the label of the mean answer to noisy copies of the input (LDL).

    `keras_entropy.defend` puts the model between two further layers: one that makes
    copies of each input with normal noise, and one that takes the mean of the model's
    logits for them. This layer gives the class of that mean the probability 1, and all
    others 0. Labels then are the same in a sphere around an input wherever the model
    changes its own for less than the noise. It is not the label of the undefended
    model, and each question costs as much as `copies` of them.

    What is narrower than the noise is smoothed away, and a straight boundary stays
    where it is: whoever asks as far away as it is finds out how far, which is what
    tells members from others.

    The paper leaves open how answers are pooled, and the authors' code draws noise anew
    for each question, 200 copies of an image. Here the noise is drawn once, when the
    model is defended, and saved with it: the same question gets the same answer, and
    asking again tells nothing. Noise is drawn for floats; the paper's flips of
    binary features are not here.

    Example:

    >>> import keras, keras_entropy
    >>> model = keras.Sequential(
    ...     [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    ... )
    >>> layer = keras_entropy.LabelInvariance(stddev=0.1)
    >>> defended = keras_entropy.defend(model, layer)

    Args:
        stddev: Float, at least 0: standard deviation of the noise, in the units of the
            inputs. Defaults to `0.1`, for inputs between 0 and 1.
        copies: Integer, at least 1: noisy copies of each input. Defaults to `32`.
        seed: Integer or `None`, of the noise. Leave it out in deployment: whoever
            knows the noise knows what is asked. Defaults to `None`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)` of the mean answer.

    Returns:
        Class probabilities of the same shape, 1 for the leading class; classes that
        tie share it. Deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If an argument is out of its range.

    Reference:
        [Rajabi et al., 2023](https://arxiv.org/abs/2212.01688)
    """

    claims = Claims(permutation_equivariant=True)
    expects = "copies"

    def __init__(
        self,
        stddev: float = 0.1,
        copies: int = 32,
        *,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.stddev = check_nonnegative("stddev", stddev)
        self.copies = check_count("copies", copies)
        self.seed = seed

    def make_copies(self) -> NoisyCopies:
        """Returns a new layer to put in front of the model."""
        return NoisyCopies(self.copies, self.stddev, seed=self.seed)

    def make_mean(self) -> MeanOfCopies:
        """Returns a new layer to put between the model and this one."""
        return MeanOfCopies(self.copies)

    def call(self, inputs: Any) -> Any:
        winners = ranks.maxima(inputs)
        ties = keras.ops.sum(winners, axis=-1, keepdims=True)
        return ranks.spread_nan(winners / keras.ops.maximum(ties, 1.0), inputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "stddev": self.stddev,
            "copies": self.copies,
            "seed": self.seed,
        }
