"""Claims over defenses: what tells the risk behind them, entropy or a distance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_suite.doctor.claims import DEFENDED
from eval_suite.doctor.claims import ENTROPY
from eval_suite.doctor.comparing import Effect
from eval_suite.doctor.comparing import correlation
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import EntropyRow
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans


def compare_distances(rows: Sequence[EntropyRow], seed: int) -> list[ComparisonRow]:
    """Returns the comparisons of D3 over defenses.

    Args:
        rows: One for each defense and strength, the undefended models first.
        seed: Integer, of the bootstrap.
    """
    defended = rows[1:]
    distances = {
        "distance of entropy": [row["js_entropy"] for row in defended],
        "distance of cross-entropy": [row["js_cross_entropy"] for row in defended],
    }
    return [
        DEFENDED.compared(
            f"{title}, {words}",
            correlation(distance, aucs, confidence=DEFENDED.confidence, seed=seed),
        )
        for words, aucs in _aucs(rows).items()
        for title, distance in distances.items()
    ]


def compare(rows: Sequence[EntropyRow], seed: int) -> list[ComparisonRow]:
    """Returns the comparisons of E1.

    Args:
        rows: One for each defense and strength, the undefended models first.
        seed: Integer, of the bootstrap.
    """
    base, *defended = rows
    found = []
    for words, aucs in _aucs(rows).items():
        gained = [row["entropy"] - base["entropy"] for row in defended]
        kinds = [row["kind"] for row in defended]
        for within in (None, kinds):
            effect = correlation(
                gained, aucs, kinds=within, confidence=ENTROPY.confidence, seed=seed
            )
            title = f"{words}, all together" if within is None else f"{words}, in kinds"
            turned = Effect(-effect.value, -effect.high, -effect.low)
            found.append(ENTROPY.compared(title, turned))
    return found


def _aucs(rows: Sequence[EntropyRow]) -> dict[str, list[float]]:
    """Returns the AUC on each defense, what can be undone as if it were not there."""
    base, *defended = rows
    counted = [base if row["injective"] else row for row in defended]
    return {
        "asked once": [row["asked_once"] for row in counted],
        "asked often": [row["asked_often"] for row in counted],
    }


def kind(entry: catalog.Entry) -> str:
    """Returns what a defense does to answers, by the folder of its layer.

    Args:
        entry: The defense.
    """
    if entry.is_trained:
        return "trained"
    return entry.layer.__module__.split(".")[2].replace("_", " ")


def can_be_undone(entry: catalog.Entry) -> bool:
    """Whether what a layer answers tells what the model answered.

    Args:
        entry: The defense.
    """
    return not entry.is_trained and entry.claims.injective


def normalized_entropy(outputs: Array, membership: Booleans) -> float:
    """Returns the mean entropy of answers to non-members, 1 for equal probabilities.

    Args:
        outputs: Float array `(K, N, C)` of probabilities.
        membership: Boolean array `(K, N)`.
    """
    p = np.asarray(outputs, np.float64)[~membership]
    logs = np.log(np.where(p > 0, p, 1))
    return float(-(p * logs).sum(axis=-1).mean() / np.log(p.shape[-1]))
