"""Claim E1: the entropy that a defense adds, against the attacks on it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from eval_suite.doctor.claims import ENTROPY
from eval_suite.doctor.comparing import Effect
from eval_suite.doctor.comparing import correlation
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import EntropyRow
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans


def compare(rows: Sequence[EntropyRow], seed: int) -> list[ComparisonRow]:
    """Returns the comparisons of E1.

    Args:
        rows: One for each defense and strength, the undefended models first.
        seed: Integer, of the bootstrap.
    """
    base, *defended = rows
    found = []
    for words, once in (("asked once", True), ("asked often", False)):
        aucs = [_auc(base if row["injective"] else row, once) for row in defended]
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


def _auc(row: EntropyRow, once: bool) -> float:
    return row["asked_once"] if once else row["asked_often"]


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
