from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy import _frequencies
from keras_entropy import _order
from keras_entropy._arguments import check_count
from keras_entropy._defense import Claims
from keras_entropy._fitted import FittedDefense
from keras_entropy.binned import check_enough


class _RankProfile(FittedDefense):
    """Abstract: numbers placed by the rank of each class, from one row a bin."""

    claims = Claims(keeps_argmax=True, keeps_ranking=True, permutation_equivariant=True)

    def __init__(self, ranks: int | None, bins: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ranks = ranks if ranks is None else check_count("ranks", ranks)
        self.bins = check_count("bins", bins)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = input_shape[-1]
        if self.ranks is not None and self.ranks >= classes:
            raise ValueError(
                "`ranks` must be below the number of classes; leave it out for all. "
                f"Received: ranks={self.ranks}, classes={classes}"
            )
        if self.bins > 1:
            self.edges = self.add_weight(
                shape=(self.bins - 1,),
                initializer=keras.initializers.Constant(_frequencies.NEVER),
                trainable=False,
                name="edges",
            )
        # The last column is for each of the classes below the ranks.
        self.profile = self.add_weight(
            shape=(self.bins, self._told(classes) + 1),
            initializer=keras.initializers.Constant(1 / classes),
            trainable=False,
            name="profile",
        )

    def _told(self, classes: int) -> int:
        """How many ranks the answer tells; the last follows from the others."""
        return classes - 1 if self.ranks is None else self.ranks

    def call(self, inputs: Any) -> Any:
        if self.bins == 1:
            profile = self.profile[0]
        else:
            confidence = ops.max(inputs, axis=-1, keepdims=True)
            reached = ops.cast(confidence >= self.edges, "int32")
            profile = ops.take(self.profile, ops.sum(reached, axis=-1), axis=0)
        out = _order.place_by_rank(inputs, profile[..., :-1], profile[..., -1:])
        return _order.spread_nan(out, inputs)


@keras.saving.register_keras_serializable(package="keras_entropy")
class RankMap(_RankProfile):
    """Keeps the ranking of the classes and replaces all probabilities (HAMP).

    The largest entry becomes the largest of a fixed row of numbers, the second largest
    the second, and so on. The row is the mean of the model's sorted answers to inputs
    without content: reference inputs whose features are each shuffled over the
    examples, so that every feature keeps its distribution and nothing fits together.

    HAMP draws the row anew for each query from a pool of such answers. As the draw has
    nothing to do with the input, asking several times gives the mean; so the mean is
    what is given here, at once, and the layer is deterministic.

    The ranking is all that is left to attack. `ranks` gives away less: the classes
    below become equal.

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

    def queries(self, x: np.ndarray, *, seed: int = 0) -> np.ndarray:
        x = np.asarray(x)
        flat = x.reshape(len(x), -1)
        shuffled = np.random.default_rng(seed).permuted(flat, axis=0)
        return shuffled.reshape(x.shape)

    def values(self, outputs: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
        told = self._told(outputs.shape[-1])
        row = np.sort(outputs.astype("float64"), axis=-1)[:, ::-1].mean(axis=0)
        # Where all answers are uniform the predicted class would not lead.
        profile = np.append(row[:told], row[told:].mean())
        profile = _lead(profile[None], outputs.shape[-1])
        return [profile.astype("float32")]

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "ranks": self.ranks}


@keras.saving.register_keras_serializable(package="keras_entropy")
class RankFrequencies(_RankProfile):
    """Gives the class of each rank how often that rank is right.

    Counted on reference examples: how often the label is the model's first choice, its
    second and so on up to `ranks`; the classes below share the rest evenly. The counts
    are drawn to what the calibrated model says where they are few, and may be kept
    apart for bins of confidence.

    A calibrated answer made of the ranking alone. Unlike `BinnedFrequencies` it
    counts over all classes together, so it needs far fewer reference examples, treats
    the classes alike, and still says which class is the second choice. Members and
    others differ in the confidence of a model far more than in its ranking.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.RankFrequencies(1, min_count=2)
    >>> outputs = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.0, 0.4, 0.6]])
    >>> layer = layer.fit(outputs, labels=np.array([0, 1, 1]))
    >>> layer(np.array([[1.0, 0.0, 0.0]], "float32"))  # two out of three are right

    Args:
        ranks: Integer, at least 1 and below the number of classes: how many of the
            largest entries are told apart, or `None` for all. Defaults to `None`.
        bins: Integer, at least 1: bins of confidence, cut where the answers differ
            most. Defaults to `1`.
        min_count: Integer, at least 1: the least number of reference examples that
            share a row of numbers; bins with fewer are merged. Defaults to `10`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; ranking kept (ties share their places);
        deterministic; exports to SavedModel and ONNX.

    Raises:
        ValueError: If an argument is no integer in its range; from `fit`, if there
            are fewer than `min_count` reference examples.
    """

    def __init__(
        self,
        ranks: int | None = None,
        bins: int = 1,
        *,
        min_count: int = 10,
        **kwargs: Any,
    ) -> None:
        super().__init__(ranks, bins, **kwargs)
        self.min_count = check_count("min_count", min_count)

    def values(self, outputs: np.ndarray, labels: np.ndarray) -> list[np.ndarray]:
        n, classes = outputs.shape
        check_enough(n, self.min_count)
        told = self._told(classes)
        given = np.take_along_axis(outputs, labels[:, None], axis=-1)
        rank = np.minimum((outputs > given).sum(axis=-1), told)
        # What a calibrated model says of the ranks, in classes of its own ranking.
        said = -np.sort(-_frequencies.calibrated(outputs, labels), axis=-1)
        said = np.column_stack([said[:, :told], said[:, told:].sum(axis=-1)])
        confidence = outputs.max(axis=-1)
        edges = _frequencies.informative_edges(
            confidence, said, self.bins, self.min_count
        )
        kept = 1 + int((edges < _frequencies.NEVER).sum())
        if kept < self.bins:
            self._say(
                f"too few reference examples for {self.bins} bins of at least "
                f"{self.min_count} that differ: merged to {kept}"
            )
        cell = _frequencies.bin_of(confidence, edges)
        counts = np.zeros((self.bins, told + 1))
        np.add.at(counts, (cell, rank), 1)
        size = np.append(np.ones(told), classes - told)
        # One uniform example more in each bin, so that no probability is 0.
        prior = np.repeat(size[None] / classes, self.bins, axis=0)
        np.add.at(prior, cell, said)
        prior /= prior.sum(axis=-1, keepdims=True)
        rows = _frequencies.shrunken(counts, prior)
        profile = np.array(
            [_frequencies.non_increasing(row, size) for row in rows / size]
        )
        profile = _lead(profile, classes).astype("float32")
        return [*([edges] if self.bins > 1 else []), profile]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "ranks": self.ranks,
            "bins": self.bins,
            "min_count": self.min_count,
        }


def _lead(profile: np.ndarray, classes: int) -> np.ndarray:
    """Lets the first rank lead."""
    told = profile.shape[-1] - 1
    size = np.append(np.ones(told), classes - told)
    return _frequencies.let_lead(profile, np.zeros(len(profile), int), size)
