"""Limits on the cost of a defense in a search."""

from __future__ import annotations

import dataclasses

from keras_entropy.arrays import Booleans
from keras_entropy.search.points import Point


@dataclasses.dataclass(frozen=True)
class Limits:
    """The most that a defense may cost.

    Args:
        max_accuracy_drop: Float in `[0, 1]`, share of examples.
        max_nll_increase: Float above -1, relative to the undefended model's.
        max_latency_ratio: Float, at least 1, or `None` for no limit.
        keep_argmax: Boolean, whether no predicted class may change.
        max_auc_bound: Float from 0.5 to below 1: what has to be proved of any attack's
            AUC, or `None` where nothing has to be. Defaults to `None`.

    Raises:
        ValueError: If nothing can meet a limit.
    """

    max_accuracy_drop: float
    max_nll_increase: float
    max_latency_ratio: float | None
    keep_argmax: bool
    max_auc_bound: float | None = None

    def __post_init__(self) -> None:
        # Written so that nan is rejected as well.
        if not 0 <= self.max_accuracy_drop <= 1:
            raise ValueError(
                "`max_accuracy_drop` must be in [0, 1]: 0.01 allows one example in 100 "
                "more to be wrong. "
                f"Received: max_accuracy_drop={self.max_accuracy_drop}"
            )
        if not self.max_nll_increase > -1:
            raise ValueError(
                "`max_nll_increase` must be above -1, because no NLL is below 0: "
                "0.15 allows 15 % more than without defense. "
                f"Received: max_nll_increase={self.max_nll_increase}"
            )
        if self.max_latency_ratio is not None and not self.max_latency_ratio >= 1:
            raise ValueError(
                "`max_latency_ratio` must be at least 1, which is the time without "
                "defense, or `None` for no limit. "
                f"Received: max_latency_ratio={self.max_latency_ratio}"
            )

        if self.max_auc_bound is not None and not 0.5 <= self.max_auc_bound < 1:
            raise ValueError(
                "`max_auc_bound` must be at least 0.5, which is guessing, and below 1, "
                "or `None` where nothing has to be proved. "
                f"Received: max_auc_bound={self.max_auc_bound}"
            )

    def meets(
        self,
        point: Point,
        base: Point,
        pairs: Booleans,
        latency_ratio: float | None,
        auc_bound: float | None = None,
    ) -> bool:
        """Returns whether a point is within the limits.

        Args:
            point: What is judged.
            base: The undefended model.
            pairs: Boolean array `(pairs,)`: the pairs that judge.
            latency_ratio: Float, or `None` where it was not measured, which is within
                no limit.
            auc_bound: Float: what is proved of any attack's AUC, or `None` where
                nothing is. Defaults to `None`.
        """
        limit = self.max_latency_ratio
        in_time = limit is None or (
            latency_ratio is not None and latency_ratio <= limit
        )
        proved = self.max_auc_bound is None or (
            auc_bound is not None and auc_bound <= self.max_auc_bound
        )
        drop = (base.accuracy - point.accuracy)[pairs].mean()
        increase = point.nll[pairs].mean() / base.nll[pairs].mean() - 1
        return bool(
            drop <= self.max_accuracy_drop + 1e-9
            and increase <= self.max_nll_increase
            and in_time
            and proved
            and (point.keeps_argmax or not self.keep_argmax)
        )
