"""Asks models about neighbors of each example, one question after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.neighbors import NeighborSums
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.input_checks import FIRST
from keras_entropy.queries.input_checks import check_examples
from keras_entropy.queries.input_checks import check_question

_FEWEST = 2
# Inputs that are in memory, with their answers, at a time; one question at least.
_MOST_ROWS = 1 << 14
# What a GPU that sums in another order may differ by.
_ABSOLUTE, _RELATIVE = 1e-4, 1e-3

Answer = Callable[[Array], Array]


def shares(families: Sequence[Family], questions: int) -> dict[str, int]:
    """Returns how many questions each family gets, by its name.

    All get the same number, and those that have fewer leave the rest to the others.

    Args:
        families: Families with different names.
        questions: Integer, questions about each example, over all families.

    Raises:
        ValueError: If there is no family, two have one name, or there are too few
            questions for two a family.
    """
    names = [family.name for family in families]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "`families` must be families with different names, at least one. "
            f"Received: {names}"
        )
    least = sum(_at_most(family, _FEWEST) for family in families)
    if questions < least:
        raise ValueError(
            f"`questions` must be at least {least}, {_FEWEST} for each of the families "
            f"{', '.join(names)}; or ask none. Received: questions={questions}"
        )
    counts = dict.fromkeys(names, 0)
    left = questions
    while left:
        open_ = [f for f in families if counts[f.name] < _at_most(f, questions)]
        if not open_:
            break
        for family in open_[:left]:
            counts[family.name] += 1
        left -= min(left, len(open_))
    return counts


def ask(
    families: Sequence[Family],
    x: Array,
    y: Integers,
    questions: int,
    answer: Answer,
    *,
    from_logits: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Neighbors:
    """Returns the sums of what models answer; neither questions nor answers are kept.

    A few questions are put together, up to 16,384 inputs; one question where there are
    more examples.

    Args:
        families: What is asked, as made by `families_for`.
        x: Array `(N, ...)` of examples.
        y: Integers `(N,)`: their classes.
        questions: Integer, questions about each example, over all families.
        answer: Function from inputs `(n, ...)` to the answers `(R, n, C)` of R models;
            of a single model, `model.predict(inputs)[None]`. Called with one or several
            questions about all examples, one after the other.
        from_logits: Boolean, whether the answers are logits. Defaults to `False`.
        progress: Function that is told the number of questions answered since it was
            last called. Defaults to `None`.

    Returns:
        `Neighbors`, which `audit_outputs`, `audit_game` and `Shadows` take.

    Raises:
        TypeError: If a question or an answer is no array, or a question of another type
            than the examples.
        ValueError: As for `shares`; if a question or an answer has the wrong shape or
            is NaN or infinite, a family asks about the examples themselves alone, or
            answers are no probabilities while `from_logits` is false.

    Example:

    >>> families = families_for(x, y, reference=(x_new, y_new))
    >>> asked = ask(families, x, y, 64, lambda inputs: model.predict(inputs)[None])
    """
    x, y = check_examples(x, y)
    counts = shares(families, questions)
    sums = NeighborSums(y, from_logits=from_logits)
    for family in families:
        asked = _checked(family, x, y, counts[family.name])
        # Several at a time where examples are few: a call has a cost of its own.
        while batch := list(itertools.islice(asked, max(1, _MOST_ROWS // len(x)))):
            answers = _answered(answer, np.concatenate(batch), family.name)
            for outputs in np.split(answers, len(batch), axis=1):
                sums.add(family.name, outputs)
            if progress is not None:
                progress(len(batch))
    return sums.result()


def _checked(family: Family, x: Array, y: Integers, count: int) -> Iterator[Array]:
    """Yields the questions of a family, each after a check."""
    differ = False
    for question in family.questions(x, y, count):
        check_question(question, x, f"The family {family.name!r}")
        differ = differ or not _are_equal(question, x)
        yield question
    if not differ:
        raise ValueError(
            f"The family {family.name!r} asks about the examples themselves and "
            "nothing else; leave it out, or let it change them. Received: "
            f"{count} questions that are `x`"
        )


def _are_equal(question: Array, x: Array) -> bool:
    return np.array_equal(question, x, equal_nan=x.dtype.kind == "f")


def check_repeats(answer: Answer, x: Array, *, defense: str | None = None) -> None:
    """Raises if the first examples, asked twice, are not answered alike.

    A defense that is random by design needs no such check.

    Args:
        answer: Function as for `ask`.
        x: Array `(N, ...)` of examples.
        defense: Name of the defense that answers, which claims to be deterministic.
            Defaults to `None`, no defense.

    Raises:
        ValueError: If the answers differ by more than rounding.
    """
    first = x[:FIRST]
    once, again = (np.array(_answered(answer, first, "x")) for _ in range(2))
    if np.allclose(once, again, rtol=_RELATIVE, atol=_ABSOLUTE, equal_nan=True):
        return
    difference = float(np.abs(once - again).max())
    received = (
        f"Received: answers to the first {len(first)} examples, asked twice, that "
        f"differ by up to {difference:.2g}"
    )
    if defense is not None:
        raise ValueError(
            f"The defense {defense!r} claims to be deterministic and answers the same "
            "question differently. Say `deterministic=False` in its `claims`, or mend "
            f"it. {received}"
        )
    raise ValueError(
        "The model is random without saying so: it answers the same question "
        "differently. The likely cause is `training=True`: the model is called with "
        "it, or a layer inside calls dropout or noise with it, which then stays on at "
        "inference. Take it out; where randomness is meant to defend, let a "
        "`keras_entropy.Defense` do it that claims `deterministic=False`. "
        f"{received}"
    )


def _answered(answer: Answer, question: Array, family: str) -> Array:
    """Returns the answers to one question, after checking their shape."""
    answers: Any = answer(question)
    shape = getattr(answers, "shape", None)
    if shape is None:
        raise TypeError(
            "`answer` must return an array of answers `(R, N, C)`. "
            f"Received: {answers!r} of type {type(answers).__name__}"
        )
    if len(shape) != 3 or shape[1] != len(question):
        hint = " Of a single model: `answers[None]`." if len(shape) == 2 else ""
        raise ValueError(
            "`answer` must return answers of R models to n inputs in C classes, "
            f"`(R, n, C)`.{hint} Received: shape {tuple(shape)} for {len(question)} "
            f"inputs of the family {family!r}"
        )
    return np.asarray(answers)


def _at_most(family: Family, count: int) -> int:
    return count if family.most is None else min(count, family.most)
