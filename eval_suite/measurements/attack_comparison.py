"""Every attack on every defense, and each defense against none."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from eval_suite.measurements.example_scores import scores_of
from eval_suite.measurements.slices import slices
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.subject import MeasuredAttack
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks import NotMeasured
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import holm
from keras_entropy.attacks import minimum_detectable_auc
from keras_entropy.attacks import minimum_detectable_difference
from keras_entropy.attacks import paired_difference
from keras_entropy.attacks.leakage.divergence import Divergence
from keras_entropy.attacks.paired_differences import ExampleScores

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
        audits: The attacks on the answers as they are, `""`, and through what an
            attacker who knows the defense does first.
    """

    results: list[AttackResult]
    strongest: Headline
    audits: Mapping[str, Audit | GameAudit]

    @property
    def not_measured(self) -> list[NotMeasured]:
        """The missing figures, and why they are missing."""
        return [gap for audit in self.audits.values() for gap in audit.not_measured]

    @property
    def js_entropy(self) -> Divergence:
        """Jensen-Shannon distance of the answers' entropy between the two sides."""
        return self.audits[""].js_entropy

    @property
    def js_cross_entropy(self) -> Divergence:
        """The same of the cross-entropy."""
        return self.audits[""].js_cross_entropy

    def entire(self) -> list[AttackResult]:
        """Returns the results on the entire set."""
        return _entire(self.results)

    def loss_auc(self) -> float:
        """Returns the AUC of the plain loss attack on the entire set."""
        return next(r.auc for r in self.entire() if r.attack == "loss")


