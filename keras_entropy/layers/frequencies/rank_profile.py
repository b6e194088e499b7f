"""Numbers placed by the rank of each class: what the rank layers share."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.frequencies import label_frequencies
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_count


class RankProfile(FittedDefense):
    """Abstract: numbers placed by the rank of each class, from one row a bin."""

    claims = Claims(keeps_argmax=True, keeps_ranking=True, permutation_equivariant=True)

    def __init__(self, ranks: int | None, bins: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ranks = ranks if ranks is None else check_count("ranks", ranks)
        self.bins = check_count("bins", bins)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        classes = self.built_classes
        if self.ranks is not None and self.ranks >= classes:
            raise ValueError(
                "`ranks` must be below the number of classes; leave it out for all. "
                f"Received: ranks={self.ranks}, classes={classes}"
            )
        if self.bins > 1:
            self.edges = self.add_weight(
                shape=(self.bins - 1,),
                initializer=keras.initializers.Constant(label_frequencies.NEVER),
                trainable=False,
                name="edges",
            )
        # The last column is for each of the classes below the ranks.
        self.profile = self.add_weight(
            shape=(self.bins, self._leading_ranks(classes) + 1),
            initializer=keras.initializers.Constant(1 / classes),
            trainable=False,
            name="profile",
        )

    def _leading_ranks(self, classes: int) -> int:
        """How many ranks have a number of their own; the last follows from these."""
        return classes - 1 if self.ranks is None else self.ranks

    def call(self, inputs: Any) -> Any:
        if self.bins == 1:
            profile = self.profile[0]
        else:
            confidence = ops.max(inputs, axis=-1, keepdims=True)
            reached = ops.cast(confidence >= self.edges, "int32")
            profile = ops.take(self.profile, ops.sum(reached, axis=-1), axis=0)
        out = ranks.place_by_rank(inputs, profile[..., :-1], profile[..., -1:])
        return ranks.spread_nan(out, inputs)


def lead(profile: Floats, classes: int) -> Floats:
    """Lets the first rank of each row `(ranks + 1,)` lead."""
    leading = profile.shape[-1] - 1
    size = np.append(np.ones(leading), classes - leading)
    return label_frequencies.let_lead(profile, np.zeros(len(profile), int), size)
