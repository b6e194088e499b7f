"""The records that training exposes most, as a table beside the report."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Iterable

import numpy as np
from scipy import stats

from eval_suite.results.rows import RecordRiskRow
from eval_suite.subjects.measured import RecordAnswers
from keras_entropy.arrays import Floats
from keras_entropy.attacks.leakage.record_risk import record_risk

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


def exposed_records(answers: RecordAnswers) -> list[list[float]]:
    """Returns the exposed records, most certain first, each as `COLUMNS[1:]`."""
    risk = record_risk(answers.confidence, answers.membership)
    return [
        [
            int(answers.rows[i]),
            int(answers.labels[i]),
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


def with_planted_record(answers: RecordAnswers) -> tuple[RecordAnswers, int]:
    """Returns answers in which a record that isn't exposed was made to be, and its row.

    The models trained on it are given as much more confidence as the test needs to
    find it among all others.
    """
    rise = _rises(answers)
    pairs, records = rise.shape
    planted = int(rise.mean(axis=0).argmin())
    error = rise[:, planted].std(ddof=1) / np.sqrt(pairs)
    needed = stats.t.isf(FDR / (2 * records), pairs - 1) * error
    confidence = answers.confidence.astype("float64")
    confidence[:, planted] += answers.membership[:, planted] * (
        1.0 + needed - rise[:, planted].mean()
    )
    changed = dataclasses.replace(answers, confidence=confidence)
    return changed, int(answers.rows[planted])


def with_shuffled_membership(answers: RecordAnswers, *, seed: int) -> RecordAnswers:
    """Returns answers whose membership is drawn anew, so that it says nothing.

    Of each pair of models one still counts as trained on a record, the other not.
    """
    pairs, records = len(answers.membership) // 2, answers.membership.shape[1]
    swapped = np.random.default_rng(seed).random((pairs, records)) < 0.5
    membership = answers.membership ^ np.repeat(swapped, 2, axis=0)
    return dataclasses.replace(answers, membership=membership)


def most_false_alarms(answers: RecordAnswers) -> int:
    """Returns how many records may be exposed by a membership that says nothing.

    Where answers take few values, all pairs may agree to the last digit in how far
    they differ, and then by chance in the direction too: one record in `2**pairs`.
    Values that agree nearly do the same, as the t test takes what little they differ
    by for the error, so no fewer are demanded of answers without such ties.
    """
    pairs, records = len(answers.membership) // 2, answers.membership.shape[1]
    expected = records / 2**pairs
    return int(expected + 5 * np.sqrt(expected) + 5)


def _rises(answers: RecordAnswers) -> Floats:
    """Returns for each pair `(K / 2, n)` how much the confidence rises by training."""
    first, second = answers.confidence[::2], answers.confidence[1::2]
    sign = np.where(answers.membership[::2], 1.0, -1.0)
    return sign * (first.astype("float64") - second)


def as_csv(tables: Iterable[RecordRiskRow]) -> str:
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
