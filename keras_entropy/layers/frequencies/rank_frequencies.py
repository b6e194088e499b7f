from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.frequencies import label_frequencies
from keras_entropy.layers.frequencies.label_frequencies import check_enough
from keras_entropy.layers.frequencies.rank_profile import RankProfile
from keras_entropy.layers.frequencies.rank_profile import lead
from keras_entropy.numerics.argument_checks import check_count


@keras.saving.register_keras_serializable(package="keras_entropy")
class RankFrequencies(RankProfile):
    """Gives the class of each rank how often that rank is right.

    Counted on reference examples: how often the label is the model's first choice, its
    second and so on up to `ranks`; the classes below share the rest evenly. The counts
    are drawn to what the calibrated model says where they are few, and may be kept
    apart for bins of confidence.

    A calibrated answer made of the ranking alone. Unlike `BinnedFrequencies` it
    counts over all classes together, so it needs far fewer reference examples, treats
    the classes alike, and still says which class is the second choice. Members and
    others differ in the confidence of a model far more than in its ranking, as long as
    an attacker asks once: around an input, labels alone tell much (see `LabelOnly`).

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

    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        n, classes = outputs.shape
        check_enough(n, self.min_count)
        leading = self._leading_ranks(classes)
        given = np.take_along_axis(outputs, labels[:, None], axis=-1)
        rank = np.minimum((outputs > given).sum(axis=-1), leading)
        # The calibrated probability that the label is the first choice, the second ...,
        # or any below the leading ranks.
        ordered = -np.sort(-label_frequencies.calibrated(outputs, labels), axis=-1)
        calibrated = np.column_stack(
            [ordered[:, :leading], ordered[:, leading:].sum(axis=-1)]
        )
        confidence = outputs.max(axis=-1)
        edges = label_frequencies.informative_edges(
            confidence, calibrated, self.bins, self.min_count
        )
        kept = 1 + int((edges < label_frequencies.NEVER).sum())
        if kept < self.bins:
            self._warn_once(
                f"too few reference examples for {self.bins} bins of at least "
                f"{self.min_count} that differ: merged to {kept}"
            )
        cell = label_frequencies.bin_of(confidence, edges)
        counts = np.zeros((self.bins, leading + 1))
        np.add.at(counts, (cell, rank), 1)
        size = np.append(np.ones(leading), classes - leading)
        # One uniform example more in each bin, so that no probability is 0.
        prior = np.repeat(size[None] / classes, self.bins, axis=0)
        np.add.at(prior, cell, calibrated)
        prior /= prior.sum(axis=-1, keepdims=True)
        rows = label_frequencies.shrunken(counts, prior)
        profile = np.array(
            [label_frequencies.non_increasing(row, size) for row in rows / size]
        )
        profile = lead(profile, classes).astype("float32")
        return [*([edges] if self.bins > 1 else []), profile]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "ranks": self.ranks,
            "bins": self.bins,
            "min_count": self.min_count,
        }
