"""What private trainings guarantee: no attack may find more than that."""

import pytest

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.attacks.attacks_above_bound import above_bound
from eval_suite.measurements.attacks.attacks_above_bound import guarantee_of
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject


@pytest.mark.claims("private")
def test_guarantee(
    defense: str, comparison: AttackComparison, subject: Subject, record: Record
) -> None:
    (_, members), _ = subject.examples()
    guarantee = guarantee_of(defense, len(members))
    record("guarantee", defense=defense, **guarantee)
    found = above_bound(comparison, defense, guarantee["auc_bound"])
    assert not found, (
        f"{defense} guarantees that no attack has an AUC above "
        f"{guarantee['auc_bound']:.4f}, and {'; '.join(found)}: the training, its "
        "accounting or the attack is wrong"
    )
