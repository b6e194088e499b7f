"""Claims D2 and D3: what tells the risk of a recipe without an attack."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_suite.doctor.claims import DISTANCE
from eval_suite.doctor.claims import OVERFITTING
from eval_suite.doctor.claims import PREDICTION
from eval_suite.doctor.comparing import correlation_difference
from eval_suite.doctor.comparing import mean_effect
from eval_suite.doctor.comparing import prediction_errors
from eval_suite.results.doctor.rows import CellRow
from eval_suite.results.doctor.rows import ComparisonRow
from keras_entropy.arrays import Floats

_DISTANCES = {
    "distance of entropy": "js_entropy",
    "distance of cross-entropy": "js_cross_entropy",
}
_ATTACKERS = {"asked once": "asked_once", "asked often": "asked_often"}


def compare(cells: Sequence[CellRow], seed: int) -> list[ComparisonRow]:
    """Returns the comparisons of D2 and D3.

    Predictors are measured on half of a recipe's models, and tell of the AUC on the
    others, so that no chance of one training makes both large.

    Args:
        cells: The recipes, with their figures.
        seed: Integer, of the bootstrap.
    """
    gap = _column(cells, "overfitting")
    rows = []
    for words, attacker in _ATTACKERS.items():
        known, told = _halves(cells, attacker)
        rows.append(
            OVERFITTING.compared(
                f"attack on other models, {words}",
                correlation_difference(
                    known, gap, told, confidence=OVERFITTING.confidence, seed=seed
                ),
            )
        )
        for title, name in _DISTANCES.items():
            distance = _column(cells, name)
            rows.append(
                DISTANCE.compared(
                    f"{title}, {words}",
                    correlation_difference(
                        distance, gap, told, confidence=DISTANCE.confidence, seed=seed
                    ),
                )
            )
            saved = prediction_errors(gap, told) - prediction_errors(distance, told)
            rows.append(
                PREDICTION.compared(
                    f"{title}, {words}",
                    mean_effect(saved, confidence=PREDICTION.confidence),
                )
            )
    return rows


def _column(cells: Sequence[CellRow], name: str) -> Floats:
    return np.array([dict(cell)[name] for cell in cells], np.float64)


def _halves(cells: Sequence[CellRow], name: str) -> Floats:
    """Returns the AUCs `(2, cells)` on the first models and on the second."""
    return np.array([dict(cell)[name] for cell in cells], np.float64).T
