"""From measured targets to results: means over pairs of models, and their intervals."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Mapping

import numpy as np
from scipy import special

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.audits import slices as slicing
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.measurement import curve_grid
from keras_entropy.attacks.audits.measurement import slice_grid
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Curve
from keras_entropy.attacks.results import NotMeasured
from keras_entropy.attacks.results import OperatingPoint
from keras_entropy.attacks.scorers.attack_table import Attack
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NeighborAttack
from keras_entropy.attacks.statistics import intervals

# From a false positive rate to TPR and realised FPR, `(T, S)` each.
Rates = Callable[[float], tuple[Floats, Floats]]
# With fewer targets no interval is told.
MIN_TARGETS = 6
# A rate times a count misses the whole number that it stands for by less.
_ROUNDING = 1e-6


def pair_inflation(learns_from_pairs: bool, targets: int) -> float:
    """Returns by how much the variance over pairs of targets must be enlarged.

    Where an attack learns from the other pairs in which direction members differ, pair
    i's accident decides on pair j's score and the reverse: A_j = sum_i W_ij with W
    symmetric. Without signal two of J pairs then correlate by 1 / (J - 1): the variance
    of the mean is twice that of independent pairs, and the spread over pairs shows
    (J - 2) / (J - 1) of it.

    Two such pairs show nothing of it, and two that are independent nearly nothing: it
    is infinite for fewer than six targets, and no interval tells anything.

    Args:
        learns_from_pairs: Boolean, whether other pairs decide on the score, or on the
            records that are looked at.
        targets: Integer, models.
    """
    if targets < MIN_TARGETS:
        return math.inf
    pairs = targets // 2
    return 2 * (pairs - 1) / (pairs - 2) if learns_from_pairs else 1.0


@dataclasses.dataclass(frozen=True)
class _OverPairs:
    """Means over the pairs of targets, and their intervals.

    Args:
        confidence: Float in (0, 1).
        inflation: Float, of the variance over pairs.
    """

    confidence: float
    inflation: float

    def mean(self, values: Floats) -> tuple[Floats, Floats, Floats]:
        """Returns `(mean, low, high)` of one value for each target, `(T, ...)`."""
        pairs = _of_pairs(values)
        return intervals.mean_interval(pairs, self.confidence, self.inflation)

    def aucs(self, measurement: Measurement) -> tuple[Floats, Floats, Floats]:
        """Returns `(mean, low, high)` of each slice's AUC.

        Pairs that all show one AUC, as where answers are all right, are no certainty.
        Their interval is that of targets which vary as much as their examples would let
        them, the two of a pair together: more than complementary halves do.
        """
        auc, low, high = self.mean(measurement.auc)
        targets = len(measurement.auc)
        for number in np.flatnonzero(low == high):
            variance = np.mean(
                [measurement.estimate(number, k).variance for k in range(targets)]
            )
            error = np.sqrt(variance * self.inflation / (targets // 2))
            tail = (1 + self.confidence) / 2
            half = special.stdtrit(targets // 2 - 1, tail) * error
            low[number], high[number] = auc[number] - half, auc[number] + half
        return auc, low, high

    def operating_points(
        self, tpr: Floats, realised: Floats, bend: Floats | float, members: Integers
    ) -> list[OperatingPoint | None]:
        """Returns what each slice has of rates `(T, S)`, `None` where refused.

        What the curve's bend adds to the rates is taken off. As it is itself known by a
        second order alone, the interval holds that of the rates as they are as well.

        Where few members are found, or nearly all, pairs that happen to agree show no
        spread. The interval therefore holds that of a share of all pairs' `members`
        `(T, S)` too, which is exact for so many independent ones.
        """
        mean, low, high = np.clip(self.mean(tpr - bend), 0, 1)
        plain, plain_low, plain_high = np.clip(self.mean(tpr), 0, 1)
        exact_low, exact_high = self._share(plain, members.sum(axis=0))
        return [
            None
            if np.isnan(mean[number])
            else OperatingPoint(
                float(mean[number]),
                float(min(low[number], plain_low[number], exact_low[number])),
                float(max(high[number], plain_high[number], exact_high[number])),
                float(realised[:, number].mean()),
            )
            for number in range(mean.size)
        ]

    def _share(self, rates: Floats, members: Integers) -> tuple[Floats, Floats]:
        """Returns the exact interval of rates `(S,)` among so many members `(S,)`.

        Values that depend on each other count as so many fewer.
        """
        total = np.floor(members / self.inflation)
        # A threshold between two examples finds a part of one.
        hits = np.nan_to_num(rates) * total
        fewest, most = np.floor(hits + _ROUNDING), np.ceil(hits - _ROUNDING)
        low, _ = intervals.share_interval(fewest, total, self.confidence)
        _, high = intervals.share_interval(most, total, self.confidence)
        return low, high


def _of_pairs(values: Floats) -> Floats:
    """Returns the mean of the two targets of each pair, `(T / 2, ...)`."""
    return (values[::2] + values[1::2]) / 2


def pair_results(
    attack: Attack | NeighborAttack,
    measurement: Measurement,
    part: slicing.Partition,
    confidence: float,
    levels: Mapping[str, float],
    rates: Rates | None = None,
) -> tuple[list[AttackResult], list[NotMeasured]]:
    """Returns `AttackResult` and `NotMeasured`, together one for each slice.

    Args:
        attack: The row of its table.
        measurement: `Measurement` of the targets, in pairs.
        part: The slices.
        confidence: Float in (0, 1), of the intervals of all slices together.
        levels: False positive rates by the key that results have for them.
        rates: Where other pairs chose the records: function from a false positive rate
            to TPR and FPR, `(T, 1)` each. Defaults to those of the measurement.
    """
    # The slices of a partition are looked at together, the entire set by itself.
    simultaneous = 1 - (1 - confidence) / len(part.names)
    learns = attack.learns_from_pairs or rates is not None
    inflation = pair_inflation(learns, len(measurement.auc))
    over_pairs = _OverPairs(simultaneous, inflation)
    pair_auc = _of_pairs(measurement.auc)
    auc, low, high = over_pairs.aucs(measurement)
    points = {
        key: over_pairs.operating_points(
            *measurement.rates(level), measurement.bend(level), measurement.members
        )
        if rates is None
        else over_pairs.operating_points(*rates(level), 0.0, measurement.members)
        for key, level in levels.items()
    }
    entire = part.names == (slicing.ENTIRE,)
    grid = curve_grid(measurement.nonmembers.mean()) if entire else slice_grid()
    bands = over_pairs.mean(measurement.curves(grid))
    tpr, tpr_low, tpr_high = np.clip(bands, 0, 1)
    results: list[AttackResult] = []
    missing: list[NotMeasured] = []
    for number, name in enumerate(part.names):
        unmeasured = int(np.isnan(measurement.auc[:, number]).sum())
        if unmeasured:
            missing.append(
                NotMeasured(
                    f"{attack.name} on {name}",
                    f"{unmeasured} of {len(measurement.auc)} targets have no member or "
                    "no non-member in this slice; both sides are needed",
                )
            )
            continue
        results.append(
            AttackResult(
                attack=str(attack.name),
                group=attack.group,
                slice=name,
                auc=float(auc[number]),
                auc_low=float(max(0.0, low[number])),
                auc_high=float(min(1.0, high[number])),
                advantage=float(measurement.advantage[:, number].mean()),
                advantage_null=float(measurement.advantage_null[:, number].mean()),
                tpr_at_fpr={key: found[number] for key, found in points.items()},
                targets=len(measurement.auc),
                n_members=round(measurement.members[:, number].mean()),
                n_nonmembers=round(measurement.nonmembers[:, number].mean()),
                curve=Curve(grid, tpr[number], tpr_low[number], tpr_high[number]),
                pair_auc=pair_auc[:, number],
                pair_inflation=inflation,
            )
        )
    return results, missing
