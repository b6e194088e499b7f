"""Models in complementary pairs, each of them a target."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from eval_suite.results.rows import Utility
from eval_suite.subjects.answers import PairedModels
from eval_suite.subjects.subject import Correctness
from eval_suite.subjects.subject import MeasuredAttack
from eval_suite.subjects.subject import Subject
from eval_suite.subjects.utility import utility_over_models
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import paired_difference


class PairedTargets(Subject):
    """A subject of several models; two attacks on them are paired over their pairs."""

    @property
    @abc.abstractmethod
    def membership(self) -> Booleans:
        """Boolean `(K, N)`: which example is in whose training set."""

    @property
    @abc.abstractmethod
    def labels(self) -> Integers:
        """Integer `(N,)`: the class of each example."""

    @property
    @abc.abstractmethod
    def attacks(self) -> Sequence[str]:
        """Names of the attacks on each model."""

    @abc.abstractmethod
    def outputs(self, defense: str | catalog.Entry) -> Array:
        """Returns float32 `(K, N, C)`: what each defended model answers.

        Args:
            defense: Name of a defense, or `"base"` for the undefended models, or an
                entry that need not be in the catalog, such as one at another strength.
        """

    @property
    def classes(self) -> int:
        return int(self.outputs(BASE).shape[-1])

    def answers(self, name: str) -> PairedModels:
        return self.paired_models(name)

    def paired_models(self, defense: str | catalog.Entry) -> PairedModels:
        return PairedModels(
            self.outputs(defense), self.labels, self.membership, self.attacks
        )

    def sides(self, name: str) -> tuple[Array, Array]:
        outputs = self.outputs(name)
        return outputs[self.membership], outputs[~self.membership]

    def first_target(self, name: str) -> tuple[Array, Array, Array, Array]:
        outputs, labels = self.outputs(name)[0], self.labels
        inside = self.membership[0]
        return outputs[inside], labels[inside], outputs[~inside], labels[~inside]

    def utility(self, name: str) -> Utility:
        return utility_over_models(self.outputs(name), self.labels, self.membership)

    def correctness(self, name: str) -> Correctness:
        hits = np.stack(
            [prediction_quality.hits(rows, self.labels) for rows in self.outputs(name)]
        )
        outside = ~self.membership
        shares = (hits * outside).sum(axis=1) / outside.sum(axis=1)
        return Correctness(shares.reshape(-1, 2), degrees=len(shares) // 2 - 1)

    def majority_share(self) -> float:
        return float(np.bincount(self.labels).max() / len(self.labels))

    def strongest(
        self,
        results: Sequence[AttackResult],
        audits: Mapping[str, Audit | GameAudit],
    ) -> Headline:
        return game_headline([r for r in results if r.slice == "entire"])

    def paired(self, first: MeasuredAttack, second: MeasuredAttack) -> Difference:
        return paired_difference(first.headline, second.headline)

    def attacked_through(self, names: Sequence[str]) -> list[str]:
        entries = map(catalog.get, names)
        return [
            entry.name
            for entry in entries
            if not entry.is_trained and entry.claims.deterministic
        ]
