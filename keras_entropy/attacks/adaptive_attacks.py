"""Attackers who know the defense: they undo it, or ask again and average.

Undoing is a matter of the layer (`Defense.invert`); what comes out of it is attacked as
any outputs are, and the results get a name and a group of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.results import AttackResult


def average_queries(outputs: Iterable[Array]) -> Floats:
    """Returns the mean of the answers to repeated queries.

    Independent noise averages out: Q queries leave a Q-th of its variance.

    Args:
        outputs: Float array `(Q, ..., C)` of probabilities; each `outputs[q]` answers
            the same queries. Any iterable of arrays will do, and only one of them is
            in memory at a time.

    Returns:
        Float64 array `(..., C)`; rows sum to 1.

    Raises:
        ValueError: If there is no answer, or two differ in shape.
    """
    total: Floats | None = None
    for given in outputs:
        answer = np.asarray(given, np.float64)
        if total is not None and answer.shape != total.shape:
            raise ValueError(
                "All answers must have the same shape. Received: shapes "
                f"{total.shape} and {answer.shape}"
            )
        total = answer.copy() if total is None else total + answer
    if total is None:
        raise ValueError("`outputs` must hold at least one answer. Received: none")
    return total / total.sum(axis=-1, keepdims=True)


def adaptive_results(
    results: Sequence[AttackResult], prefix: str
) -> list[AttackResult]:
    """Returns the same results under the name of an adaptive attack.

    Args:
        results: Sequence of `AttackResult`, on undone or averaged outputs.
        prefix: String, `inverse`, or `repeat10` for ten queries.

    Returns:
        List of `AttackResult` named `prefix:attack`, in the group `adaptive`.
    """
    return [
        dataclasses.replace(
            result,
            attack=str(AttackName.parse(result.attack).after(prefix)),
            group="adaptive",
        )
        for result in results
    ]
