"""Repeated queries: what is left of a random defense when an attacker asks again."""

from __future__ import annotations

from typing import Any

import numpy as np
from keras import ops

from keras_entropy import Defense
from keras_entropy.attacks.adaptive import average_queries

# How often the attacker asks.
QUERIES = (10, 100)


def averaged_answers(layer: Defense, outputs: Any, queries: int) -> Any:
    """Returns the mean of a random layer's answers to the same question.

    Args:
        layer: A layer that isn't deterministic.
        outputs: What the undefended models answer: an array `(..., C)`, or a tuple of
            such arrays.
        queries: How often the question is asked.
    """
    if isinstance(outputs, tuple):
        return tuple(averaged_answers(layer, side, queries) for side in outputs)
    rows = np.asarray(outputs, "float32")
    return average_queries(ops.convert_to_numpy(layer(rows)) for _ in range(queries))
