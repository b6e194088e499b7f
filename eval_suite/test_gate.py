"""The evidence that the gates compare, beside the figures of the report."""

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.gate_evidence import accuracy_drop
from eval_suite.measurements.gate_evidence import auc_rows
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject


def test_gated_figures(
    target: str,
    subject: Subject,
    comparison: AttackComparison,
    options: Options,
    record: Record,
) -> None:
    rows = auc_rows(comparison, target, seed=options.seed)
    record("gate_identity", **subject.identity())
    for row in rows:
        record("gate_auc", **row)
    record("gate_drop", **accuracy_drop(subject, target))
    measured = {r.attack: r.auc for r in comparison.attacked(target).entire()}
    # The replicates are made from scores computed apart from the report's figures.
    assert rows, f"{target}: no attack was measured"
    for row in rows:
        difference = abs(row["auc"] - measured[row["attack"]])
        assert difference < 1e-9, (
            f"{target}, {row['attack']}: AUC {row['auc']:.6f} for the gate; expected "
            f"that of the report, {measured[row['attack']]:.6f}"
        )
