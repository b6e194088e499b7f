"""What the gates compare, beside the figures of the report."""

from eval_suite.measurements import gate_evidence


def test_gated_figures(target, subject, comparison, options, record):
    rows = gate_evidence.auc_rows(comparison, target, seed=options.seed)
    record("gate_identity", **gate_evidence.identity(subject))
    for row in rows:
        record("gate_auc", **row)
    record("gate_drop", defense=target, **gate_evidence.accuracy_drop(subject, target))
    measured = {
        result.attack: result.auc
        for result in comparison.attacked(target).results
        if result.slice == "entire"
    }
    # The replicates are made from scores computed apart from the report's figures.
    assert rows, f"{target}: no attack was measured"
    for row in rows:
        difference = abs(row["auc"] - measured[row["attack"]])
        assert difference < 1e-9, (
            f"{target}, {row['attack']}: AUC {row['auc']:.6f} for the gate; expected "
            f"that of the report, {measured[row['attack']]:.6f}"
        )
