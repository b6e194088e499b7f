"""Membership inference against each of K models trained on complementary halves."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from scipy import special

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audit_results import GameAudit
from keras_entropy.attacks.audits import slices as slicing
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import check_levels
from keras_entropy.attacks.audits.headline import game_headline
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.measurement import curve_grid
from keras_entropy.attacks.audits.measurement import slice_grid
from keras_entropy.attacks.audits.trained_attacks import those_that_can_train
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.paired_differences import paired_difference
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Curve
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.results import NotMeasured
from keras_entropy.attacks.results import OperatingPoint
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.attack_table import GAME_ATTACKS
from keras_entropy.attacks.scorers.attack_table import Attack
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NeighborAttack
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import game_scorer
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics import intervals
from keras_entropy.attacks.statistics.roc import descending

# With fewer targets no interval is told.
MIN_TARGETS = 6


def audit_game(
    outputs: Array,
    labels: Array,
    membership: Array,
    *,
    targets: int | None = None,
    from_logits: bool = False,
    neighbors: Neighbors | None = None,
    attacks: str | Sequence[str] = "all",
    slices: str | Sequence[str] = (slicing.ENTIRE,),
    seed: int = 0,
    confidence: float = 0.95,
    fpr_levels: Sequence[float] = DEFAULT_LEVELS,
) -> GameAudit:
    """Attacks each of the first `targets` models of a membership game.

    Models `2j` and `2j + 1` were trained on complementary halves of the N examples.
    What is a member for one is a non-member for the other, so the difficulty of an
    example cancels within the pair, and the pair is the unit of every interval: a
    Student t interval over the means of the pairs. Two audits of the same plan can be
    compared pair by pair (`paired_difference`).

    Args:
        outputs: Float array `(K, N, C)` of probabilities (or logits, with
            `from_logits=True`); `(K, N, 1)` is one sigmoid unit. K is even, at least 4.
            Never changed.
        labels: Classes of the N examples, as for `audit_outputs`.
        membership: Boolean array `(K, N)`: which examples each model was trained on.
        targets: Even integer T, at least 4. Defaults to K.
        from_logits: Boolean. Defaults to `False`.
        neighbors: Optional `Neighbors`: what the K models answered to questions about
            neighbors of the examples. Without them the audit is that of an attacker who
            asks once.
        attacks: `"all"`, or names out of `GAME_ATTACKS`, and with `neighbors` out of
            `NEIGHBOR_ATTACKS`.
        slices: Names out of `entire`, `class`, `correctness`. The intervals of the
            slices are simultaneous (Bonferroni). The strongest attack is that on the
            entire set, also where only other slices are asked for.
        seed: Integer, for folds.
        confidence: Float in (0, 1), of every interval. Defaults to 0.95.
        fpr_levels: Floats in (0, 1), the false positive rates at which `tpr_at_fpr`
            tells true positive rates. Defaults to `(0.01, 0.001)`.

    Returns:
        `GameAudit`. With 4 targets its intervals are the entire range: two pairs that
        learn from each other show nothing of how far they vary. `not_measured` says so.

    Raises:
        ValueError: If the arrays disagree in shape, hold NaN or infinity, are no
            probabilities, a pair is not complementary, a name is unknown, or
            `confidence` is out of its range; if there are too few non-members for one
            of `fpr_levels` other than the default ones.
    """
    array_checks.check_confidence(confidence)
    known = GAME_ATTACKS if neighbors is None else GAME_ATTACKS + NEIGHBOR_ATTACKS
    names = array_checks.check_names(attacks, known, "attacks")
    kinds = array_checks.check_names(slices, slicing.KINDS, "slices")
    signals = compute_signals(outputs, labels, from_logits=from_logits)
    membership = array_checks.check_membership(
        membership, signals.targets, signals.examples
    )
    targets = _check_targets(targets, signals.targets)
    if neighbors is not None:
        neighbors.check(signals.targets, signals.examples)
    attacked, member = signals.first(targets), membership[:targets]
    levels = check_levels(fpr_levels, int((~member).sum(axis=1).min()), targets)
    inside, outside = (int(side.sum(axis=1).min()) for side in (member, ~member))
    names, missing = those_that_can_train(names, inside, outside, attacks)
    scorer = _scorer(signals, membership, targets, neighbors, seed)
    parts = slicing.partitions(slicing.with_entire(kinds), attacked)
    results: list[AttackResult] = []
    if targets < MIN_TARGETS:
        missing.append(
            NotMeasured(
                "intervals",
                f"{targets} targets are {targets // 2} pairs of models, which tell too "
                f"little of how far pairs vary; {MIN_TARGETS} targets are needed",
            )
        )
    for name in names:
        attack = NEIGHBOR_TABLE.get(name) or ATTACK_TABLE[name]
        scores = scorer(name)
        order = descending(scores.values.reshape(-1))
        for part in parts:
            measurement = Measurement(scores, member, part, order)
            found, absent = _results(attack, measurement, part, confidence, levels)
            results += found
            missing += absent
    entire = [result for result in results if result.slice == slicing.ENTIRE]
    strongest = game_headline(entire, confidence)

    def choose(kept: Callable[[AttackResult], bool]) -> Headline | None:
        chosen = [result for result in entire if kept(result)]
        return game_headline(chosen, confidence) if chosen else None

    loss = [result for result in entire if result.attack == "loss"]
    asked = slicing.ENTIRE in kinds
    return GameAudit(
        attacks=[row for row in results if asked or row.slice != slicing.ENTIRE],
        strongest=strongest,
        illusion_gap=paired_difference(strongest, loss[0]) if loss else None,
        js_entropy=jensen_shannon(attacked.entropy, member, seed=seed),
        js_cross_entropy=jensen_shannon(attacked.loss, member, seed=seed),
        not_measured=missing,
        choose=choose,
    )


def _scorer(
    signals: Signals,
    membership: Booleans,
    targets: int,
    neighbors: Neighbors | None,
    seed: int,
) -> Callable[[str], Scores]:
    """Returns the function from an attack's name to its `Scores` of the targets."""
    attacked, member = signals.first(targets), membership[:targets]
    ask = None
    if neighbors is not None:
        ask = game_scorer(neighbors, signals.confidence, membership)

    def score(name: str) -> Scores:
        if ask is not None and name in NEIGHBOR_TABLE:
            return ask(name).first(targets)
        attack = ATTACK_TABLE[name]
        if attack.group == "shadow":
            # Every model serves as a shadow, also those that are no target.
            return attack.score(signals, membership, seed).first(targets)
        return attack.score(attacked, member, seed)

    return score


