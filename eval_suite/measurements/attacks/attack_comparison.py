"""Every attack on every defense, and each defense against none."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from eval_suite.measurements.attacks.attacked import KINDS
from eval_suite.measurements.attacks.attacked import Attacked
from eval_suite.measurements.attacks.attacked import Kind
from eval_suite.measurements.attacks.attacked_answers import AnswersOf
from eval_suite.measurements.attacks.attacked_answers import attacked_answers
from eval_suite.measurements.attacks.attacked_answers import trained_defenses
from eval_suite.measurements.example_scores import scores_of
from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.measurements.processes.attack_processes import at_once
from eval_suite.measurements.records.canary_attacks import CanaryAttacks
from eval_suite.measurements.records.on_reference import ReferenceAttacks
from eval_suite.measurements.records.worst_off import worst_off_row
from eval_suite.measurements.slices import slices
from eval_suite.results.rows import WorstOffRow
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.answers import results_of
from eval_suite.subjects.measured import MeasuredAttack
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.worst_off import WORST_OFF
from keras_entropy.attacks.results import ExampleScores

# Waits for an audit that was started.
Waiting = Callable[[], Audit | GameAudit]

# A difference in AUC up to this is accepted: post-processing adds no information, but
# the attacks that look for it are not perfect.
MARGIN = 0.02
_FIRST_KINDS: tuple[Kind, Kind] = ("asked_once", "asked_often")


class AttackComparison:
    """Attacks each defense once, when it is first asked for.

    Args:
        subject: The models and their examples.
        names: Names of the defenses.
        seed: Integer, of folds and resamples.
        fpr_levels: False positive rates at which true positive rates are told.
        start: Starts an audit. Defaults to `at_once`.

    Attributes:
        on_reference: The attacks on the examples that defenses learn from.
        on_canaries: The attacks on mislabelled records.
    """

    def __init__(
        self,
        subject: Subject,
        names: Sequence[str],
        *,
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
        start: Start = at_once,
    ) -> None:
        self._start = start
        self.subject = subject
        self.names = list(names)
        self._seed = seed
        self._fpr_levels = fpr_levels
        self._started: dict[str, dict[str, Waiting]] = {}
        self._attacked: dict[str, Attacked] = {}
        self._scores: dict[tuple[str, str], ExampleScores | None] = {}
        self._beside_base: dict[str, tuple[MeasuredAttack, MeasuredAttack]] = {}
        self.on_reference = ReferenceAttacks(
            subject,
            self._attacked_among(subject.halves_of_reference),
            seed=seed,
            start=start,
        )
        self.on_canaries = CanaryAttacks(
            self._attacked_among(subject.canaries),
            subject.attacked_through(self.names),
            seed=seed,
            start=start,
        )
        known = subject.known_start
        self._known_start = (
            None
            if known is None
            else AttackComparison(
                known, names, seed=seed, fpr_levels=fpr_levels, start=start
            )
        )

    def _attacked_among(
        self, answers_of: AnswersOf
    ) -> Callable[[str], Iterator[tuple[str, Answers]]]:
        return lambda name: attacked_answers(
            self.subject, name, answers_of, seed=self._seed
        )

    def start(self, name: str) -> None:
        """Asks the models behind a defense, and starts the attacks on their answers.

        Args:
            name: Name of a defense, or `"base"`.
        """
        self._start_on_answers(name)
        self.on_canaries.start(name)
        self.on_reference.start(name)

    def _start_on_answers(self, name: str) -> None:
        if name in self._attacked or name in self._started:
            return
        self._started[name] = {
            through: self._audit(answers)
            for through, answers in self._attacked_among(self.subject.answers)(name)
        }

    def start_early(self, name: str, *, further: bool = True) -> None:
        """Starts the attacks on a defense where that takes no time here.

        Args:
            name: As for `start`.
            further: Boolean, whether also those on further models: those that learned
                canaries, and those that hold half of the reference.
        """
        if self._start is at_once:
            return
        self._start_on_answers(name)
        if further:
            self.on_canaries.start(name)
            self.on_reference.start(name)

    def attacked(self, name: str) -> Attacked:
        """Returns the attacks on a defense, or on `"base"`, by its own outputs.

        The attacker knows the defense: one that can be undone, exactly or nearly, is
        undone first as well, and one that is random is asked repeatedly.
        """
        if name not in self._attacked:
            self._start_on_answers(name)
            audits = {
                through: audit() for through, audit in self._started.pop(name).items()
            }
            self._attacked[name] = Attacked(
                results=results_of(audits),
                strongest=self.subject.strongest(audits),
                audits=audits,
            )
        return self._attacked[name]

    def first_look(self, name: str) -> tuple[float | None, float | None]:
        """Returns the AUC of the strongest attack that asks once, and that asks often.

        Of the attacks on the defense's own answers: those on the undefended model that
        go through other defenses are not waited for.

        Args:
            name: Name of a defense, or `"base"`.
        """
        audits = self.attacked(name).audits
        found = [
            self.subject.strongest_among(audits, KINDS[kind]) for kind in _FIRST_KINDS
        ]
        once, often = (None if best is None else best.auc for best in found)
        return once, often

    def known_start(self, name: str) -> Headline | None:
        """Returns the strongest attack where the training's start is known.

        Args:
            name: Name of a defense, or `"base"`.

        Returns:
            `None` where no such models were asked for.
        """
        if self._known_start is None:
            return None
        return self._known_start.attacked(name).strongest

    def base_headline(self, *, without: str | None = None) -> Headline:
        """Returns the strongest attack on the undefended model.

        An attacker who has the model's outputs can apply a deterministic defense to
        them, so attacks on the defended outputs are attacks on the undefended model
        too, where the subject's headlines are chosen among both.

        Args:
            without: Name of a defense that is left out, because it is compared.
        """
        return self.subject.strongest(self._base_audits(without))

    def strongest_by_kind(self, name: str) -> dict[Kind, Headline | None]:
        """Returns the strongest attack of each kind on a defense, or on `"base"`.

        Returns:
            `None` for a kind of which no attack was run. On the undefended model there
            count, as for `base_headline`, those through a defense.
        """
        audits = self._base_audits(None) if name == BASE else self.attacked(name).audits
        return {
            kind: self.subject.strongest_among(audits, kept)
            for kind, kept in KINDS.items()
        }

    def worst_off(self, name: str) -> WorstOffRow | None:
        """Returns the strongest attack on the records that are most exposed.

        Args:
            name: Name of a defense, or `"base"`.

        Returns:
            `None` where no models are in pairs, which could tell the records.
        """
        exposed = self.results_on(WORST_OFF, name)
        if not exposed:
            return None
        return worst_off_row(exposed, self.results_on("entire", name))

    def results_on(self, part: str, name: str) -> list[AttackResult]:
        """Returns the attacks on a slice; on no defense, also those through defenses.

        Args:
            part: Name of the slice.
            name: Name of a defense, or `"base"`.
        """
        audits = self._base_audits(None) if name == BASE else self.attacked(name).audits
        return [result for result in results_of(audits) if result.slice == part]

    def base_results(self) -> list[AttackResult]:
        """Returns the attacks on the undefended model, through defenses too.

        On the entire set.
        """
        return self.results_on("entire", BASE)

    def base_through_defense(self) -> AttackResult | None:
        """Returns the strongest attack on no defense, if it goes through a defense."""
        strongest = self.base_headline().attack
        pool = self.base_results()
        found = next(result for result in pool if result.attack == strongest)
        return found if found.group == "adaptive" else None

    def _base_audits(self, without: str | None) -> dict[str, Audit | GameAudit]:
        audits = {"": self.attacked(BASE).audits[""]}
        for name in self.subject.attacked_through(self.names):
            if name != without:
                audits[name] = self.attacked(name).audits[""]
        return audits

    def difference(self, name: str) -> Difference | None:
        """Returns strongest attack on the defense minus that on no defense, paired.

        Over the pairs of models of a game, or over the examples of a single target;
        `None` where an attack through repeated queries is the strongest on one.
        """
        return self.subject.paired(*self.beside_base(name))

    def beside_base(self, name: str) -> tuple[MeasuredAttack, MeasuredAttack]:
        """Returns the strongest attacks on a defense and on none."""
        if name not in self._beside_base:
            self._beside_base[name] = (
                self._measured(name, self.attacked(name).strongest),
                self._measured(BASE, self.base_headline(without=name)),
            )
        return self._beside_base[name]

    def _measured(self, name: str, headline: Headline) -> MeasuredAttack:
        scores = functools.partial(self._attack_scores, name, headline.attack)
        return MeasuredAttack(headline, scores)

    def _attack_scores(self, name: str, attack: str) -> ExampleScores | None:
        key = name, attack
        if key not in self._scores:
            found = scores_of(self.subject, name, [attack], seed=self._seed)
            self._scores[key] = found.get(attack)
        return self._scores[key]

    @property
    def transforms(self) -> list[str]:
        """Names of the defenses that change answers and are not trained."""
        return [name for name in self.names if name not in trained_defenses()]

    def excess(self, name: str) -> str | None:
        """Returns how a transform is shown to leak more than no defense.

        Returns:
            The end of a sentence, or `None` where nothing is shown.
        """
        return self.subject.excess(
            name, self.transforms, self.beside_base, margin=MARGIN
        )

    def minimum_detectable_auc(self) -> float:
        """Returns the AUC of the plain loss attack that 80 % of such runs would see.

        One-sided at the 5 % level: over the pairs of the game, or over the examples of
        a single target.
        """
        loss = next(r for r in self.attacked(BASE).entire() if r.attack == "loss")
        return self.subject.minimum_detectable_auc(loss)

    def _audit(self, answers: Answers) -> Waiting:
        kinds = slices(
            self.subject.classes, pairs=self.subject.reason_without("pairs") is None
        )
        audit = answers.prepared_audit(
            slices=kinds, seed=self._seed, fpr_levels=self._fpr_levels
        )
        return self._start(audit)
