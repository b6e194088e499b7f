"""What an attacker asks beside the examples themselves, and what models answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from eval_suite.results.rows import QuestionsRow
from eval_suite.subjects.subject import ProgressBar
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.catalog import Entry
from keras_entropy.queries.asking import Answer
from keras_entropy.queries.asking import ask
from keras_entropy.queries.asking import shares
from keras_entropy.queries.behind_layer import FEW
from keras_entropy.queries.behind_layer import ask_behind_layer
from keras_entropy.queries.families.choice import families_for
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.given_neighbors import GivenNeighbors
from keras_entropy.queries.given_neighbors import NeighborMaker
from keras_entropy.queries.given_neighbors import given_neighbors

# Questions to a layer that answers by iteration.
SOME = 32


@dataclasses.dataclass(frozen=True)
class Questions:
    """Neighbors of the examples of a run, the same for every model and defense.

    Args:
        x: Inputs `(N, ...)`.
        y: Integers `(N,)`: their classes.
        families: The kinds of neighbors.
        count: Integer, questions about each example, all families together.

    Raises:
        ValueError: If there are too few questions for so many families.
    """

    x: Array
    y: Integers
    families: Sequence[Family]
    count: int

    @classmethod
    def about(
        cls,
        x: Array,
        y: Integers,
        *,
        reference: tuple[Array, Integers],
        count: int,
        own: NeighborMaker | str | None = None,
        model: keras.Model | None = None,
        seed: int,
    ) -> Questions:
        """Returns questions of all kinds of neighbors that fit the inputs.

        Args:
            x: Inputs `(N, ...)`.
            y: Integers `(N,)`: their classes.
            reference: Inputs and classes by which the kind of the inputs is told, and
                from which neighbors are made.
            count: Integer, questions about each example.
            own: The user's own neighbors, as for `given_neighbors`.
            model: The model that is asked, for what it augments its inputs by.
            seed: Integer.

        Raises:
            ValueError: If there are too few questions for so many families, or nothing
                can be asked.
            TypeError: If what is given makes no neighbors.
        """
        families = families_for(x, y, reference=reference, model=model, seed=seed)
        if own is not None:
            families.append(given_neighbors(own, x, y, seed=seed))
        return cls(x, y, families, count)

    def __post_init__(self) -> None:
        shares(self.families, self.count)

    def row(self) -> QuestionsRow:
        """Returns what is asked, in the form of results.json."""
        counts = shares(self.families, self.count)
        return {
            "count": sum(counts.values()),
            "families": [
                {"name": name, "questions": count} for name, count in counts.items()
            ],
        }

    def key(self) -> dict[str, Any]:
        """Returns what answers depend on beside models, examples and the package."""
        # What a function of the user's does shows in its first answer alone.
        own = [
            family.question(self.x, self.y, 0)
            for family in self.families
            if isinstance(family, GivenNeighbors)
        ]
        return {**self.row(), "few": FEW, "some": SOME, "own": own}

    def ask_all(
        self,
        answer: Answer,
        title: str,
        progress: ProgressBar,
        *,
        iterates: bool = False,
    ) -> Neighbors:
        """Returns what models answer to all questions.

        Args:
            answer: Asks the models.
            title: Of the progress bar.
            progress: Opens it.
            iterates: Whether a layer answers by iteration: the first `SOME` questions
                are then all. Defaults to `False`.
        """
        count = min(SOME, self.count) if iterates else self.count
        return self._ask(count, answer, title, progress)

    def ask_layer(
        self,
        answer: Answer,
        undefended: Answer,
        known: Neighbors,
        title: str,
        progress: ProgressBar,
    ) -> Neighbors:
        """Returns what models answer behind a layer that is said to keep the label.

        Where it keeps them, to the examples and to a few questions, the labels are
        those of the models without the layer, and the same object. Else all is asked.

        Args:
            answer: Asks the models behind the layer.
            undefended: Asks them without it.
            known: What they answered without it.
            title: Of the progress bar.
            progress: Opens it.
        """
        predicted, expected = (each(self.x).argmax(-1) for each in (answer, undefended))
        if not np.array_equal(predicted, expected):
            return self.ask_all(answer, title, progress)
        return ask_behind_layer(
            lambda asked, count: self._ask(count, asked, title, progress),
            self.count,
            answer,
            undefended,
            known,
        )

    def _ask(
        self, count: int, answer: Answer, title: str, progress: ProgressBar
    ) -> Neighbors:
        with progress(title, count) as advance:
            return ask(self.families, self.x, self.y, count, answer, progress=advance)


def keeps_label(entry: Entry) -> bool:
    """Whether a defense ends in a layer that is said to keep the label."""
    last = entry.stages[-1]
    claims = last.claims
    return not last.is_trained and claims.deterministic and claims.keeps_argmax
