"""The answers of models behind one defense, ready to be attacked."""

from __future__ import annotations

import abc
import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks import INPUT_ATTACKS
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import carried_levels
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)

# Asks about neighbors of the examples, when what is answered is first needed.
AskNeighbors = Callable[[], Neighbors | None]


def nobody_asked() -> None:
    """Stands for answers to neighbors where none was asked about."""


class Answers(abc.ABC):
    """Answers whose membership is known, and the attacks on them."""

    @abc.abstractmethod
    def prepared_audit(
        self,
        *,
        slices: Sequence[str],
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    ) -> Callable[[], Audit | GameAudit]:
        """Returns what makes the attacks on the answers; it asks no model any more.

        Args:
            slices: Kinds of slices, as for `keras_entropy.attacks.audit_outputs`.
            seed: Integer, of folds and resamples.
            fpr_levels: False positive rates at which true positive rates are told.
                Those that the non-members can't carry are left out.
        """

    def audit(
        self,
        *,
        slices: Sequence[str],
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    ) -> Audit | GameAudit:
        """Returns the attacks on the answers; the arguments of `prepared_audit`."""
        return self.prepared_audit(slices=slices, seed=seed, fpr_levels=fpr_levels)()

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
                own models are changed alike; those to neighbors are left out.
        """


@dataclasses.dataclass(frozen=True)
class PairedModels(Answers):
    """Answers of models in complementary pairs, each of which is a target.

    Args:
        outputs: Float array `(K, N, C)`: models `2j` and `2j + 1` were trained on
            complementary halves of the examples.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`: who is in whose training set.
        attacks: Names of the attacks on each model that ask once.
        neighbors: Function that returns what the models answer to neighbors, or `None`:
            with it all attacks that ask often run as well.
    """

    outputs: Array
    labels: Integers
    membership: Booleans
    attacks: Sequence[str]
    neighbors: AskNeighbors = nobody_asked

    def prepared_audit(
        self,
        *,
        slices: Sequence[str],
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    ) -> functools.partial[GameAudit]:
        neighbors = self.neighbors()
        outside = int((~np.asarray(self.membership)).sum(axis=1).min())
        models = len(self.membership)
        often = () if neighbors is None else NEIGHBOR_ATTACKS
        return functools.partial(
            audit_game,
            self.outputs,
            self.labels,
            self.membership,
            neighbors=neighbors,
            attacks=(*self.attacks, *often),
            slices=slices,
            seed=seed,
            fpr_levels=carried_levels(fpr_levels, outside, models),
        )

    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        return {}

    def changed(self, change: Callable[[Array], Array]) -> PairedModels:
        return dataclasses.replace(
            self, outputs=change(self.outputs), neighbors=nobody_asked
        )


@dataclasses.dataclass(frozen=True)
class TargetAnswers(Answers):
    """Answers of one target to its members and to examples that it never saw.

    Args:
        outputs: Float arrays `(n, C)` of members and `(m, C)` of non-members.
        labels: Integer arrays `(n,)` and `(m,)`.
        attacks: Names of attacks that ask once, or `"all"`.
        shadows: The attacker's own models behind the same defense, if there are any.
        from_logits: Boolean, whether the outputs are logits.
        neighbors: Function that returns what the target answers to neighbors, or
            `None`: with it all attacks that ask often run as well.
        shadow_neighbors: The same of the shadows.
        inputs: What the target was asked about members, then about the others, or
            `None` where it is not known.
    """

    outputs: tuple[Array, Array]
    labels: tuple[Integers, Integers]
    attacks: str | Sequence[str]
    shadows: Shadows | None = None
    from_logits: bool = False
    neighbors: AskNeighbors = nobody_asked
    shadow_neighbors: AskNeighbors = nobody_asked
    inputs: tuple[Array, Array] | None = None

    @property
    def member(self) -> Booleans:
        """Boolean `(n + m,)`: which of the examples are members; these come first."""
        members, nonmembers = map(len, self.labels)
        return np.arange(members + nonmembers) < members

    def prepared_audit(
        self,
        *,
        slices: Sequence[str],
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    ) -> functools.partial[Audit]:
        neighbors, shadows = self._asked_often()
        attacks = self.attacks
        if neighbors is not None and not isinstance(attacks, str):
            calibrated = shadows is not None and shadows.neighbors is not None
            often = NEIGHBOR_ATTACKS if calibrated else LONE_NEIGHBOR_ATTACKS
            attacks = (*attacks, *often)
        return functools.partial(
            audit_outputs,
            self.outputs[0],
            self.labels[0],
            self.outputs[1],
            self.labels[1],
            from_logits=self.from_logits,
            shadows=shadows,
            neighbors=neighbors,
            inputs=self._inputs_for(attacks),
            attacks=attacks,
            slices=slices,
            seed=seed,
            fpr_levels=carried_levels(fpr_levels, len(self.labels[1])),
        )

    def _inputs_for(self, attacks: str | Sequence[str]) -> Array | None:
        """Returns the inputs of all examples, if an attack reads them."""
        read = isinstance(attacks, str) or any(
            name in INPUT_ATTACKS for name in attacks
        )
        if self.inputs is None or not read:
            return None
        return np.concatenate(self.inputs)

    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        neighbors, shadows = None, self.shadows
        if any(attack in NEIGHBOR_ATTACKS for attack in attacks):
            neighbors, shadows = self._asked_often()
        return attack_scores(
            self.outputs,
            self.labels,
            attacks,
            from_logits=self.from_logits,
            shadows=shadows,
            neighbors=neighbors,
            inputs=self._inputs_for(attacks),
            seed=seed,
        )

    def _asked_often(self) -> tuple[Neighbors | None, Shadows | None]:
        """Returns what the target answers to neighbors, and its shadows with theirs."""
        neighbors, shadows = self.neighbors(), self.shadows
        if neighbors is not None and shadows is not None:
            theirs = self.shadow_neighbors()
            shadows = dataclasses.replace(shadows, neighbors=theirs)
        return neighbors, shadows

    def changed(self, change: Callable[[Array], Array]) -> TargetAnswers:
        # In this order: a random change draws other numbers for each.
        outputs = change(self.outputs[0]), change(self.outputs[1])
        shadows = self.shadows
        if shadows is not None:
            shadows = dataclasses.replace(shadows, outputs=change(shadows.outputs))
        return dataclasses.replace(
            self,
            outputs=outputs,
            shadows=shadows,
            neighbors=nobody_asked,
            shadow_neighbors=nobody_asked,
        )


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
