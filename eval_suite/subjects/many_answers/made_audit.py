"""The attacks on a model that answers many times about an example."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from eval_suite.options.question_options import MODEL_QUESTIONS
from keras_entropy.arrays import Array
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import Audit
from keras_entropy.attacks import ExampleScores
from keras_entropy.attacks import LabelsAudit
from keras_entropy.attacks import audit_labels
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.array_checks import check_names
from keras_entropy.attacks.audits.steps import STEP_ATTACKS
from keras_entropy.attacks.audits.steps import have_steps

ONCE = (
    "not made: they read the one label of an example, and each of these has many, so "
    "this holds for an attacker who asks once"
)


@dataclasses.dataclass(frozen=True)
class ManyAudit:
    """The attacks on such a model.

    Args:
        audit: All results; of several labels those of the one that gives away most.
        what: What an example has many of, and what of it `audit` is about, in words.
        scores: By attack, and of several labels by label, what each example gets.
        by_label: The audits of all labels, or `None` where there is a step each.
    """

    audit: Audit
    what: str
    scores: dict[str, ExampleScores]
    by_label: LabelsAudit | None = None


def check_many(
    attacks: str | Sequence[str], outputs: Array, *, questions: int, **others: object
) -> None:
    """Raises `ValueError` if an audit can't be made of a model that answers often.

    Args:
        attacks: `"all"`, or names.
        outputs: Its answers about some examples.
        questions: Integer, how many neighbors were to be asked about.
        **others: Arguments that need the one answer of an example, `None` where they
            are not given.
    """
    given = [name for name, value in others.items() if value is not None]
    if questions not in (0, MODEL_QUESTIONS):
        given.append("questions")
    if given:
        raise ValueError(
            f"{', '.join(given)}: needs a model that answers once an example, and this "
            f"one answers with {outputs.shape[1:]}. Leave it out: the audit is then of "
            "an attacker who asks once and trains no shadow models"
        )
    known = STEP_ATTACKS if have_steps(outputs) else TARGET_ATTACKS
    check_names(attacks, known, "attacks")


def audit_many(
    outputs: tuple[Array, Array],
    labels: tuple[Array, Array],
    *,
    attacks: str | Sequence[str],
    seed: int,
    fpr_levels: Sequence[float],
) -> ManyAudit:
    """Returns the attacks on answers of many steps, or of several labels.

    Args:
        outputs: Probabilities of members and of non-members, `(n, steps, C)` and
            `(m, steps, C)`; or of L labels `(n, L)` and `(m, L)`.
        labels: Likewise, `(n, steps)` or `(n, L)`.
        attacks: `"all"`, or names.
        seed: Integer, for folds and resamples.
        fpr_levels: As for `audit_outputs`.
    """
    sides = outputs[0], labels[0], outputs[1], labels[1]
    if have_steps(outputs[0]):
        audit = audit_outputs(*sides, attacks=attacks, seed=seed, fpr_levels=fpr_levels)
        steps = " x ".join(map(str, outputs[0].shape[1:-1]))
        return ManyAudit(audit, f"the mean over {steps} steps", _scores(audit))
    found = audit_labels(*sides, attacks=attacks, seed=seed, fpr_levels=fpr_levels)
    number = found.number
    chosen = found.together if number is None else found.labels[number]
    assert chosen is not None
    scores = {} if found.together is None else _scores(found.together)
    for place, alone in enumerate(found.labels):
        for attack, each in _scores(alone).items():
            scores[f"{attack} of label {place}"] = each
    which = "all" if number is None else f"label {number}"
    count = len(found.labels)
    return ManyAudit(chosen, f"{which} of {count} labels", scores, by_label=found)


def _scores(audit: Audit) -> dict[str, ExampleScores]:
    return {row.attack: audit.scores(row.attack) for row in audit.attacks}
