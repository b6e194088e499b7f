"""Every attack on every defense, and each defense against none."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np

from eval_suite.measurements.example_scores import answering
from eval_suite.measurements.example_scores import scores_of
from eval_suite.measurements.slices import slices
from eval_suite.subjects.membership_game import BASE
from eval_suite.subjects.membership_game import MembershipGame
from eval_suite.subjects.one_target import OneTarget
from keras_entropy import catalog
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Difference
from keras_entropy.attacks import Headline
from keras_entropy.attacks import NotMeasured
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import game_headline
from keras_entropy.attacks import holm
from keras_entropy.attacks import minimum_detectable_auc
from keras_entropy.attacks import minimum_detectable_difference
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.leakage.divergence import Divergence
from keras_entropy.attacks.paired_differences import ExampleScores
from keras_entropy.attacks.paired_differences import paired_over_examples
from keras_entropy.queries.known_defense import ways

# A difference in AUC up to this is accepted: post-processing adds no information, but
# the attacks that look for it are not perfect.
MARGIN = 0.02
LEVEL = 0.05


@dataclasses.dataclass(frozen=True)
class Attacked:
    """The attacks on one defense, adaptive ones included.

    Args:
        results: One result for each attack and slice.
        strongest: The strongest attack, chosen and reported on different data.
        not_measured: What could not be had.
        js_entropy: Jensen-Shannon distance of the entropy of the answers between
            members and non-members, bias-corrected.
        js_cross_entropy: The same of the cross-entropy.
    """

    results: list[AttackResult]
    strongest: Headline
    not_measured: list[NotMeasured]
    js_entropy: Divergence
    js_cross_entropy: Divergence

    def loss_auc(self) -> float:
        """Returns the AUC of the plain loss attack on the entire set."""
        return next(
            result.auc
            for result in self.results
            if (result.attack, result.slice) == ("loss", "entire")
        )


class Comparison:
    """Attacks each defense once, when it is first asked for.

    Args:
        subject: What is evaluated.
        names: Names of the defenses.
        seed: Integer, of folds and resamples.
    """

    def __init__(
        self, subject: MembershipGame | OneTarget, names: Sequence[str], *, seed: int
    ) -> None:
        self.subject = subject
        self.names = list(names)
        self._seed = seed
        self._attacked: dict[str, Attacked] = {}
        self._scores: dict[str, ExampleScores | None] = {}

    @property
    def is_game(self) -> bool:
        """Whether there are pairs of models to compare over."""
        return isinstance(self.subject, MembershipGame)

    def attacked(self, name: str) -> Attacked:
        """Returns the attacks on a defense, or on `"base"`, by its own outputs.

        The attacker knows the defense: one that can be undone, exactly or nearly, is
        undone first as well, and one that is random is asked repeatedly.
        """
        if name not in self._attacked:
            outputs = self.subject.outputs(name)
            shadows = None if self.is_game else self.subject.shadows(name)
            audits = {"": self._audit(outputs, shadows)}
            results = list(audits[""].attacks)
            if name != BASE and name not in _TRAINED:
                for variant, *answers in self._adapted(name, outputs, shadows):
                    audits[variant] = self._audit(*answers)
                    results += adaptive_results(audits[variant].attacks, variant)
            self._attacked[name] = Attacked(
                results=results,
                strongest=self._strongest(results, audits),
                not_measured=[
                    gap for audit in audits.values() for gap in audit.not_measured
                ],
                js_entropy=audits[""].js_entropy,
                js_cross_entropy=audits[""].js_cross_entropy,
            )
        return self._attacked[name]

    def _adapted(
        self, name: str, outputs: Any, shadows: Shadows | None
    ) -> Iterator[tuple[str, Any, Shadows | None]]:
        """Yields the adaptive variants: name, outputs, and shadows treated alike."""
        for way in ways(catalog.get(name).create(seed=self._seed)):
            given, theirs = outputs, shadows
            if way.of_undefended:
                given = self.subject.outputs(BASE)
                theirs = shadows and self.subject.shadows(BASE)
            changed = (
                way.change(given)
                if self.is_game
                else tuple(way.change(side) for side in given)
            )
            yield way.name, changed, answering(theirs, way.change)

    def base_headline(self, *, without: str | None = None) -> Headline:
        """Returns the strongest attack on the undefended model.

        Whoever has the model's outputs can apply a deterministic defense to them, so
        attacks on the defended outputs are attacks on the undefended model too.

        Args:
            without: Name of a defense that is left out, because it is compared.
        """
        if not self.is_game:
            return self.attacked(BASE).strongest
        return game_headline(self._base_pool(without))

    def base_through_defense(self) -> AttackResult | None:
        """Returns the strongest attack on no defense, if it goes through a defense."""
        if not self.is_game:
            return None
        strongest = self.base_headline().attack
        pool = self._base_pool(None)
        found = next(result for result in pool if result.attack == strongest)
        return found if found.group == "adaptive" else None

    def _base_pool(self, without: str | None) -> list[AttackResult]:
        results = _entire(self.attacked(BASE).results)
        for name in self.names:
            entry = catalog.get(name)
            if name == without or entry.recipe or not entry.claims.deterministic:
                continue
            own = [r for r in self.attacked(name).results if r.group != "adaptive"]
            results += adaptive_results(_entire(own), name)
        return results

    def difference(self, name: str) -> Difference | None:
        """Returns strongest attack on the defense minus that on no defense, paired.

        Over the pairs of models of a game, or over the examples of a single target;
        `None` where an attack through repeated queries is the strongest on one.
        """
        if self.is_game:
            return paired_difference(
                self.attacked(name).strongest, self.base_headline(without=name)
            )
        sides = [self._scored(which) for which in (name, BASE)]
        if None in sides:
            return None
        sizes = len(self.subject.members.y), len(self.subject.nonmembers.y)
        return paired_over_examples(
            self.attacked(name).strongest.auc - self.attacked(BASE).strongest.auc,
            tuple(sides),
            np.arange(sum(sizes)) < sizes[0],
        )

    def _scored(self, name: str) -> ExampleScores | None:
        """Returns the strongest attack's scores of a single target's examples."""
        if name not in self._scores:
            attack = self.attacked(name).strongest.attack
            found = scores_of(self.subject, name, [attack], seed=self._seed)
            self._scores[name] = found.get(attack)
        return self._scores[name]

    def worse_than_base(self, name: str) -> float | None:
        """Returns the p-value that a transform is not worse than no defense.

        One-sided against `MARGIN`, paired over the pairs of models, and Holm-corrected
        over the selected transforms. `None` for trained defenses and single targets.
        """
        return self._adjusted.get(name) if self.is_game else None

    @functools.cached_property
    def _adjusted(self) -> dict[str, float]:
        transforms = [name for name in self.names if name not in _TRAINED]
        p_values = [
            paired_difference(
                self.attacked(name).strongest,
                self.base_headline(without=name),
                margin=MARGIN,
            ).p_value
            for name in transforms
        ]
        return dict(zip(transforms, holm(p_values).tolist(), strict=True))

    def minimum_detectable_auc(self) -> float:
        """Returns the AUC of the plain loss attack that 80 % of such runs would see.

        One-sided at the 5 % level: over the pairs of the game, or over the examples of
        a single target.
        """
        results = _entire(self.attacked(BASE).results)
        loss = next(result for result in results if result.attack == "loss")
        if loss.pair_auc is None:
            return minimum_detectable_auc(loss.n_members, loss.n_nonmembers)
        return min(1.0, 0.5 + minimum_detectable_difference(loss.pair_auc))

    @property
    def classes(self) -> int:
        """Number of classes."""
        return self.subject.outputs(BASE)[0].shape[-1]

    def _audit(self, outputs: Any, shadows: Shadows | None = None) -> Any:
        if self.is_game:
            return audit_game(
                outputs,
                self.subject.labels,
                self.subject.membership,
                attacks=self.subject.profile.attacks,
                slices=slices(self.classes),
                seed=self._seed,
            )
        profile = getattr(self.subject, "profile", None)
        members, nonmembers = outputs
        return audit_outputs(
            members,
            self.subject.members.y,
            nonmembers,
            self.subject.nonmembers.y,
            shadows=shadows,
            attacks=profile.attacks if profile else "all",
            slices=slices(self.classes),
            seed=self._seed,
        )

    def _strongest(
        self, results: list[AttackResult], audits: dict[str, Any]
    ) -> Headline:
        if self.is_game:
            return game_headline(_entire(results))
        best = max(audits, key=lambda variant: audits[variant].strongest.auc)
        headline = audits[best].strongest
        if not best:
            return headline
        return dataclasses.replace(headline, attack=f"{best}:{headline.attack}")


_TRAINED = frozenset(entry.name for entry in catalog.entries() if entry.recipe)


def _entire(results: Sequence[AttackResult]) -> list[AttackResult]:
    return [result for result in results if result.slice == "entire"]
