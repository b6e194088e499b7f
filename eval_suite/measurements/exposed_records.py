"""The records that training shows on most, as a table beside the report."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np

from eval_suite.subjects.membership_game import MembershipGame
from eval_suite.subjects.one_target import OneTarget
from keras_entropy.arrays import Array
from keras_entropy.attacks.leakage.record_risk import record_risk
from keras_entropy.attacks.signals import compute_signals

FDR = 0.05
COLUMNS = (
    "defense",
    "record",
    "label",
    "effect",
    "p_value",
    "q_value",
    "detection_rate",
)
# Models below which no record can be told from chance.
_FEWEST = 6


def models_answers(
    subject: MembershipGame | OneTarget, name: str
) -> tuple[Array, Array, Array, Array] | None:
    """Returns what pairs of models say of records in and out of their training sets.

    Args:
        subject: A game, or one model, of which the shadow models answer.
        name: Name of a defense, or `"base"`.

    Returns:
        Confidence `(K, n)`, membership `(K, n)`, labels `(n,)` and the records' rows in
        the dataset, or in the file of members; `None` without six models.
    """
    if isinstance(subject, MembershipGame):
        labels, membership = subject.labels, subject.membership
        rows = subject.dataset.split_rows(subject.seed, subject.profile.examples)[0]
        confidence = compute_signals(subject.outputs(name), labels).confidence
    else:
        shadows = subject.shadows(name)
        if shadows is None:
            return None
        labels = np.concatenate([subject.members.y, subject.nonmembers.y])
        rows = np.arange(len(subject.members.y))
        confidence = shadows.confidence(labels)[:, : len(rows)]
        membership, labels = shadows.membership[:, : len(rows)], labels[: len(rows)]
    if len(confidence) < _FEWEST:
        return None
    return confidence, membership, labels, rows


def exposed_records(
    confidence: Array, membership: Array, labels: Array, rows: Array
) -> list[list[float]]:
    """Returns the exposed records, most certain first, each as `COLUMNS[1:]`.

    Args:
        confidence: As of `models_answers`, and so the others.
        membership: Booleans `(K, n)`.
        labels: Integers `(n,)`.
        rows: Integers `(n,)`.
    """
    risk = record_risk(confidence, membership)
    return [
        [
            int(rows[i]),
            int(labels[i]),
            *(
                float(f"{values[i]:.4g}")
                for values in (
                    risk.effect,
                    risk.p_value,
                    risk.q_value,
                    risk.detection_rate,
                )
            ),
        ]
        for i in risk.exposed(FDR)
    ]


def as_csv(tables: Iterable[dict[str, Any]]) -> str:
    """Returns the text of the file.

    Args:
        tables: For each defense its `defense` and `records`, as `exposed_records`.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for table in tables:
        writer.writerows([table["defense"], *record] for record in table["records"])
    return text.getvalue()
