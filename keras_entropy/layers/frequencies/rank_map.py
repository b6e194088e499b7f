from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.frequencies.rank_profile import RankProfile
from keras_entropy.layers.frequencies.rank_profile import lead


@keras.saving.register_keras_serializable(package="keras_entropy")
class RankMap(RankProfile):
    """Keeps the ranking of the classes and replaces all probabilities (HAMP).

    The largest entry becomes the largest of a fixed row of numbers, the second largest
    the second, and so on. The row is the mean of the model's sorted answers to inputs
    without content: reference inputs whose features are each shuffled over the
    examples, so that every feature keeps its distribution and nothing fits together.

    HAMP draws the row anew for each query from a pool of such answers. As the draw has
    nothing to do with the input, asking several times gives the mean; so the mean is
    what is given here, at once, and the layer is deterministic.

    The ranking is all that is left to attack. `ranks` gives away less: the classes
    below become equal. The ranking of neighbors of an input tells much, though: models
    trained with HAMP's loss leak more through it than undefended ones do through their
    probabilities, to an attacker who asks often.

    Example:

    >>> import numpy as np, keras_entropy
    >>> pool = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    >>> layer = keras_entropy.RankMap().fit(pool, labels=np.array([0, 1]))
    >>> layer(np.array([[0.05, 0.9, 0.05]], "float32"))  # (0.175, 0.65, 0.175)

    Args:
        ranks: Integer, at least 1 and below the number of classes: how many of the
            largest entries are told apart, or `None` for all. Defaults to `None`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; ranking kept (ties share their places);
        deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If `ranks` is no integer in its range.

    Reference:
        [Chen and Pattabiraman, 2024](https://arxiv.org/abs/2307.01610)
    """

    def __init__(self, ranks: int | None = None, **kwargs: Any) -> None:
        super().__init__(ranks, 1, **kwargs)

    def queries(self, x: Array, *, seed: int = 0) -> Array:
        x = np.asarray(x)
        flat = x.reshape(len(x), -1)
        shuffled = np.random.default_rng(seed).permuted(flat, axis=0)
        return shuffled.reshape(x.shape)

    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        leading = self._leading_ranks(outputs.shape[-1])
        row = np.sort(outputs.astype("float64"), axis=-1)[:, ::-1].mean(axis=0)
        # Where all answers are uniform the predicted class would not lead.
        profile = np.append(row[:leading], row[leading:].mean())
        profile = lead(profile[None], outputs.shape[-1])
        return [profile.astype("float32")]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "ranks": self.ranks}
