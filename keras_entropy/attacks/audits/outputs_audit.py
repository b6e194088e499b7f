"""Membership inference against one model, from its outputs on both sides."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.attacks import array_checks
from keras_entropy.attacks.audit_results import Audit
from keras_entropy.attacks.audits import slices as slicing
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import check_levels
from keras_entropy.attacks.audits.headline import target_headline
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.measurement import curve_grid
from keras_entropy.attacks.audits.measurement import slice_grid
from keras_entropy.attacks.audits.sides import join_sides
from keras_entropy.attacks.audits.steps import STEP_ATTACKS
from keras_entropy.attacks.audits.steps import check_alone
from keras_entropy.attacks.audits.steps import have_steps
from keras_entropy.attacks.audits.target_scoring import target_scorer
from keras_entropy.attacks.audits.target_scoring import with_inputs
from keras_entropy.attacks.audits.target_scoring import without_shadows_for
from keras_entropy.attacks.audits.trained_attacks import those_that_can_train
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.leakage.epsilon import FEWEST
from keras_entropy.attacks.leakage.epsilon import EpsilonBound
from keras_entropy.attacks.leakage.epsilon import epsilon_lower_bound
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Curve
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.results import NotMeasured
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.attack_table import INPUT_ATTACKS
from keras_entropy.attacks.scorers.attack_table import SHADOW_ATTACKS
from keras_entropy.attacks.scorers.attack_table import TARGET_ATTACKS
from keras_entropy.attacks.scorers.attack_table import Attack
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NeighborAttack
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.shadows import Shadows
from keras_entropy.attacks.statistics.roc import descending


def audit_outputs(
    member_outputs: Array,
    member_labels: Array,
    nonmember_outputs: Array,
    nonmember_labels: Array,
    *,
    from_logits: bool = False,
    shadows: Shadows | None = None,
    neighbors: Neighbors | None = None,
    inputs: Array | None = None,
    attacks: str | Sequence[str] = "all",
    slices: str | Sequence[str] = (slicing.ENTIRE,),
    seed: int = 0,
    confidence: float = 0.95,
    fpr_levels: Sequence[float] = DEFAULT_LEVELS,
) -> Audit:
    """Attacks one model by its outputs on members and non-members.

    The two sides may differ in size. Attacks that compare the model with others run
    where shadow models of it are given. Where all models are targets, see `audit_game`.

    Args:
        member_outputs: Float array `(n, C)` of probabilities (or logits, with
            `from_logits=True`); `(n, 1)` or `(n,)` is one sigmoid unit. Or of a step
            each, `(n, steps, C)`, of a pixel, `(n, height, width, C)`: the unit is the
            example, whose score is the mean over its steps, all of which count. Such
            outputs are attacked by `loss`, `confidence`, `entropy`, `modified_entropy`
            and `label_only` (the share of the steps that are right) alone. Never
            changed.
        member_labels: Classes in `0..C - 1`: array `(n,)` or `(n, 1)` of integers, of
            booleans or of floats with integer values; or one-hot rows `(n, C)`. Of
            steps one each: `(n, steps)`.
        nonmember_outputs: Float array `(m, C)`, of the same kind.
        nonmember_labels: Likewise, of m examples.
        from_logits: Boolean. Defaults to `False`.
        shadows: Optional `Shadows`, whose outputs are of the same kind.
        neighbors: Optional `Neighbors` of one model: what it answered to questions
            about neighbors of the members, then of the non-members. Without them the
            audit is that of an attacker who asks once.
        inputs: Optional array `(n + m, ...)` of numbers: what the model was asked about
            the members, then about the non-members. Inputs that are no finite numbers,
            or fewer than 100, are left out, and `not_measured` says so.
        attacks: `"all"`, or names out of `TARGET_ATTACKS`, with `inputs` out of
            `INPUT_ATTACKS`, with `shadows` out of `SHADOW_ATTACKS`, and with
            `neighbors` out of `NEIGHBOR_ATTACKS`; those that need shadow models need
            `shadows.neighbors`.
        slices: Names out of `entire`, `class`, `correctness`. The intervals of the
            slices are simultaneous (Bonferroni). Trained attackers learn from the
            entire set and are measured on each slice. The strongest attack is that on
            the entire set, also where only other slices are asked for.
        seed: Integer, for folds and resamples.
        confidence: Float in (0, 1), of every interval. Defaults to 0.95.
        fpr_levels: Floats in (0, 1), the false positive rates at which `tpr_at_fpr`
            tells true positive rates. Defaults to `(0.01, 0.001)`.

    Returns:
        `Audit`.

    Raises:
        ValueError: If the arrays disagree in shape, hold NaN or infinity, are no
            probabilities, or a side is empty; if a name is unknown or `confidence` is
            out of its range; if there are too few examples for a trained attack that is
            named (of `"all"` they are left out, and `not_measured` says so), or too few
            non-members for one of `fpr_levels` other than the default ones.

    Example:

        >>> rng = np.random.default_rng(0)
        >>> logits = rng.normal(size=(2000, 3))
        >>> labels = rng.integers(0, 3, 2000)
        >>> logits[:1000] += 2 * np.eye(3)[labels[:1000]]  # members stand out
        >>> audit = audit_outputs(
        ...     logits[:1000], labels[:1000], logits[1000:], labels[1000:],
        ...     from_logits=True, attacks=("loss", "label_only"),
        ... )
        >>> audit.get("loss").auc_low > 0.7
        True
    """
    kinds = array_checks.check_names(slices, slicing.KINDS, "slices")
    known = TARGET_ATTACKS
    if have_steps(member_outputs):
        others = kinds if kinds != (slicing.ENTIRE,) else None
        check_alone(shadows=shadows, neighbors=neighbors, inputs=inputs, slices=others)
        known = STEP_ATTACKS
    if shadows is not None:
        known += SHADOW_ATTACKS
    if inputs is not None:
        known += INPUT_ATTACKS
    if neighbors is not None:
        calibrated = shadows is not None and shadows.neighbors is not None
        known += NEIGHBOR_ATTACKS if calibrated else LONE_NEIGHBOR_ATTACKS
    array_checks.check_confidence(confidence)
    names = array_checks.check_names(attacks, known, "attacks")
    signals, member = join_sides(
        member_outputs, member_labels, nonmember_outputs, nonmember_labels, from_logits
    )
    levels = check_levels(fpr_levels, int((~member).sum()))
    names, missing = those_that_can_train(
        names, int(member.sum()), int((~member).sum()), attacks
    )
    if inputs is not None:
        signals, reason = with_inputs(signals, inputs)
        if reason is not None:
            names = tuple(name for name in names if name not in INPUT_ATTACKS)
            missing += [NotMeasured(name, reason) for name in INPUT_ATTACKS]
    if shadows is not None:
        reasons = without_shadows_for(shadows, member, seed)
        names, without = _those_with_shadows(names, reasons, attacks)
        missing += without
    membership = member[None]
    parts = slicing.partitions(slicing.with_entire(kinds), signals)
    results: list[AttackResult] = []
    scored, orders = [], []
    scorer = target_scorer(
        signals, membership, shadows, seed, from_logits, neighbors=neighbors
    )
    for name in names:
        attack = NEIGHBOR_TABLE.get(name) or ATTACK_TABLE[name]
        scores = scorer(name)
        order = descending(scores.values.ravel())
        for part in parts:
            measurement = Measurement(scores, membership, part, order)
            found = _results(attack, measurement, part, confidence, levels)
            results += [result for result in found if isinstance(result, AttackResult)]
            missing += [result for result in found if isinstance(result, NotMeasured)]
        scored.append(scores)
        orders.append(order)
    entire = [result for result in results if result.slice == slicing.ENTIRE]

    def choose(kept: Callable[[AttackResult], bool]) -> Headline | None:
        of = [i for i, result in enumerate(entire) if kept(result)]
        if not of:
            return None
        return target_headline(
            [entire[i] for i in of],
            [scored[i] for i in of],
            [orders[i] for i in of],
            member,
            seed,
            confidence,
        )

    def scores_of(name: str) -> ExampleScores:
        if name not in names:
            raise KeyError(f"{name} was not made. Made: {', '.join(names)}")
        return scored[names.index(name)].of_target(0)

    strongest = target_headline(entire, scored, orders, member, seed, confidence)
    loss = [result.auc for result in entire if result.attack == "loss"]
    asked = slicing.ENTIRE in kinds
    return Audit(
        attacks=[row for row in results if asked or row.slice != slicing.ENTIRE],
        strongest=strongest,
        illusion_gap=strongest.auc - loss[0] if loss else None,
        js_entropy=jensen_shannon(signals.entropy, membership, seed=seed),
        js_cross_entropy=jensen_shannon(signals.loss, membership, seed=seed),
        epsilon=_epsilon(names, scored, member, confidence, seed),
        not_measured=missing,
        choose=choose,
        scored=scores_of,
    )


def _those_with_shadows(
    names: tuple[str, ...], reasons: Mapping[str, str], asked: str | Sequence[str]
) -> tuple[tuple[str, ...], list[NotMeasured]]:
    """Returns the attacks that can be made, and those of all that can't.

    Raises:
        ValueError: If one that can't was asked for by name.
    """
    absent = [name for name in names if name in reasons]
    if absent and asked != "all":
        raise ValueError(
            f"`shadows` do not do for all of `attacks`: {absent[0]} "
            f"{reasons[absent[0]]}. Received: attacks={asked!r}"
        )
    kept = tuple(name for name in names if name not in reasons)
    return kept, [NotMeasured(name, reasons[name]) for name in absent]


def _epsilon(
    names: Sequence[str],
    scored: Sequence[Scores],
    member: Booleans,
    confidence: float,
    seed: int,
) -> EpsilonBound | None:
    """Returns the epsilon bound of the attacks whose scores all compare."""
    whole = {
        name: scores.values[0]
        for name, scores in zip(names, scored, strict=True)
        if scores.folds is None
    }
    if not whole or min(member.sum(), (~member).sum()) < FEWEST:
        return None
    return epsilon_lower_bound(whole, member, confidence=confidence, seed=seed)


def _results(
    attack: Attack | NeighborAttack,
    measurement: Measurement,
    part: slicing.Partition,
    confidence: float,
    levels: Mapping[str, float],
) -> list[AttackResult | NotMeasured]:
    """Returns one `AttackResult` or `NotMeasured` for each slice of a partition."""
    # The slices of a partition are looked at together, the entire set by itself.
    simultaneous = 1 - (1 - confidence) / len(part.names)
    entire = part.names == (slicing.ENTIRE,)
    grid = curve_grid(measurement.nonmembers[0, 0]) if entire else slice_grid()
    curves = measurement.curves(grid)[0]
    found: list[AttackResult | NotMeasured] = []
    for number, name in enumerate(part.names):
        members = int(measurement.members[0, number])
        nonmembers = int(measurement.nonmembers[0, number])
        if np.isnan(measurement.auc[0, number]):
            found.append(
                NotMeasured(
                    f"{attack.name} on {name}",
                    f"{members} members and {nonmembers} non-members are in this "
                    "slice; both sides are needed",
                )
            )
            continue
        estimate = measurement.estimate(number)
        low, high = estimate.interval(simultaneous)
        unknown = np.full(grid.size, np.nan)
        found.append(
            AttackResult(
                attack=str(attack.name),
                group=attack.group,
                slice=name,
                auc=estimate.value,
                auc_low=low,
                auc_high=high,
                advantage=float(measurement.advantage[0, number]),
                advantage_null=float(measurement.advantage_null[0, number]),
                tpr_at_fpr={
                    key: measurement.operating_point(number, level, simultaneous)
                    for key, level in levels.items()
                },
                targets=1,
                n_members=members,
                n_nonmembers=nonmembers,
                curve=Curve(grid, curves[number], unknown, unknown),
            )
        )
    return found
