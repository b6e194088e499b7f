"""Membership inference against each of K models trained on complementary halves."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audit_results import GameAudit
from keras_entropy.attacks.audits import pooled_rates
from keras_entropy.attacks.audits import slices as slicing
from keras_entropy.attacks.audits import worst_off
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import check_levels
from keras_entropy.attacks.audits.headline import game_headline
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.pair_results import MIN_TARGETS
from keras_entropy.attacks.audits.pair_results import pair_results
from keras_entropy.attacks.audits.trained_attacks import those_that_can_train
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.paired_differences import paired_difference
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.results import NotMeasured
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.attack_table import GAME_ATTACKS
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import game_scorer
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import Signals
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics.roc import descending

# Kinds whose rates are at thresholds that are not the slice's own.
_OWN_RATES = (worst_off.WORST_OFF, pooled_rates.POOLED)
GAME_SLICES = (*slicing.KINDS, *_OWN_RATES)


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
        slices: Names out of `entire`, `class`, `correctness`, `worst_off`: the 5 % of
            the records that the other pairs say are most exposed; their true positive
            rates are at thresholds for all non-members; `pooled`: all, with one
            threshold for all models, for records that are too few for one of each
            model's own. The intervals of the slices are simultaneous (Bonferroni). The
            strongest attack is that on the entire set, also where only other slices
            are asked for.
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
    kinds = array_checks.check_names(slices, GAME_SLICES, "slices")
    signals = compute_signals(outputs, labels, from_logits=from_logits)
    membership = array_checks.check_membership(
        membership, signals.targets, signals.examples
    )
    targets = _check_targets(targets, signals.targets)
    if neighbors is not None:
        neighbors.check(signals.targets, signals.examples)
    attacked, member = signals.first(targets), membership[:targets]
    # Of members or of non-members, as the one's members are the other's non-members.
    fewest = int(member.sum(axis=1).min())
    levels = check_levels(fpr_levels, fewest, targets)
    names, missing = those_that_can_train(names, fewest, fewest, attacks)
    scorer = _scorer(signals, membership, targets, neighbors, seed)
    usual = [kind for kind in kinds if kind not in _OWN_RATES]
    parts = slicing.partitions(slicing.with_entire(usual), attacked)
    if worst_off.WORST_OFF in kinds:
        part = worst_off.partition(signals.loss, membership)
        parts.append(dataclasses.replace(part, codes=part.codes[:targets]))
    if pooled_rates.POOLED in kinds:
        everything = np.zeros(member.shape, np.int64)
        parts.append(slicing.Partition((pooled_rates.POOLED,), everything))
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
        order = descending(scores.values.ravel())
        for part in parts:
            measurement = Measurement(scores, member, part, order)
            rates = None
            if part.names == (worst_off.WORST_OFF,):
                rates = worst_off.rates(scores, member, part)
            elif part.names == (pooled_rates.POOLED,):
                rates = pooled_rates.rates(scores, member)
            found, absent = pair_results(
                attack, measurement, part, confidence, levels, rates
            )
            results += found
            missing += absent
    entire = [result for result in results if result.slice == slicing.ENTIRE]
    strongest = game_headline(entire, confidence)

    loss = [result for result in entire if result.attack == "loss"]
    asked = slicing.ENTIRE in kinds
    return GameAudit(
        attacks=[row for row in results if asked or row.slice != slicing.ENTIRE],
        strongest=strongest,
        illusion_gap=paired_difference(strongest, loss[0]) if loss else None,
        js_entropy=jensen_shannon(attacked.entropy, member, seed=seed),
        js_cross_entropy=jensen_shannon(attacked.loss, member, seed=seed),
        not_measured=missing,
        choose=_Choice(entire, confidence),
    )


@dataclasses.dataclass(frozen=True)
class _Choice:
    """Chooses the strongest of some attacks; a process can send it to another.

    Args:
        entire: The attacks on the entire set.
        confidence: Float in (0, 1).
    """

    entire: Sequence[AttackResult]
    confidence: float

    def __call__(self, kept: Callable[[AttackResult], bool]) -> Headline | None:
        chosen = [result for result in self.entire if kept(result)]
        return game_headline(chosen, self.confidence) if chosen else None


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
