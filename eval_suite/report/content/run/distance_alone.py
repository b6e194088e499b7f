"""In words, what a distance between the two sides would have told without an attack."""

from __future__ import annotations

from eval_suite.report.format import number
from eval_suite.results.contents import Results
from keras_entropy.attacks.leakage.distance_alone import auc_by_distance

TITLE = "What the distance alone would have told you"


def distance_alone(results: Results) -> str | None:
    """Returns it for the undefended model; `None` where no distance was measured."""
    base = results["defenses"][0]
    rows = {"cross-entropy": base["js_cross_entropy"], "entropy": base["js_entropy"]}
    told = [
        f"{number(found.normal, 2)} by {signal} (Jensen-Shannon distance of members "
        f"and non-members {number(row['value'], 2)}: AUCs from {number(found.low, 2)} "
        f"to {number(found.high, 2)} are possible)"
        for signal, row in rows.items()
        if row is not None and row["value"] is not None
        for found in [auc_by_distance(row["value"])]
    ]
    if not told:
        return None
    reached = [
        f"{number(kind['auc'], 2)} {words}"
        for words, kind in (
            ("asked once", base["asked_once"]),
            ("asked often", base["asked_often"]),
        )
        if kind is not None
    ]
    text = f"An AUC of about {' and of '.join(told)}"
    return f"{text}. The strongest attack: {', '.join(reached)}" if reached else text