def _check_targets(targets: int | None, models: int) -> int:
    targets = models if targets is None else targets
    if targets % 2 or not 4 <= targets <= models:
        raise ValueError(
            "`targets` must be even, at least 4 (two pairs) and at most the number of "
            f"models, {models}. Received: targets={targets}"
        )
    return targets


def pair_inflation(attack: Attack | NeighborAttack, targets: int) -> float:
    """Returns by how much the variance over pairs of targets must be enlarged.

    Where an attack learns from the other pairs in which direction members differ, pair
    i's accident decides on pair j's score and the reverse: A_j = sum_i W_ij with W
    symmetric. Without signal two of J pairs then correlate by 1 / (J - 1): the variance
    of the mean is twice that of independent pairs, and the spread over pairs shows
    (J - 2) / (J - 1) of it.

    Two such pairs show nothing of it, and two that are independent nearly nothing: it
    is infinite for fewer than six targets, and no interval tells anything.
    """
    if targets < MIN_TARGETS:
        return math.inf
    pairs = targets // 2
    return 2 * (pairs - 1) / (pairs - 2) if attack.learns_from_pairs else 1.0


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
        self, tpr: Floats, realised: Floats, bend: Floats
    ) -> list[OperatingPoint | None]:
        """Returns what each slice has of rates `(T, S)`, `None` where refused.

        What the curve's bend adds to the rates is taken off. As it is itself known by a
        second order alone, the interval holds that of the rates as they are as well.
        """
        mean, low, high = np.clip(self.mean(tpr - bend), 0, 1)
        _, plain_low, plain_high = np.clip(self.mean(tpr), 0, 1)
        return [
            None
            if np.isnan(mean[number])
            else OperatingPoint(
                float(mean[number]),
                float(min(low[number], plain_low[number])),
                float(max(high[number], plain_high[number])),
                float(realised[:, number].mean()),
            )
            for number in range(mean.size)
        ]


def _of_pairs(values: Floats) -> Floats:
    """Returns the mean of the two targets of each pair, `(T / 2, ...)`."""
    return values.reshape(-1, 2, *values.shape[1:]).mean(axis=1)


def _results(
    attack: Attack | NeighborAttack,
    measurement: Measurement,
    part: slicing.Partition,
    confidence: float,
    levels: Mapping[str, float],
) -> tuple[list[AttackResult], list[NotMeasured]]:
    """Returns `AttackResult` and `NotMeasured`, together one for each slice."""
    # The slices of a partition are looked at together, the entire set by itself.
    simultaneous = 1 - (1 - confidence) / len(part.names)
    inflation = pair_inflation(attack, len(measurement.auc))
    over_pairs = _OverPairs(simultaneous, inflation)
    pair_auc = _of_pairs(measurement.auc)
    auc, low, high = over_pairs.aucs(measurement)
    points = {
        key: over_pairs.operating_points(
            *measurement.rates(level), measurement.bend(level)
        )
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
