"""Which answers are attacked, by an attacker who knows the defense."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

from eval_suite.subjects.answers import Answers
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array

# By the name of a defense, or its entry; `None` where no models answer.
AnswersOf = Callable[[Any], Answers | None]


def attacked_answers(
    subject: Subject, name: str, answers_of: AnswersOf, *, seed: int
) -> Iterator[tuple[str, Answers]]:
    """Yields what is attacked: the answers, `""`, and by name what else.

    An attacker who knows the defense changes the answers first.

    Args:
        subject: The models.
        name: Name of a defense, or `"base"`.
        answers_of: Function from the name of a defense, or its entry, to answers.
        seed: Integer, of layers that draw.
    """
    answers = answers_of(name)
    if answers is None:
        return
    yield "", answers
    if name == BASE:
        return
    # Here and below, as where outputs are given there is no defense and no Keras.
    from keras_entropy import catalog
    from keras_entropy.queries.known_defense import ways

    if name in trained_defenses():
        before = catalog.get(name).before_inverse
        if before is not None and subject.reason_without("pairs") is None:
            undone = answers_of(before)
            if undone is not None:
                yield "inverse", undone.changed(_as_they_are)
        return

    for way in ways(catalog.get(name).create(seed=seed)):
        asked = answers_of(BASE) if way.of_undefended else answers
        if asked is not None:
            yield way.name, asked.changed(way.change)


@functools.cache
def trained_defenses() -> frozenset[str]:
    """Returns the names of the defenses that are trained with the model."""
    from keras_entropy import catalog

    return frozenset(entry.name for entry in catalog.entries() if entry.is_trained)


def _as_they_are(answers: Array) -> Array:
    return answers
