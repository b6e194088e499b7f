"""The attacks on a model that answers many times about an example."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

from eval_suite.options.question_options import MODEL_QUESTIONS
from eval_suite.subjects.many_answers.labels_in_one import in_one
from keras_entropy.arrays import Array
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import Audit
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
        entire: All results; of several labels those of each and of all together.
        by_label: The audits of all labels, or `None` where there is a step each.
    """

    audit: Audit
    what: str
    entire: Audit
    by_label: LabelsAudit | None = None


def check_many(
    shape: tuple[int, ...],
    questions: int | None,
    others: Mapping[str, object],
    *,
    option: str = "questions",
) -> None:
    """Raises `ValueError` if more is asked for than a model is taken with.

    Args:
        shape: Of its answers about one example.
        questions: Integer, how many neighbors were to be asked about, or `None` where
            nobody says so.
        others: By name, what needs the one answer of an example, `None` where it is
            not given.
        option: Name of `questions`, for the message. Defaults to `"questions"`.
    """
    given = [name for name, value in others.items() if value is not None]
    if questions not in (None, 0, MODEL_QUESTIONS):
        given.append(option)
    if given:
        raise ValueError(
            f"{', '.join(given)}: needs a model that answers once an example, and this "
            f"one answers with {shape}. Leave it out: the audit is then of an attacker "
            "who asks once and trains no shadow models"
        )


def check_attacks(attacks: str | Sequence[str], outputs: Array) -> None:
    """Raises `ValueError` if an attack is not one on such answers.

    Args:
        attacks: `"all"`, or names.
        outputs: The model's answers about some examples.
    """
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
        return ManyAudit(audit, unit_of(outputs[0]), audit)
    found = audit_labels(*sides, attacks=attacks, seed=seed, fpr_levels=fpr_levels)
    number = found.number
    chosen = found.together if number is None else found.labels[number]
    assert chosen is not None
    which = "all" if number is None else f"label {number}"
    what = f"{which} of {len(found.labels)} labels"
    return ManyAudit(chosen, what, in_one(found), by_label=found)


def unit_of(outputs: Array) -> str:
    """Returns in words what an example's score is made of.

    Args:
        outputs: `(n, steps, C)`, or of labels `(n, L)`.
    """
    if not have_steps(outputs):
        return f"each of {outputs.shape[1]} labels, and all of them"
    return f"the mean over {' x '.join(map(str, outputs.shape[1:-1]))} steps"
