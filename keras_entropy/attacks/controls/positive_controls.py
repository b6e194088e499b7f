"""Positive controls: what the attacks say of a planted leak of known size.

Every attack that can see the leak must report it, and none more than there is. A
verdict is worth nothing in a session whose controls fail.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np

from keras_entropy.attacks.audits.game_audit import audit_game
from keras_entropy.attacks.audits.outputs_audit import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.controls import planted_neighbors
from keras_entropy.attacks.controls.control import SIMULTANEOUS_CONFIDENCE
from keras_entropy.attacks.controls.control import Control
from keras_entropy.attacks.controls.control import control_of
from keras_entropy.attacks.controls.control import selected
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import Group
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.attack_table import INPUT_ATTACKS
from keras_entropy.attacks.scorers.attack_table import SHADOW_ATTACKS
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)


def positive_controls(
    attacks: Sequence[str] | None = None, *, seed: int = 20261
) -> list[Control]:
    """Runs every attack on data with a planted leak of known size.

    The logit-scaled confidence of members is shifted by one standard deviation. With
    the rest of the mass spread evenly, it decides every signal, so each threshold
    attack has AUC Phi(1 / sqrt 2), and no attack can have more; with all of it on one
    rival class the gap in accuracy is known as well. In the game the examples differ
    in difficulty, which hides the leak from an attack without shadows to a known
    degree, and less from one with them. Around the examples, members keep their label
    farther while answers tell the label alone.

    Args:
        attacks: Names to run, or `None` for all.
        seed: Integer.

    Returns:
        List of `Control`. Attacks with a closed form must cover it; the others must
        exceed a bound, and must not claim more than the optimum.
    """
    rng = np.random.default_rng(seed)
    shift = planted.planted(4.0, "even", rng)
    rival = planted.planted(0.5, "rival", rng)
    game = planted.planted_game(rng)
    inputs = planted.planted_inputs(rng)
    robust = planted_neighbors.robust_game(rng)
    around = planted_neighbors.robust_sides(rng)

    def on_shift(names: Sequence[str], confidence: float) -> list[AttackResult]:
        return audit_outputs(*shift, attacks=names, confidence=confidence).attacks

    def on_rival(names: Sequence[str], confidence: float) -> list[AttackResult]:
        return audit_outputs(*rival, attacks=names, confidence=confidence).attacks

    def on_inputs(names: Sequence[str], confidence: float) -> list[AttackResult]:
        sides, asked = inputs
        return audit_outputs(
            *sides, inputs=asked, attacks=names, confidence=confidence
        ).attacks

    def on_game(names: Sequence[str], confidence: float) -> list[AttackResult]:
        return audit_game(*game, attacks=names, confidence=confidence).attacks

    def on_robust(names: Sequence[str], confidence: float) -> list[AttackResult]:
        outputs, labels, membership, neighbors = robust
        return audit_game(
            outputs,
            labels,
            membership,
            neighbors=neighbors,
            attacks=names,
            confidence=confidence,
        ).attacks

    def on_lone(names: Sequence[str], confidence: float) -> list[AttackResult]:
        sides, neighbors = around
        return audit_outputs(
            *sides, neighbors=neighbors, attacks=names, confidence=confidence
        ).attacks

    optimum, ideal = planted.optimum(), planted.ideal_game()
    plain, gap = planted.plain_game(), planted.rival_gap(0.5)
    loss = ("loss", "confidence")
    robust_plain = planted_neighbors.plain_game()
    robust_least = robust_plain + (ideal - robust_plain) / 5
    per_class = [row.name for row in ATTACK_TABLE.values() if row.name.by_class]
    # Trained on shadows or not, an attacker who sees one output at a time does not
    # know how difficult its example is.
    on_shadows = [name for name in _group("shadow") if name not in SHADOW_ATTACKS]
    # Of what there is to see, a learner must find half, and a shadow attack must get
    # a fifth of the way from the loss to the ideal.
    plan = [
        _Plan("shift", on_shift, (*loss, "entropy", "modified_entropy"), optimum, None),
        _Plan(
            "shift",
            on_shift,
            (*per_class, *_group("trained")),
            (0.5 + optimum) / 2,
            optimum,
        ),
        _Plan(
            "difficulty in the input",
            on_inputs,
            INPUT_ATTACKS,
            plain + (ideal - plain) / 5,
            ideal,
        ),
        _Plan("rival", on_rival, ("label_only",), gap, None),
        _Plan("rival", on_rival, loss, optimum, None),
        _Plan("difficulty game", on_game, loss, plain, None),
        _Plan("difficulty game", on_game, on_shadows, (0.5 + plain) / 2, plain),
        _Plan(
            "difficulty game",
            on_game,
            SHADOW_ATTACKS,
            plain + (ideal - plain) / 5,
            ideal,
        ),
        _Plan(
            "robust members",
            on_lone,
            LONE_NEIGHBOR_ATTACKS,
            planted_neighbors.plain_sides(),
            None,
        ),
        _Plan("robust game", on_robust, NEIGHBOR_ATTACKS, robust_least, ideal),
    ]
    plan = [
        dataclasses.replace(part, names=selected(part.names, attacks)) for part in plan
    ]
    count = sum(len(part.names) for part in plan)
    confidence = 1 - (1 - SIMULTANEOUS_CONFIDENCE) / max(1, count)
    return [
        _positive(result, part)
        for part in plan
        if part.names
        for result in part.run(part.names, confidence)
    ]


@dataclasses.dataclass(frozen=True)
class _Plan:
    """Attacks on one kind of planted data, and what they must say.

    Attributes:
        variant: String, the kind of data.
        run: Function from names of attacks and the intervals' confidence to results.
        names: Names of attacks.
        expected: Float: the true AUC, or the least that must be exceeded.
        ceiling: Float, the AUC that nothing can exceed, or `None` where `expected` is
            the true one.
    """

    variant: str
    run: Callable[[Sequence[str], float], list[AttackResult]]
    names: Sequence[str]
    expected: float
    ceiling: float | None


def _group(group: Group) -> tuple[str, ...]:
    return tuple(str(row.name) for row in ATTACK_TABLE.values() if row.group == group)


def _positive(result: AttackResult, part: _Plan) -> Control:
    expected, ceiling = part.expected, part.ceiling
    if ceiling is None:
        passed = result.auc_low <= expected <= result.auc_high
        detail = f"planted leak: the interval must cover {expected:.4f}"
    else:
        passed = result.auc_low > expected and result.auc_low <= ceiling
        detail = (
            f"planted leak: the interval must lie above {expected:.4f} and not "
            f"above the optimum, {ceiling:.4f}"
        )
    return control_of("positive", result, part.variant, expected, passed, detail)
