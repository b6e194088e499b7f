from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.frequencies import label_frequencies
from keras_entropy.layers.frequencies.label_frequencies import check_enough
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_count

# A table of this number cubed, 32 MB.
_MOST_CLASSES = 200


@keras.saving.register_keras_serializable(package="keras_entropy")
class PairFrequencies(FittedDefense):
    """Answers with how often each label occurs where the two first choices are these.

    For each ordered pair of the largest and the second largest entry: the frequency of
    each label among the reference examples with this pair. For pairs that are too rare,
    examples with the same first choice count together, whichever the second is: how
    often the first is right, and how often the second.

    Which class comes second tells how hard an example is (a shirt that might be a coat
    is less sure than one that might be a boot) and hardly whether the model was trained
    on it; the confidence tells both. So the answers are nearly as good as the model's
    own, and leak little more than the predicted class to an attacker who asks once. To
    one who asks about neighbors of an input the class itself tells much: see
    `LabelOnly`.

    Example:

    >>> import numpy as np, keras_entropy
    >>> layer = keras_entropy.PairFrequencies(min_count=2)
    >>> outputs = np.array([[0.9, 0.1, 0.0], [0.2, 0.7, 0.1], [0.6, 0.4, 0.0]])
    >>> layer = layer.fit(outputs, labels=np.array([0, 1, 1]))
    >>> layer(np.array([[0.8, 0.2, 0.0]], "float32"))  # one out of two was right

    Args:
        min_count: Integer, at least 1: the least number of reference examples that
            share an answer. Defaults to `10`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`, at most 200 classes.

    Returns:
        Class probabilities of the same shape: one row for each pair of classes; the
        argmax is kept; deterministic; exports to SavedModel.

    Raises:
        ValueError: If `min_count` is no integer in its range, or there are more than
            200 classes; from `fit`, if there are fewer than `min_count` reference
            examples.
    """

    # TensorFlow makes a `Bitcast` of `ops.argmax`, which ONNX Runtime lacks.
    claims = Claims(keeps_argmax=True, export=("tf_saved_model",))

    def __init__(self, *, min_count: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.min_count = check_count("min_count", min_count)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = self.built_classes
        if classes > _MOST_CLASSES:
            raise ValueError(
                f"`PairFrequencies` keeps a row for each pair of at most "
                f"{_MOST_CLASSES} classes; use `RankFrequencies`. "
                f"Received: {classes} classes"
            )
        self.table = self.add_weight(
            shape=(classes * classes, classes),
            initializer=keras.initializers.Constant(1 / classes),
            trainable=False,
            name="table",
        )

    def call(self, inputs: Any) -> Any:
        classes = inputs.shape[-1]
        first = ops.cast(ops.argmax(inputs, axis=-1), "int32")
        is_first = first[..., None] == ops.arange(classes, dtype="int32")
        others = ops.where(is_first, ops.full_like(inputs, -1.0), inputs)
        second = ops.cast(ops.argmax(others, axis=-1), "int32")
        out = ops.take(self.table, first * classes + second, axis=0)
        return ranks.spread_nan(out, inputs)

    def values(self, outputs: Floats, labels: Integers) -> list[Floats]:
        n, classes = outputs.shape
        check_enough(n, self.min_count)
        first, second = np.argsort(-outputs, axis=-1, kind="stable")[:, :2].T
        counts = np.zeros((classes * classes, classes))
        np.add.at(counts, (first * classes + second, labels), 1)
        counts[counts.sum(axis=-1) < self.min_count] = 0
        table = label_frequencies.shrunken(
            counts, self._prior(first, second, labels, classes)
        )
        predicted = np.bincount(first, minlength=classes)
        rare = np.flatnonzero(predicted < self.min_count)
        self._warn_of_rare_classes(rare, self.min_count)
        leader = np.repeat(np.arange(classes), classes)
        table = label_frequencies.let_lead(table, leader, np.ones(classes))
        return [table.astype("float32")]

    def _prior(
        self, first: Integers, second: Integers, labels: Integers, classes: int
    ) -> Floats:
        """How often the first choice is right, the second, and any other."""
        outcome = np.where(labels == first, 0, np.where(labels == second, 1, 2))
        size = np.array([1.0, 1.0, classes - 2])
        counts = np.zeros((classes, 3))
        np.add.at(counts, (first, outcome), 1)
        # With two classes there is no other; its share of the prior is then empty.
        size = np.maximum(size, 1e-12)
        pooled = label_frequencies.shrunken(
            counts.sum(axis=0)[None], (size / size.sum())[None]
        )
        counts[counts.sum(axis=-1) < self.min_count] = 0
        known = label_frequencies.shrunken(counts, np.repeat(pooled, classes, axis=0))
        leader, runner_up = np.divmod(np.arange(classes * classes), classes)
        prior = np.repeat(known[leader, 2:] / size[2], classes, axis=1)
        rows = np.arange(len(prior))
        prior[rows, runner_up] = known[leader, 1]
        prior[rows, leader] = known[leader, 0]
        return prior / prior.sum(axis=-1, keepdims=True)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "min_count": self.min_count}
