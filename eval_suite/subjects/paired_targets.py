"""Models in complementary pairs, each of them a target."""

from __future__ import annotations

import abc
import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from eval_suite.results.gate_rows import AucRow
from eval_suite.results.rows import Utility
from eval_suite.subjects.answers import PairedModels
from eval_suite.subjects.answers import results_of
from eval_suite.subjects.measured import Compared
from eval_suite.subjects.measured import Correctness
from eval_suite.subjects.measured import MeasuredAttack
from eval_suite.subjects.measured import RowMaker
from eval_suite.subjects.subject import Subject
from eval_suite.subjects.utility import utility_over_models
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import holm
from keras_entropy.attacks import minimum_detectable_difference
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import ExampleScores

LEVEL = 0.05


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

    @abc.abstractmethod
    def neighbors(self, defense: str | catalog.Entry) -> Neighbors | None:
        """Returns what each defended model answers to neighbors of the examples.

        Args:
            defense: As for `outputs`.

        Returns:
            `None` where none is asked about.
        """

    @property
    def classes(self) -> int:
        return int(self.outputs(BASE).shape[-1])

    def answers(self, name: str | catalog.Entry) -> PairedModels:
        return self.paired_models(name)

    def paired_models(self, defense: str | catalog.Entry) -> PairedModels:
        return PairedModels(
            self.outputs(defense),
            self.labels,
            self.membership,
            self.attacks,
            functools.partial(self.neighbors, defense),
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

    def strongest(self, audits: Mapping[str, Audit | GameAudit]) -> Headline:
        return game_headline(_entire(audits))

    def strongest_among(
        self,
        audits: Mapping[str, Audit | GameAudit],
        kept: Callable[[AttackName], bool],
    ) -> Headline | None:
        results = [r for r in _entire(audits) if kept(AttackName.parse(r.attack))]
        return game_headline(results) if results else None

    def paired(self, first: MeasuredAttack, second: MeasuredAttack) -> Difference:
        return paired_difference(first.headline, second.headline)

    def excess(
        self, name: str, names: Sequence[str], compared: Compared, *, margin: float
    ) -> str | None:
        p_value = self.adjusted_p_values(names, compared, margin=margin)[name]
        if p_value >= LEVEL:
            return None
        found = self.paired(*compared(name))
        return (
            f", {found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}] against no "
            f"defense (adjusted p = {p_value:.2g}); expected at most +{margin}"
        )

    def adjusted_p_values(
        self, names: Sequence[str], compared: Compared, *, margin: float
    ) -> dict[str, float]:
        """Returns by name the p-value that a defense leaks no more than none.

        One-sided against the margin, paired over the pairs of models, and
        Holm-corrected over all that are asked about. The arguments are those of
        `excess`.
        """
        p_values = []
        for name in names:
            first, second = compared(name)
            found = paired_difference(first.headline, second.headline, margin=margin)
            p_values.append(found.p_value)
        return dict(zip(names, holm(p_values).tolist(), strict=True))

    def minimum_detectable_auc(self, result: AttackResult) -> float:
        return min(1.0, 0.5 + minimum_detectable_difference(_pair_auc(result)))

    def auc_rows(
        self,
        results: Sequence[AttackResult],
        scores: Callable[[Sequence[str]], Mapping[str, ExampleScores]],
        rows: RowMaker,
    ) -> list[AucRow]:
        return [rows.of_pairs(found.attack, _pair_auc(found)) for found in results]

    def attacked_through(self, names: Sequence[str]) -> list[str]:
        entries = map(catalog.get, names)
        return [
            entry.name
            for entry in entries
            if not entry.is_trained
            and entry.claims.deterministic
            # What is asked about copies is no function of one answer.
            and entry.layer.expects != "copies"
        ]


def _entire(audits: Mapping[str, Audit | GameAudit]) -> list[AttackResult]:
    return [result for result in results_of(audits) if result.slice == "entire"]


def _pair_auc(result: AttackResult) -> Floats:
    if result.pair_auc is None:
        raise ValueError(
            f"Results of a game know the AUC of each pair of models. Received: "
            f"{result.attack} without `pair_auc`"
        )
    return result.pair_auc
