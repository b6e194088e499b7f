"""What a coin that held records out shows of epsilon, behind each defense."""

import dataclasses

import pytest

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.results.rows import RecordKindRow
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks import Audit
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.held_out import held_out_bound

_FEWEST = 20


def test_one_training(
    target: str,
    subject: Subject,
    comparison: AttackComparison,
    options: Options,
    record: Record,
) -> None:
    plan = subject.held_out
    if plan is None:
        pytest.skip("no records were held out by a coin")
    audit = comparison.attacked(target).audits[""]
    assert isinstance(audit, Audit), f"{target}: a plan is of one target"
    member, mislabelled = plan.members_first
    bound = held_out_bound(
        {row.attack for row in audit.attacks},
        audit.scores,
        member,
        mislabelled,
        delta=options.delta,
        seed=options.seed,
    )
    kinds = kinds_of_records(subject, target, seed=options.seed)
    record(
        "one_training",
        defense=target,
        mislabelled=int(mislabelled.sum()),
        plan=plan.digest,
        kinds=kinds,
        **dataclasses.asdict(bound),
    )
    # The same records give both: as many guesses as there are records at most.
    assert bound.records + bound.chosen_on <= plan.records
    assert bound.correct <= bound.guesses <= bound.records


def kinds_of_records(subject: Subject, name: str, *, seed: int) -> list[RecordKindRow]:
    """Returns the attacks of one question on records as given, and mislabelled ones.

    Args:
        subject: The model, with a plan.
        name: Name of the defense, or `"base"`.
        seed: Integer, of folds.

    Returns:
        Nothing where all are of one kind, and no kind of which there are fewer than 20
        on a side.
    """
    plan = subject.held_out
    if plan is None or not plan.mislabelled.any():
        return []
    outputs, inside, others, outside = subject.first_target(name)
    rows: list[RecordKindRow] = []
    for kind in ("as given", "mislabelled"):
        of_kind = plan.mislabelled == (kind == "mislabelled")
        first, second = of_kind[plan.member], of_kind[~plan.member]
        if min(first.sum(), second.sum()) < _FEWEST:
            continue
        audit = audit_outputs(
            outputs[first], inside[first], others[second], outside[second], seed=seed
        )
        strongest = audit.strongest
        point = audit.get(strongest.attack).tpr_at_fpr.get("0.01")
        rows.append(
            {
                "kind": kind,
                "members": int(first.sum()),
                "nonmembers": int(second.sum()),
                "attack": strongest.attack,
                "auc": strongest.auc,
                "auc_low": strongest.auc_low,
                "auc_high": strongest.auc_high,
                "tpr": None if point is None else point.row(),
            }
        )
    return rows
