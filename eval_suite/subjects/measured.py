"""What subjects and measurements hand to each other. It loads no Keras."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Protocol

from eval_suite.results.gate_rows import AucRow
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import Headline
from keras_entropy.attacks.results import ExampleScores


@dataclasses.dataclass(frozen=True)
class MeasuredAttack:
    """The strongest attack on one defense, to be compared with that on another.

    Args:
        headline: How strong it is.
        scores: Function that returns its score of each example of one target, members
            first, or `None` where the attack asks repeatedly.
    """

    headline: Headline
    scores: Callable[[], ExampleScores | None]


# Takes the name of a defense and returns the strongest attacks on it and on none.
Compared = Callable[[str], tuple[MeasuredAttack, MeasuredAttack]]


class RowMaker(Protocol):
    """Makes the rows of a baseline for one defense: the gate knows their form."""

    def of_pairs(self, attack: str, pair_auc: Floats) -> AucRow:
        """Returns the row of an attack, by its AUC on each pair of models."""

    def of_examples(
        self, scores: Mapping[str, ExampleScores], member: Booleans
    ) -> Sequence[AucRow]:
        """Returns the rows of attacks, by their scores of one target's examples."""


@dataclasses.dataclass(frozen=True)
class Correctness:
    """How far the predicted labels of non-members are right.

    Args:
        values: Floats `(U, k)` in 0..1, a row for each unit that is resampled: a pair
            of models with its two accuracies, or one example.
        degrees: Degrees of freedom of a mean over units; `None`: normal tail.
    """

    values: Floats
    degrees: int | None


@dataclasses.dataclass(frozen=True)
class RecordAnswers:
    """Answers of pairs of models to records in and out of their training sets.

    Args:
        confidence: Floats `(K, n)`, logit-scaled. Models `2j` and `2j + 1` were trained
            on complementary halves.
        membership: Booleans `(K, n)`: who is in whose training set.
        labels: Integers `(n,)`.
        rows: Integers `(n,)`: rows in the dataset, or in the file of members.
    """

    confidence: Floats
    membership: Booleans
    labels: Integers
    rows: Integers
