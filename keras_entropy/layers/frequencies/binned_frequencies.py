from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.frequencies import label_frequencies
from keras_entropy.layers.frequencies.label_frequencies import check_enough
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_count


@keras.saving.register_keras_serializable(package="keras_entropy")
class BinnedFrequencies(FittedDefense):
    """Answers with how often each label occurs among examples answered alike.

    Examples are alike if the model predicts the same class for them with a confidence
    in the same bin. The answer is the frequency of each label among the alike of the
    reference examples, drawn to the pooled accuracy of the bin where they are few.

    With one bin the answer is a function of the predicted class: it leaks what labels
    leak and not more, and yet is calibrated, because the frequencies are those of
    examples that the model was not trained on. Labels leak little to an attacker who
    asks once, and much to one who asks about neighbors of an input: see `LabelOnly`.
    Each further bin tells a little of the confidence, for better probabilities. The
    argmax is kept; the order of the other classes is that of the frequencies, not of
    the model.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.BinnedFrequencies(bins=1, min_count=2)
    >>> outputs = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.4, 0.6]])
    >>> layer = layer.fit(outputs, labels=np.array([0, 1, 1, 1]))
    >>> layer(np.array([[0.6, 0.4]], "float32"))  # what [0.9, 0.1] gives, too

    Args:
        bins: Integer, at least 1: bins of confidence for each class, cut where the
            answers differ most. Defaults to `1`.
        min_count: Integer, at least 1: the least number of reference examples that
            share an answer. Bins with fewer are merged; a class predicted for fewer
            examples gets the pooled frequencies of all classes. Defaults to `10`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape: one of at most `bins * classes` rows;
        deterministic; exports to SavedModel.

    Raises:
        ValueError: If an argument is no integer in its range; from `fit`, if there
            are fewer than `min_count` reference examples.

    Reference:
        Histogram binning: [Zadrozny and Elkan, 2001](https://cseweb.ucsd.edu/~elkan/calibrated.pdf).
    """

    # TensorFlow makes a `Bitcast` of `ops.argmax`, which ONNX Runtime lacks.
    claims = Claims(keeps_argmax=True, export=("tf_saved_model",))

    def __init__(self, bins: int = 1, *, min_count: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bins = check_count("bins", bins)
        self.min_count = check_count("min_count", min_count)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = self.built_classes
        if self.bins > 1:
            self.edges = self.add_weight(
                shape=(classes, self.bins - 1),
                initializer=keras.initializers.Constant(label_frequencies.NEVER),
                trainable=False,
                name="edges",
            )
        self.table = self.add_weight(
            shape=(classes * self.bins, classes),
            initializer=keras.initializers.Constant(1 / classes),
            trainable=False,
            name="table",
        )

    def call(self, inputs: Any) -> Any:
        predicted = ops.argmax(inputs, axis=-1)
        if self.bins == 1:
            return ranks.spread_nan(ops.take(self.table, predicted, axis=0), inputs)
        confidence = ops.max(inputs, axis=-1, keepdims=True)
        reached = ops.cast(
            confidence >= ops.take(self.edges, predicted, axis=0), "int32"
        )
        cell = ops.cast(predicted, "int32") * self.bins + ops.sum(reached, axis=-1)
        return ranks.spread_nan(ops.take(self.table, cell, axis=0), inputs)

    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        n, classes = outputs.shape
        check_enough(n, self.min_count)
        predicted, confidence = outputs.argmax(axis=-1), outputs.max(axis=-1)
        correct = predicted == labels
        rows = label_frequencies.calibrated(outputs, labels)
        edges = np.full((classes, self.bins - 1), label_frequencies.NEVER, "float32")
        for c in range(classes):
            alike = predicted == c
            edges[c] = label_frequencies.informative_edges(
                confidence[alike], rows[alike], self.bins, self.min_count
            )
        cell = predicted * self.bins + label_frequencies.bin_of(
            confidence, edges[predicted]
        )
        counts = np.zeros((classes * self.bins, classes))
        np.add.at(counts, (cell, labels), 1)
        counts[counts.sum(axis=-1) < self.min_count] = 0
        leader = np.repeat(np.arange(classes), self.bins)
        prior = self._prior(edges, confidence, correct, leader)
        table = label_frequencies.shrunken(counts, prior)
        self._warn_of_merged_bins(edges, counts)
        table = label_frequencies.let_lead(table, leader, np.ones(classes))
        return [*([edges] if self.bins > 1 else []), table.astype("float32")]

    def _prior(
        self,
        edges: Floats,
        confidence: Floats,
        correct: Booleans,
        leader: Integers,
    ) -> Floats:
        """The accuracy of examples of any class with a confidence in a cell's range."""
        classes = len(edges)
        low = np.concatenate([np.zeros((classes, 1)), edges], axis=1).reshape(-1, 1)
        high = np.concatenate(
            [edges, np.full((classes, 1), label_frequencies.NEVER)], axis=1
        ).reshape(-1, 1)
        within = (low <= confidence) & (confidence < high)
        within[within.sum(axis=-1) < self.min_count] = True
        # One success and one failure more, so that no probability is 0.
        accuracy = ((within & correct).sum(axis=-1) + 1) / (within.sum(axis=-1) + 2)
        prior = np.repeat((1 - accuracy)[:, None] / (classes - 1), classes, axis=1)
        prior[np.arange(len(prior)), leader] = accuracy
        return prior

    def _warn_of_merged_bins(self, edges: Floats, counts: Floats) -> None:
        classes = len(edges)
        kept = 1 + (edges < label_frequencies.NEVER).sum(axis=-1)
        empty = counts.reshape(classes, self.bins, -1).sum(axis=(1, 2)) == 0
        fewer = np.flatnonzero((kept < self.bins) & ~empty)
        if len(fewer):
            self._warn_once(
                f"too few reference examples for {self.bins} bins of at least "
                f"{self.min_count}: fewer bins for some classes"
            )
        self._warn_of_rare_classes(np.flatnonzero(empty), self.min_count)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "bins": self.bins,
            "min_count": self.min_count,
        }
