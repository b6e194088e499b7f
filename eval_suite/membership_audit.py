"""The audit of one model, for a user's own tests."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.since_baseline import outcome_since
from eval_suite.measurements.exchangeability import Exchangeability
from eval_suite.measurements.exchangeability import check_exchangeability
from eval_suite.options.gate_options import ACCEPTED_RISE
from eval_suite.options.gate_options import check_margin
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.scores_file import write_scores
from eval_suite.subjects.many_answers.made_audit import ONCE
from eval_suite.subjects.many_answers.made_audit import ManyAudit
from eval_suite.subjects.many_answers.one_table import as_examples
from eval_suite.subjects.one_target.resemblance_row import told_resemblance
from eval_suite.subjects.run_identity import examples_identity
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.attacks import Audit
from keras_entropy.attacks import ExampleScores
from keras_entropy.attacks import LabelsAudit
from keras_entropy.attacks import Neighbors
from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.held_out import ONE_LAW
from keras_entropy.attacks.audits.held_out import UNTOLD_ATTACKS
from keras_entropy.attacks.audits.held_out import held_out_bound
from keras_entropy.attacks.leakage.one_training import DELTA
from keras_entropy.attacks.leakage.one_training import OneTrainingBound
from keras_entropy.audit import HeldOutPlan
from keras_entropy.numerics.equal_rows import EqualRows
from keras_entropy.numerics.equal_rows import find_equal_rows

if TYPE_CHECKING:
    from keras_entropy.shadow.resemblance import Resemblance


@dataclasses.dataclass(frozen=True, repr=False)
class MembershipAudit:
    """How well members are told from non-members by one model's outputs.

    Args:
        name: Name of the model.
        outputs: Probabilities of members `(n, C)` and of non-members `(m, C)`.
        labels: Likewise, `(n,)` and `(m,)`.
        inputs: Likewise, `(n, ...)` and `(m, ...)`.
        attacks: Names of attacks, or `"all"`.
        seed: Integer, for folds and resamples.
        neighbors: What the model answers to neighbors of members, then of non-members,
            or `None` if nothing was asked but the examples themselves.
        questions: What was asked, as in results.json, or `None`.
        fpr_levels: False positive rates at which true positive rates are told.
        set_aside: Integer, how many of the given non-members are never scored: they are
            the reference set, from which defenses are fitted and neighbors made.
        held_out: The plan by which records were held out of the training, if they were.
        delta: Float, of the bound on epsilon that it gives.
        shadows: Answers of shadow models, or `None` if there are none to attack by.
        resemblance: How the shadow models that were trained compare with the model, or
            `None` if none were.
        many: Function that makes the attacks, where the model answers many times an
            example; `None` where it answers once.
    """

    name: str
    outputs: tuple[Array, Array]
    labels: tuple[Array, Array]
    inputs: tuple[Array, Array]
    attacks: str | Sequence[str]
    seed: int
    neighbors: Neighbors | None = None
    questions: QuestionsRow | None = None
    fpr_levels: Sequence[float] = DEFAULT_LEVELS
    set_aside: int = 0
    held_out: HeldOutPlan | None = None
    delta: float = DELTA
    shadows: Shadows | None = None
    resemblance: Resemblance | None = None
    many: Callable[[], ManyAudit] | None = None

    @functools.cached_property
    def audit(self) -> Audit:
        """All results, as of `keras_entropy.attacks.audit_outputs`.

        Of a model of several labels, those of the one that gives away most.
        """
        if self._of_many is not None:
            return self._of_many.audit
        (inside, outside), (y_inside, y_outside) = self.outputs, self.labels
        return audit_outputs(
            inside,
            y_inside,
            outside,
            y_outside,
            shadows=self.shadows,
            neighbors=self.neighbors,
            inputs=np.concatenate(self.inputs),
            attacks=self.attacks,
            seed=self.seed,
            fpr_levels=self.fpr_levels,
        )

    @functools.cached_property
    def _of_many(self) -> ManyAudit | None:
        return None if self.many is None else self.many()

    @property
    def by_label(self) -> LabelsAudit:
        """The audit of each label, and of all together, if the model has several.

        Raises:
            ValueError: If it has one.
        """
        found = None if self._of_many is None else self._of_many.by_label
        if found is None:
            raise ValueError(
                "`by_label` is of a model that ends in several sigmoids, each for a "
                f"label of its own. Received: {self.name!r}, which does not"
            )
        return found

    @property
    def auc(self) -> float:
        """The strongest attack's AUC, chosen and reported on different halves."""
        return self.audit.strongest.auc

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of `auc`."""
        return self.audit.strongest.auc_low, self.audit.strongest.auc_high

    @functools.cached_property
    def epsilon(self) -> OneTrainingBound:
        """The bound on the training's epsilon, at 95 % confidence.

        Raises:
            ValueError: If no records were held out, or no attack that is told no
                membership was asked for.
        """
        if self.held_out is None:
            raise ValueError(
                "A bound on epsilon needs records that a coin held out of the "
                "training: pass `held_out`, a plan of `keras_entropy.audit.hold_out`. "
                "Received: held_out=None"
            )
        return held_out_bound(
            {row.attack for row in self.audit.attacks},
            self.scores,
            *self.held_out.members_first,
            delta=self.delta,
            seed=self.seed,
        )

    @functools.cached_property
    def exchangeability(self) -> Exchangeability:
        """How well inputs and labels alone, without a model, tell the sides apart."""
        sides = as_examples(self.inputs, self.labels)
        return check_exchangeability(*sides, seed=self.seed)

    @functools.cached_property
    def equal_rows(self) -> EqualRows:
        """How many inputs are on both sides, as in a table: a model answers them alike.

        An attack's AUC counts the ties between them half.
        """
        (inside, y_inside), (outside, y_outside) = as_examples(self.inputs, self.labels)
        return find_equal_rows(inside, outside, (y_inside, y_outside))

    @functools.cached_property
    def baseline(self) -> Baseline:
        """The figures to compare a later audit with; `baseline.write` keeps them."""
        members, nonmembers = as_examples(self.inputs, self.labels)
        classes = self.outputs[0].shape[-1]
        made = self.audit if self._of_many is None else self._of_many.entire
        scores = {row.attack: made.scores(row.attack) for row in made.attacks}
        sizes = [len(y) for y in self.labels]
        rows = example_rows(BASE, scores, np.arange(sum(sizes)) < sizes[0])
        identity = examples_identity(members, nonmembers, classes, self.questions)
        return Baseline.of(identity, rows)

    def scores(self, attack: str) -> ExampleScores:
        """Returns the score that an attack gives each example, members first.

        See `keras_entropy.attacks.Audit.scores`.
        """
        return self.audit.scores(attack)

    def write_scores(self, path: Path | str, attacks: Sequence[str] = ()) -> None:
        """Writes a CSV file with a line for each example, members first.

        Its columns are `row`, the example's place on its side, `member` (1 or 0),
        `label`, and for each attack its score, empty where it gives none. A trained
        attack has a column more, `ATTACK fold`: its scores compare within a fold only.

        Args:
            path: Of the file.
            attacks: Names of attacks. Defaults to all that were made.

        Raises:
            KeyError: If an attack was not made; the message says which were.
        """
        names = attacks or [row.attack for row in self.audit.attacks]
        scores = {name: self.scores(name) for name in names}
        write_scores(Path(path), self.labels, scores)

    def assert_no_regression(
        self,
        baseline: Path | str,
        *,
        margin: float = ACCEPTED_RISE,
        strict: bool = False,
    ) -> None:
        """Raises if an attack's AUC is shown to have risen by more than a margin.

        Args:
            baseline: A file that `audit.baseline.write(path)` or `--update-baseline`
                wrote.
            margin: Float, the rise that is accepted. Defaults to 0.01.
            strict: Boolean: raise also if the data do not decide. Defaults to
                `False`: warn.

        Raises:
            AssertionError: With one row for each attack that has risen.
            ValueError: If the baseline can't be read, holds no attack, or is of another
                dataset, schema or split, or asked other questions; or if `margin` is
                not from 0 up to 0.5.

        Warns:
            UserWarning: If the data do not decide, or an attack is not in the baseline,
                so that its AUC was compared with nothing.
        """
        __tracebackhide__ = True
        check_margin(margin)
        remarks = []
        if self.held_out is None and self.exchangeability.confounded:
            remarks = [str(self.exchangeability)]
        outcome, added = outcome_since(
            Path(baseline), self.baseline, margin, remarks=remarks, strict=strict
        )
        text = "\n".join([f"{self!r} against {baseline}", *outcome.lines()])
        if outcome.failed:
            raise AssertionError(text)
        if added or any(decision.decisive for decision in outcome.decisions):
            warnings.warn(text, stacklevel=2)

    def table(self) -> str:
        """Returns the attacks, strongest first, as text."""
        rows = sorted(self.audit.attacks, key=lambda row: -row.auc)
        width = max(len(row.attack) for row in rows)
        lines = [str(self.exchangeability) if self.held_out is None else ONE_LAW]
        if self.resemblance is not None:
            lines.append(told_resemblance(self.resemblance))
        lines += [
            f"{row.attack:{width}}  AUC {row.auc:.3f} [{row.auc_low:.3f}, "
            f"{row.auc_high:.3f}]  advantage {row.advantage:.3f}"
            for row in rows
        ]
        lines += [f"{gap.what}: {gap.reason}" for gap in self.audit.not_measured]
        if self._of_many is not None:
            lines += [f"of {self._of_many.what}", f"attacks of many questions: {ONCE}"]
        return "\n".join(lines)

    def __repr__(self) -> str:
        low, high = self.interval
        n, m = map(len, self.labels)
        aside = f" ({self.set_aside} more set aside)" if self.set_aside else ""
        equal = ""
        if any(self.equal_rows.inputs):
            equal = f"; {self.equal_rows.told('members', 'non-members')}"
        if self._of_many is not None:
            equal += f"; of {self._of_many.what}"
        made = {row.attack for row in self.audit.attacks}
        if self.held_out is not None and made & set(UNTOLD_ATTACKS):
            equal += f"; epsilon at least {self.epsilon.epsilon:.2f} at {self.delta:g}"
        return (
            f"<audit of {self.name}: strongest attack {self.audit.strongest.attack}, "
            f"AUC {self.auc:.3f} [{low:.3f}, {high:.3f}], {n} members, "
            f"{m} non-members{aside}{equal}>"
        )
