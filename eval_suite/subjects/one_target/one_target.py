"""One target: a model, its members, and examples that it never saw."""

from __future__ import annotations

import abc
import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.rows import Utility
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.answers import TargetAnswers
from eval_suite.subjects.measured import Compared
from eval_suite.subjects.measured import Correctness
from eval_suite.subjects.measured import MeasuredAttack
from eval_suite.subjects.measured import RowMaker
from eval_suite.subjects.run_identity import examples_identity
from eval_suite.subjects.subject import FEW_MODELS
from eval_suite.subjects.subject import NO_QUESTIONS
from eval_suite.subjects.subject import NOT_ALL_STRENGTHS
from eval_suite.subjects.subject import Examples
from eval_suite.subjects.subject import Part
from eval_suite.subjects.subject import Subject
from eval_suite.subjects.utility import utility_over_examples
from eval_suite.undefended import BASE
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import minimum_detectable_auc
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.paired_differences import paired_over_examples
from keras_entropy.attacks.results import ExampleScores

if TYPE_CHECKING:
    from eval_suite.subjects.asked_models import AskedModels

_REASONS: Mapping[Part, str] = {
    "pairs": "needs a membership game, in which every model is a target",
    "strengths": NOT_ALL_STRENGTHS,
    "shadows": "needs shadow models, and there is one model alone",
    "records": FEW_MODELS,
    "questions": NO_QUESTIONS,
}


class OneTarget(Subject):
    """A subject that is one model; two attacks on it are paired over its examples."""

    @abc.abstractmethod
    def outputs(self, name: str) -> tuple[Array, Array]:
        """Returns the outputs for members and for non-members, as they are attacked.

        Args:
            name: Name of a defense, or `"base"` for the undefended model.
        """

    @property
    def labels(self) -> tuple[Integers, Integers]:
        """Integers `(n,)` and `(m,)`: the classes of members and of non-members."""
        (_, members), (_, nonmembers) = self.examples()
        return members, nonmembers

    @property
    def attacks(self) -> str | Sequence[str]:
        """Names of the attacks to run, or `"all"`."""
        return "all"

    @property
    def classes(self) -> int:
        return int(self.outputs(BASE)[0].shape[-1])

    def shadows(self, name: str) -> Shadows | None:
        """Returns the shadow models behind a defense, if there are any."""
        return None

    def neighbors(self, name: str) -> Neighbors | None:
        """Returns what the model answers to neighbors of its examples, members first.

        Args:
            name: As for `outputs`.

        Returns:
            `None` where none is asked about.
        """
        return None

    def shadow_neighbors(self, name: str) -> Neighbors | None:
        """Returns what the shadow models answer to the same, if there are any."""
        return None

    def answers(self, name: str) -> Answers:
        (members, _), (nonmembers, _) = self.examples()
        inputs = None
        if members is not None and nonmembers is not None:
            inputs = members, nonmembers
        return TargetAnswers(
            self.outputs(name),
            self.labels,
            self.attacks,
            self.shadows(name),
            neighbors=functools.partial(self.neighbors, name),
            shadow_neighbors=functools.partial(self.shadow_neighbors, name),
            inputs=inputs,
        )

    def sides(self, name: str) -> tuple[Array, Array]:
        return self.outputs(name)

    def first_target(self, name: str) -> tuple[Array, Array, Array, Array]:
        members, nonmembers = self.sides(name)
        return members, self.labels[0], nonmembers, self.labels[1]

    def utility(self, name: str) -> Utility:
        return utility_over_examples(self.sides(name), self.labels)

    def correctness(self, name: str) -> Correctness:
        hits = prediction_quality.hits(self.sides(name)[1], self.labels[1])
        return Correctness(hits[:, None], degrees=None)

    def majority_share(self) -> float:
        labels = self.labels[1]
        return float(np.bincount(labels).max() / len(labels))

    def identity(self) -> ExamplesIdentity:
        return examples_identity(*self.examples(), self.classes, self.questions)

    def strongest(self, audits: Mapping[str, Audit | GameAudit]) -> Headline:
        return _best({through: audit.strongest for through, audit in audits.items()})

    def strongest_among(
        self,
        audits: Mapping[str, Audit | GameAudit],
        kept: Callable[[AttackName], bool],
    ) -> Headline | None:
        found = {}
        for through, audit in audits.items():

            def counts(name: AttackName, through: str = through) -> bool:
                return kept(name.after(through) if through else name)

            headline = audit.strongest_among(counts)
            if headline is not None:
                found[through] = headline
        return _best(found) if found else None

    def paired(
        self, first: MeasuredAttack, second: MeasuredAttack
    ) -> Difference | None:
        scores, others = first.scores(), second.scores()
        if scores is None or others is None:
            return None
        return paired_over_examples(
            first.headline.auc - second.headline.auc,
            (scores, others),
            self._member,
        )

    @property
    def _member(self) -> Booleans:
        """Boolean `(n + m,)`: which of the examples are members; these come first."""
        members, nonmembers = map(len, self.labels)
        return np.arange(members + nonmembers) < members

    def excess(
        self, name: str, names: Sequence[str], compared: Compared, *, margin: float
    ) -> str | None:
        # By intervals that are further apart than the margin.
        found, base = (measured.headline for measured in compared(name))
        if found.auc_low <= base.auc_high + margin:
            return None
        return (
            "; expected not above the undefended model's "
            f"[{base.auc_low:.3f}, {base.auc_high:.3f}] by more than {margin}"
        )

    def minimum_detectable_auc(self, result: AttackResult) -> float:
        return minimum_detectable_auc(result.n_members, result.n_nonmembers)

    def auc_rows(
        self,
        results: Sequence[AttackResult],
        scores: Callable[[Sequence[str]], Mapping[str, ExampleScores]],
        rows: RowMaker,
    ) -> list[AucRow]:
        found = scores([result.attack for result in results])
        return [*rows.of_examples(found, self._member)]

    def attacked_through(self, names: Sequence[str]) -> list[str]:
        # The headlines of one target are of its own examples alone: they can't be
        # chosen among attacks through several defenses.
        return []

    def reason_without(self, part: Part) -> str | None:
        return _REASONS.get(part)


def _best(headlines: Mapping[str, Headline]) -> Headline:
    """Returns the strongest of headlines, by what was done with the answers first."""
    best = max(headlines, key=lambda through: headlines[through].auc)
    headline = headlines[best]
    if not best:
        return headline
    name = AttackName.parse(headline.attack).after(best)
    return dataclasses.replace(headline, attack=str(name))


class OneModel(OneTarget):
    """One target that can be called, with the inputs of its examples.

    Attributes:
        members: Examples that the model was trained on.
        nonmembers: Examples from the same distribution that it was not trained on.
        asked: What asks it about neighbors of both, members first, or `None`.
    """

    members: Dataset
    nonmembers: Dataset
    asked: AskedModels | None = None

    def examples(self) -> tuple[Examples, Examples]:
        return (
            (self.members.x, self.members.y),
            (self.nonmembers.x, self.nonmembers.y),
        )

    @property
    def questions(self) -> QuestionsRow | None:
        return None if self.asked is None else self.asked.questions.row()

    def neighbors(self, name: str) -> Neighbors | None:
        return None if self.asked is None else self.asked.neighbors(name)

    def reason_without(self, part: Part) -> str | None:
        if part == "questions" and self.asked is not None:
            return None
        return super().reason_without(part)

    def probe(self) -> Array:
        return self.nonmembers.x
