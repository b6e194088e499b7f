"""The answers of models behind one defense, ready to be attacked."""

from __future__ import annotations

import abc
import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.paired_differences import ExampleScores


class Answers(abc.ABC):
    """Answers whose membership is known, and the attacks on them."""

    @abc.abstractmethod
    def audit(self, *, slices: Sequence[str], seed: int) -> Audit | GameAudit:
        """Returns the attacks on the answers.

        Args:
            slices: Kinds of slices, as for `keras_entropy.attacks.audit_outputs`.
            seed: Integer, of folds and resamples.
        """

    @abc.abstractmethod
    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        """Returns the score that each attack gives to each example of one target.

        Args:
            attacks: Names of attacks.
            seed: Integer, of folds.

        Returns:
            By attack, members first; empty where several models are attacked.
        """

    @abc.abstractmethod
    def changed(self, change: Callable[[Array], Array]) -> Answers:
        """Returns the answers that an attacker has changed before attacking them.

        Args:
            change: Function from answers `(..., C)` to others. Those of the attacker's
                own models are changed alike.
        """


@dataclasses.dataclass(frozen=True)
class PairedModels(Answers):
    """Answers of models in complementary pairs, each of which is a target.

    Args:
        outputs: Float array `(K, N, C)`: models `2j` and `2j + 1` were trained on
            complementary halves of the examples.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`: who is in whose training set.
        attacks: Names of the attacks on each model.
    """

    outputs: Array
    labels: Integers
    membership: Booleans
    attacks: Sequence[str]

    def audit(self, *, slices: Sequence[str], seed: int) -> GameAudit:
        return audit_game(
            self.outputs,
            self.labels,
            self.membership,
            attacks=self.attacks,
            slices=slices,
            seed=seed,
        )

    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        return {}

    def changed(self, change: Callable[[Array], Array]) -> PairedModels:
        return dataclasses.replace(self, outputs=change(self.outputs))


@dataclasses.dataclass(frozen=True)
class TargetAnswers(Answers):
    """Answers of one target to its members and to examples that it never saw.

    Args:
        outputs: Float arrays `(n, C)` of members and `(m, C)` of non-members.
        labels: Integer arrays `(n,)` and `(m,)`.
        attacks: Names of attacks, or `"all"`.
        shadows: The attacker's own models behind the same defense, if there are any.
        from_logits: Boolean, whether the outputs are logits.
    """

    outputs: tuple[Array, Array]
    labels: tuple[Integers, Integers]
    attacks: str | Sequence[str]
    shadows: Shadows | None = None
    from_logits: bool = False

    @property
    def member(self) -> Booleans:
        """Boolean `(n + m,)`: which of the examples are members; these come first."""
        members, nonmembers = map(len, self.labels)
        return np.arange(members + nonmembers) < members

    def audit(self, *, slices: Sequence[str], seed: int) -> Audit:
        return audit_outputs(
            self.outputs[0],
            self.labels[0],
            self.outputs[1],
            self.labels[1],
            from_logits=self.from_logits,
            shadows=self.shadows,
            attacks=self.attacks,
            slices=slices,
            seed=seed,
        )

    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        return attack_scores(
            self.outputs,
            self.labels,
            attacks,
            from_logits=self.from_logits,
            shadows=self.shadows,
            seed=seed,
        )

    def changed(self, change: Callable[[Array], Array]) -> TargetAnswers:
        # In this order: a random change draws other numbers for each.
        outputs = change(self.outputs[0]), change(self.outputs[1])
        shadows = self.shadows
        if shadows is not None:
            shadows = dataclasses.replace(shadows, outputs=change(shadows.outputs))
        return dataclasses.replace(self, outputs=outputs, shadows=shadows)


def results_of(audits: Mapping[str, Audit | GameAudit]) -> list[AttackResult]:
    """Returns the results of all audits, each named by what was done first.

    Args:
        audits: By what was done with the answers first, `""` where nothing was.
    """
    found: list[AttackResult] = []
    for through, audit in audits.items():
        own = audit.attacks
        found += adaptive_results(own, through) if through else own
    return found
