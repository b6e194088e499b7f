"""What was tried in a search, and its line in the table."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from keras_entropy.arrays import Booleans
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.choice import change
from keras_entropy.search.choice import estimate
from keras_entropy.search.limits import Limits
from keras_entropy.search.points import Point
from keras_entropy.search.points import dominated
from keras_entropy.search.recommendation import Row
from keras_entropy.search.retraining import CONTROLS


@dataclasses.dataclass(frozen=True)
class Tried:
    """A layer, another training, or no defense.

    Args:
        point: What it is worth.
        candidate: The layer, or `None` where there is none. Defaults to `None`.
        name: The catalog's name of the training, or nothing. Defaults to `""`.
        latency_ratio: Time of a call over that without defense, or `None` where it was
            not measured. Defaults to `None`.
        auc_bound: What is proved of any attack's AUC, or `None`. Defaults to `None`.
    """

    point: Point
    candidate: Candidate | None = None
    name: str = ""
    latency_ratio: float | None = None
    auc_bound: float | None = None

    def meets(self, limits: Limits, base: Point, pairs: Booleans) -> bool:
        """Returns whether it is within the limits, by some of the pairs.

        No defense is always: it is what remains if nothing else is.
        """
        if self.candidate is None and not self.name:
            return True
        if self.name:
            limits = dataclasses.replace(limits, keep_argmax=False)
        return limits.meets(self.point, base, pairs, self.latency_ratio, self.auc_bound)


def rows_of(
    tried: Sequence[Tried], allowed: Sequence[bool], reporting: Booleans
) -> tuple[Row, ...]:
    """Returns the table.

    Args:
        tried: No defense first.
        allowed: Whether each met the limits.
        reporting: Boolean array `(pairs,)`: the pairs whose figures are told.
    """
    marks = dominated([row.point for row in tried])
    controls = [row for row in tried if row.name in CONTROLS]
    return tuple(
        _row(row, ok, mark, controls, reporting)
        for row, ok, mark in zip(tried, allowed, marks, strict=True)
    )


def _row(
    row: Tried,
    allowed: bool,
    dominated: bool,
    controls: Sequence[Tried],
    reporting: Booleans,
) -> Row:
    point = row.point
    auc = estimate(point.pair_auc[reporting], point.pair_inflation)
    often = point.asked_often
    beaten = [c for c in controls if c is not row and _beats(c, row, reporting)]
    return Row(
        name=point.name,
        auc=auc.value,
        auc_low=auc.low,
        auc_high=auc.high,
        asked_once=float(point.asked_once[reporting].mean()),
        asked_often=None if often is None else float(often[reporting].mean()),
        accuracy=float(point.accuracy[reporting].mean()),
        nll=float(point.nll[reporting].mean()),
        ece=float(point.ece[reporting].mean()),
        latency_ratio=row.latency_ratio,
        auc_bound=row.auc_bound,
        retrained=bool(row.name),
        allowed=allowed,
        dominated=dominated,
        behind=beaten[0].name if beaten else None,
    )


def _beats(control: Tried, row: Tried, reporting: Booleans) -> bool:
    """Whether a control is more accurate, and shown to leak less."""
    gain = (control.point.accuracy - row.point.accuracy)[reporting].mean()
    return bool(gain > 0 and change(row.point, control.point, reporting).low > 0)