class AttackComparison:
    """Attacks each defense once, when it is first asked for.

    Args:
        subject: The models and their examples.
        names: Names of the defenses.
        seed: Integer, of folds and resamples.
    """

    def __init__(self, subject: Subject, names: Sequence[str], *, seed: int) -> None:
        self.subject = subject
        self.names = list(names)
        self._seed = seed
        self._attacked: dict[str, Attacked] = {}
        self._scores: dict[tuple[str, str], ExampleScores | None] = {}

    def attacked(self, name: str) -> Attacked:
        """Returns the attacks on a defense, or on `"base"`, by its own outputs.

        The attacker knows the defense: one that can be undone, exactly or nearly, is
        undone first as well, and one that is random is asked repeatedly.
        """
        if name not in self._attacked:
            answers = self.subject.answers(name)
            audits = {"": self._audit(answers)}
            results = list(audits[""].attacks)
            if name != BASE and name not in trained_defenses():
                for through, changed in self._adapted(name, answers):
                    audits[through] = self._audit(changed)
                    results += adaptive_results(audits[through].attacks, through)
            self._attacked[name] = Attacked(
                results=results,
                strongest=self.subject.strongest(results, audits),
                audits=audits,
            )
        return self._attacked[name]

    def _adapted(self, name: str, answers: Answers) -> Iterator[tuple[str, Answers]]:
        """Yields what an attacker who knows the defense attacks instead, by name."""
        # Here and below, as where outputs are given there is no defense and no Keras.
        from keras_entropy import catalog
        from keras_entropy.queries.known_defense import ways

        for way in ways(catalog.get(name).create(seed=self._seed)):
            asked = self.subject.answers(BASE) if way.of_undefended else answers
            yield way.name, asked.changed(way.change)

    def base_headline(self, *, without: str | None = None) -> Headline:
        """Returns the strongest attack on the undefended model.

        An attacker who has the model's outputs can apply a deterministic defense to
        them, so attacks on the defended outputs are attacks on the undefended model
        too, where the subject's headlines are chosen among both.

        Args:
            without: Name of a defense that is left out, because it is compared.
        """
        audits = self.attacked(BASE).audits
        return self.subject.strongest(self._base_pool(without), audits)

    def base_through_defense(self) -> AttackResult | None:
        """Returns the strongest attack on no defense, if it goes through a defense."""
        strongest = self.base_headline().attack
        pool = self._base_pool(None)
        found = next(result for result in pool if result.attack == strongest)
        return found if found.group == "adaptive" else None

    def _base_pool(self, without: str | None) -> list[AttackResult]:
        results = self.attacked(BASE).entire()
        for name in self.subject.attacked_through(self.names):
            if name != without:
                own = [r for r in self.attacked(name).results if r.group != "adaptive"]
                results += adaptive_results(_entire(own), name)
        return results

    def difference(self, name: str) -> Difference | None:
        """Returns strongest attack on the defense minus that on no defense, paired.

        Over the pairs of models of a game, or over the examples of a single target;
        `None` where an attack through repeated queries is the strongest on one.
        """
        return self.subject.paired(
            self._measured(name, self.attacked(name).strongest),
            self._measured(BASE, self.base_headline(without=name)),
        )

    def _measured(self, name: str, headline: Headline) -> MeasuredAttack:
        """Returns a headline with its attack's scores of a single target's examples."""
        if headline.pair_auc is not None:
            return MeasuredAttack(headline, None)
        key = name, headline.attack
        if key not in self._scores:
            attacks = [headline.attack]
            found = scores_of(self.subject, name, attacks, seed=self._seed)
            self._scores[key] = found.get(headline.attack)
        return MeasuredAttack(headline, self._scores[key])

    def worse_than_base(self, name: str) -> float | None:
        """Returns the p-value that a transform is not worse than no defense.

        One-sided against `MARGIN`, paired over the pairs of models, and Holm-corrected
        over the selected transforms. `None` for trained defenses and single targets.
        """
        if self.attacked(name).strongest.pair_auc is None:
            return None
        return self._adjusted.get(name)

    @functools.cached_property
    def _adjusted(self) -> dict[str, float]:
        transforms = [name for name in self.names if name not in trained_defenses()]
        p_values = [
            paired_difference(
                self.attacked(name).strongest,
                self.base_headline(without=name),
                margin=MARGIN,
            ).p_value
            for name in transforms
        ]
        return dict(zip(transforms, holm(p_values).tolist(), strict=True))

    def excess(self, name: str) -> str | None:
        """Returns how a transform is shown to leak more than no defense.

        Over pairs of models by `worse_than_base`; on one target by intervals that are
        further apart than `MARGIN`.

        Returns:
            The end of a sentence, or `None` where nothing is shown.
        """
        p_value = self.worse_than_base(name)
        if p_value is None:
            base = self.attacked(BASE).strongest
            if self.attacked(name).strongest.auc_low <= base.auc_high + MARGIN:
                return None
            return (
                "; expected not above the undefended model's "
                f"[{base.auc_low:.3f}, {base.auc_high:.3f}] by more than {MARGIN}"
            )
        if p_value >= LEVEL:
            return None
        found = self.difference(name)
        shown = ""
        if found is not None:
            shown = f", {found.value:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
        return (
            f"{shown} against no defense (adjusted p = {p_value:.2g}); expected at "
            f"most +{MARGIN}"
        )

    def minimum_detectable_auc(self) -> float:
        """Returns the AUC of the plain loss attack that 80 % of such runs would see.

        One-sided at the 5 % level: over the pairs of the game, or over the examples of
        a single target.
        """
        loss = next(r for r in self.attacked(BASE).entire() if r.attack == "loss")
        if loss.pair_auc is None:
            return minimum_detectable_auc(loss.n_members, loss.n_nonmembers)
        return min(1.0, 0.5 + minimum_detectable_difference(loss.pair_auc))

    def _audit(self, answers: Answers) -> Audit | GameAudit:
        kinds = slices(self.subject.classes)
        return answers.audit(slices=kinds, seed=self._seed)


@functools.cache
def trained_defenses() -> frozenset[str]:
    """Returns the names of the defenses that are trained with the model."""
    from keras_entropy import catalog

    return frozenset(entry.name for entry in catalog.entries() if entry.is_trained)


def _entire(results: Sequence[AttackResult]) -> list[AttackResult]:
    return [result for result in results if result.slice == "entire"]
