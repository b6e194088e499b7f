"""Models that hold half of the reference each: what a defense gives away of it.

Everywhere else all models share one reference, which is never scored. A table that is
fitted to its examples, or a model that is trained on them, knows them all the same:
here these are the members.

Models of a pair hold complementary halves of the reference. Private examples, seeds and
undefended models are those of the game's first pairs; what a defense learns from the
reference, each model learns from its own half. The defense so has half as many
reference examples as in the game.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.asked_models import AskedModels
from eval_suite.subjects.asked_models import KeptAnswers
from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.defended_stacks import Models
from eval_suite.subjects.game.game_models import GameModels
from eval_suite.subjects.game.kept_outputs import KeptOutputs
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import no_bar
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.catalog import Entry
from keras_entropy.layers import fitted_defense
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow import Cache
from keras_entropy.shadow import complementary_pairs
from keras_entropy.training.on_reference.reference_training import FEWEST_EXAMPLES
from keras_entropy.training.recipe import TrainingData

# At most, as each of them is trained by itself. Even.
MOST_MODELS = 16
# Halves are drawn from a stream of their own: without them all else is the same.
_PLAN = 0x4EF


class ReferenceModels:
    """Gives each model a half of the reference, when that is asked for.

    Args:
        others: The models of the game.
        data: What these are trained on.
        reference: Examples that no undefended model is trained on. Of an odd number
            the last one is left out.
        membership: Boolean array `(J, r)`, of the first J models.
        seed: Integer, of random layers and fits.
        progress: Opens a progress bar.
        cache: Where answers are kept from run to run.
        questions: What else is asked, about the reference. Defaults to `None`: nothing.
    """

    def __init__(
        self,
        others: GameModels,
        data: TrainingData,
        reference: Dataset,
        membership: Booleans,
        *,
        seed: int,
        progress: ProgressBar,
        cache: Cache,
        questions: Questions | None = None,
    ) -> None:
        self._others = others
        self.examples = reference.rows(np.arange(membership.shape[1]))
        self.membership = membership
        self._progress = progress
        self._outputs = KeptOutputs(cache, self._key, self._predict)
        self._stacks = [
            _OneModel(others.behind, data, self.examples, held, number, seed)
            for number, held in enumerate(membership)
        ]
        self._asked: AskedModels | None = None
        if questions is not None:
            about = dataclasses.replace(questions, x=self.examples.x, y=self.examples.y)
            kept = KeptAnswers(cache, self._key)
            self._asked = AskedModels(about, self._answer, progress, kept)

    def outputs(self, defense: str | Entry) -> Array:
        """Returns float32 `(J, r, C)`: what the models answer to the reference.

        Args:
            defense: Its name, or `"base"` for none, or its entry.
        """
        return self._outputs.behind(defense)

    def neighbors(self, defense: str | Entry) -> Neighbors | None:
        """Returns what they answer to neighbors, or `None` where none is asked about.

        Args:
            defense: As for `outputs`.
        """
        return None if self._asked is None else self._asked.neighbors(defense)

    def _predict(self, entry: Entry | None) -> Array:
        name = "no defense" if entry is None else entry.name
        title = f"halves of the reference: {name}"
        found = []
        with self._progress(title, len(self._stacks)) as advance:
            for stack in self._stacks:
                found.append(stack.predict(entry, self.examples.x))
                advance(1)
        return np.concatenate(found)

    def _answer(self, entry: Entry | None) -> Answer:
        asked = [stack.answer(entry) for stack in self._stacks]
        return lambda x: np.concatenate([answer(x) for answer in asked])

    def _key(self, entry: Entry | None) -> Mapping[str, Any]:
        """Returns all that the answers behind a defense depend on."""
        return {**self._others.key(entry), "halves of the reference": self.membership}


def draw_halves(reference: int, models: int, *, seed: int) -> Booleans | None:
    """Returns which examples of the reference each model holds, `(J, r)`.

    Args:
        reference: Integer, number of its examples.
        models: Even integer, models of the game.
        seed: Integer, at least 0.

    Returns:
        `None` where a half is too small to start from.
    """
    examples = reference // 2 * 2
    if examples // 2 < FEWEST_EXAMPLES:
        return None
    plan_seed = int(np.random.SeedSequence([seed, _PLAN]).generate_state(1)[0])
    many = min(models, MOST_MODELS)
    return complementary_pairs(examples, many, seed=plan_seed).membership


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    """Keeps to itself that a class is rare in half of a reference."""
    logger = logging.getLogger(fitted_defense.__name__)
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _OneModel(DefendedStacks):
    """One of the models behind each defense, with its own half of the reference.

    Args:
        shared: Function that returns all models behind a defense which has no use for
            the reference.
        data: What these are trained on.
        reference: The examples.
        held: Boolean array: which of them this model holds.
        number: Integer, which model it is.
        seed: Integer, of random layers and fits.
    """

    def __init__(
        self,
        shared: Callable[[Entry | None], Models],
        data: TrainingData,
        reference: Dataset,
        held: Booleans,
        number: int,
        seed: int,
    ) -> None:
        half = reference.x[held], reference.y[held]
        starts = data.starts
        super().__init__(
            lambda: self._shared(None),
            dataclasses.replace(
                data,
                rows=data.rows[number : number + 1],
                seeds=[data.seeds[number]],
                starts=None if starts is None else [starts[number]],
                reference=half,
            ),
            half,
            no_bar,
            draw_seed=seed,
            fit_seed=seed,
        )
        self._all = shared
        self._number = number

    def behind(self, entry: Entry | None) -> Models:
        if entry is not None and entry.needs_reference:
            with _no_warnings():
                return super().behind(entry)
        return self._shared(entry)

    def _shared(self, entry: Entry | None) -> Models:
        model, stack = self._all(entry)
        return model, stack.select([self._number])
