"""Asking about neighbors behind a layer: labels that it keeps are known already."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks.neighbors import Neighbors

# Takes questions about N examples, and returns answers `(R, N, C)`.
Answer = Callable[[Array], Array]
# Puts so many questions to what answers, and sums up.
Ask = Callable[[Answer, int], Neighbors]

# Questions by which a layer shows that it keeps the label. Its outputs are judged by
# them alone: a mean over more of them tells hardly more.
FEW = 16


def ask_behind_layer(
    ask: Ask, count: int, behind: Answer, without: Answer, known: Neighbors
) -> Neighbors:
    """Returns what models answer to neighbors behind a layer.

    Where the layer keeps the predicted label of all answers to a few questions, labels
    are those of the models without it, and the same object. Else all is asked.

    Args:
        ask: Function of what answers and the number of questions.
        count: Integer, questions about each example, all families together.
        behind: Answers behind the layer.
        without: Answers without it, to the same questions.
        known: `Neighbors` of the models without the layer, of all questions.
    """
    kept = []

    def watched(questions: Array) -> Array:
        answers = behind(questions)
        same = answers.argmax(axis=-1) == without(questions).argmax(axis=-1)
        kept.append(bool(np.all(same)))
        return answers

    few = ask(watched, min(FEW, count))
    if all(kept):
        return Neighbors(known.labels, few.confidence)
    return ask(behind, count)
