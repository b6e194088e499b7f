"""Whether the training of a defense left a model far behind what it was."""

from __future__ import annotations

import warnings

import keras
import numpy as np

from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.input_table import answers_to
from keras_entropy.shadow.resemblance import allowed_difference

# More would take long, and tell a difference of this size no better.
_MOST_EXAMPLES = 10_000


def warn_of_lost_accuracy(
    name: str, undefended: keras.Model, trained: keras.Model, x: Array, y: Integers
) -> None:
    """Warns if a trained defense answers training examples far worse than the model.

    Args:
        name: Name of the defense.
        undefended: The model, with class probabilities as its output.
        trained: The defended model.
        x: Array `(N, ...)` of training inputs.
        y: Integer array `(N,)`: their classes.
    """
    if len(x) > _MOST_EXAMPLES:
        rows = np.random.default_rng(0).choice(len(x), _MOST_EXAMPLES, replace=False)
        x, y = x[rows], y[rows]
    before, after = (
        prediction_quality.accuracy(answers_to(model, x), y)
        for model in (undefended, trained)
    )
    if before - after > allowed_difference(before, after, len(x)):
        warnings.warn(
            f"`{name}` answers {100 * after:.0f} % of its training examples correctly, "
            f"where {undefended.name.removesuffix('_probabilities')!r} answers "
            f"{100 * before:.0f} %. If that is not what the defense costs, it was not "
            "trained long enough or at another learning rate: give `epochs`, "
            "`batch_size` or `learning_rate`",
            stacklevel=3,
        )
