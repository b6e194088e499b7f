"""Why a figure is missing that a gate asks for."""

from __future__ import annotations

from eval_suite.options.gate_expression import AGAINST_BASE
from eval_suite.results.recorded import Recorded
from eval_suite.results.recorded import of_defense
from eval_suite.undefended import BASE
from keras_entropy.attacks.audits.fpr_levels import needed_nonmembers
from keras_entropy.attacks.scorers.learners.cross_fitting import FOLDS


def why_missing(recorded: Recorded, defense: str, metric: str) -> str:
    """Returns the reason, or just that the figure was not measured.

    Args:
        recorded: What the checks recorded.
        defense: Name.
        metric: Name of a metric, or of an attack whose AUC is missing.
    """
    if metric in AGAINST_BASE and defense == BASE:
        return (
            "not measured: it compares a defense with the model as it is; select one "
            "with --defenses"
        )
    for check in recorded.checks:
        if check["outcome"] == "failed" and check["defense"] == defense:
            return f"not measured, as {check['test']} failed: {check['message']}"
    if metric == "epsilon":
        return (
            "not measured: a bound on epsilon needs records that a coin held out of "
            "the training. Hold them out by keras_entropy.audit.hold_out, train, and "
            "give the plan by --held-out"
        )
    if metric == "worst_off_auc" and not recorded.pairs:
        return (
            "not measured: which records are worst off is told by other pairs of "
            "models, which the membership game has and one model has not"
        )
    if metric == "canary_auc":
        return (
            "not measured: no model learned mislabelled records, which the membership "
            "game has where --canaries is not 0"
        )
    if metric.startswith("tpr@"):
        few = [
            row["n_nonmembers"]
            for row in of_defense(recorded.attack, defense)
            if row["n_nonmembers"] is not None
        ]
        fpr = float(metric.removeprefix("tpr@"))
        needed = needed_nonmembers(fpr, max(1, 2 * recorded.pairs))
        if few and max(few) < needed:
            return (
                f"not measured: {max(few):,} non-members are too few; {needed:,} would "
                "do"
            )
    for gap in of_defense(recorded.not_measured, defense):
        if gap.get("metric") == metric:
            return f"not measured: {gap['what']}: {gap['reason']}"
    return "not measured"


def why_no_rate(recorded: Recorded, defense: str, attack: str, fpr: float) -> str:
    """Returns why one attack has no true positive rate where others have one.

    Args:
        recorded: What the checks recorded.
        defense: Name.
        attack: Name.
        fpr: Float, the false positive rate.
    """
    for row in of_defense(recorded.attack, defense):
        if row["attack"] == attack and row["slice"] == "entire":
            few = row["n_nonmembers"]
            if row["group"] == "trained" and few is not None:
                needed = needed_nonmembers(fpr, max(1, 2 * recorded.pairs), FOLDS)
                if few < needed:
                    return (
                        f"not measured: {few:,} non-members in {FOLDS} folds are too "
                        f"few; {needed:,} would do"
                    )
    return "not measured: the attack's scores don't carry this false positive rate"
