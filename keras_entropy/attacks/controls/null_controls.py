"""Null controls: what the attacks say of data without any membership signal.

Every attack is given two sets from one distribution; its interval must cover 0.5. A
verdict is worth nothing in a session whose controls fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict
from typing import Unpack

import numpy as np

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.audit_results import Audit
from keras_entropy.attacks.audit_results import GameAudit
from keras_entropy.attacks.audits.game_audit import audit_game
from keras_entropy.attacks.audits.outputs_audit import audit_outputs
from keras_entropy.attacks.audits.worst_off import WORST_OFF
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.controls import planted_neighbors
from keras_entropy.attacks.controls.control import SIMULTANEOUS_CONFIDENCE
from keras_entropy.attacks.controls.control import Control
from keras_entropy.attacks.controls.control import control_of
from keras_entropy.attacks.controls.control import selected
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.attack_table import GAME_ATTACKS
from keras_entropy.attacks.scorers.attack_table import INPUT_ATTACKS
from keras_entropy.attacks.scorers.attack_table import SHADOW_ATTACKS
from keras_entropy.attacks.scorers.attack_table import TARGET_ATTACKS
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)

# Wider than this a null control could not see the faults it is there for.
MAX_HALF_WIDTH = 0.06

# A small side can't see as much; it is there for intervals that are too short.
_WIDEST_OF_FEW = 0.25

_SIZES = {"1:1": (3000, 3000), "6:1": (9000, 1500)}
_LAWS = ("continuous", "tied", "constant")
# Few examples on a side, errors that are rare, answers of nothing but a label.
_EDGES = {
    "few non-members": ("continuous", 2000, 100, _WIDEST_OF_FEW),
    "few members": ("tied", 100, 2000, _WIDEST_OF_FEW),
    "rare errors": ("one-hot", 3000, 3000, MAX_HALF_WIDTH),
    "rare errors, few non-members": ("one-hot", 2000, 100, _WIDEST_OF_FEW),
}
# By slice, what a variant is called, and the widest interval: on a twentieth of the
# records it is wider.
_EXPOSED = {"entire": "", WORST_OFF: ", the worst off"}
_WIDEST_IN_GAME = {"entire": MAX_HALF_WIDTH, WORST_OFF: 0.3}
# Law, models and examples, and what variants are called where attackers ask once and
# often. As small as a game is, with errors that are rare; and as few records as a game
# has of canaries, of more models, or intervals that hold together with all others would
# show nothing.
_SMALL_GAMES = (
    ("one-hot", (16, 200), "rare errors, small game", "labels around, small game"),
    ("continuous", (32, 76), "canaries", "labels around, canaries"),
)
# Attackers that learn on all K targets of a game would repeat, at many times the cost,
# what the single-target controls show of them.
_ATTACKS_ON_GAMES = tuple(
    name for name in GAME_ATTACKS if ATTACK_TABLE[name].group != "trained"
)


class _Given(TypedDict, total=False):
    """What `audit_outputs` is given beside the sides."""

    inputs: Floats
    neighbors: Neighbors
    attacks: Sequence[str]
    seed: int
    confidence: float


def null_controls(
    attacks: Sequence[str] | None = None, *, seed: int = 20260
) -> list[Control]:
    """Runs every attack on data without any membership signal.

    Single-target attacks run on three distributions (continuous outputs; outputs of
    which 96 % are saturated and tie; constant outputs) and two ratios of members to
    non-members, 1:1 and 6:1, and at the edge: 100 examples on a side, one-hot answers
    of which 2 % are wrong. Attacks with shadows run on games whose plan of membership
    has nothing to do with the outputs, one of them of 200 examples with rare errors,
    and there on the records too that look most exposed; those of many questions on both
    games, and on 100 examples of a side. Both run on as few as a game has of canaries.

    Args:
        attacks: Names to run, or `None` for all.
        seed: Integer.

    Returns:
        List of `Control`. One passes if 0.5 lies in its interval and the interval is
        no wider than 2 * `MAX_HALF_WIDTH`, or 0.5 where a side has 100
        examples, or 0.2 on the most exposed records. The
        intervals hold together at 99.9 %.
    """
    rng = np.random.default_rng(seed)
    single = selected((*TARGET_ATTACKS, *INPUT_ATTACKS), attacks)
    game = selected(_ATTACKS_ON_GAMES, attacks)
    lone = selected(LONE_NEIGHBOR_ATTACKS, attacks)
    asked = selected(NEIGHBOR_ATTACKS, attacks)
    data = [
        (f"{law} {ratio}", (law, *sizes, MAX_HALF_WIDTH))
        for law in _LAWS
        for ratio, sizes in _SIZES.items()
    ]
    data += _EDGES.items()
    asked_sizes = {**_SIZES, "few non-members": (2000, 100)}
    compared = selected(SHADOW_ATTACKS, attacks)
    count = len(data) * len(single) + len(_LAWS) * len(_EXPOSED) * len(game)
    count += 2 * len(compared) + len(lone) * len(asked_sizes) + 3 * len(asked)
    confidence = 1 - (1 - SIMULTANEOUS_CONFIDENCE) / max(1, count)
    rows: list[Control] = []
    for variant, (law, members, nonmembers, widest) in data if single else ():
        outputs, labels = planted.noise(law, members + nonmembers, rng)
        audit = _audited(
            outputs,
            labels,
            members,
            inputs=rng.normal(size=(members + nonmembers, 3)),
            attacks=single,
            seed=seed,
            confidence=confidence,
        )
        rows += _null(audit, variant, widest)
    for law in _LAWS if game else ():
        played = audit_game(
            *planted.noise_game(law, rng),
            attacks=game,
            slices=tuple(_EXPOSED),
            confidence=confidence,
        )
        rows += [
            null_control(
                result,
                f"{law} game{_EXPOSED[result.slice]}",
                widest=_WIDEST_IN_GAME[result.slice],
            )
            for result in played.attacks
        ]
    for ratio, (members, nonmembers) in asked_sizes.items() if lone else ():
        outputs, labels = planted.noise("continuous", members + nonmembers, rng)
        audit = _audited(
            outputs,
            labels,
            members,
            neighbors=planted_neighbors.noise_neighbors(1, labels, rng),
            attacks=lone,
            seed=seed,
            confidence=confidence,
        )
        widest = MAX_HALF_WIDTH if ratio in _SIZES else _WIDEST_OF_FEW
        rows += _null(audit, f"labels around {ratio}", widest)
    if asked:
        noise = planted.noise_game("continuous", rng)
        rows += _null(_asked(noise, asked, rng, confidence), "labels around, game")
    for law, sizes, once, often in _SMALL_GAMES:
        small = planted.noise_game(law, rng, *sizes)
        if compared:
            played = audit_game(*small, attacks=compared, confidence=confidence)
            rows += _null(played, once, _WIDEST_OF_FEW)
        if asked:
            played = _asked(small, asked, rng, confidence)
            rows += _null(played, often, _WIDEST_OF_FEW)
    return rows


def _audited(
    outputs: Floats, labels: Integers, members: int, **given: Unpack[_Given]
) -> Audit:
    """Returns the audit of one target whose members come first."""
    return audit_outputs(
        outputs[:members],
        labels[:members],
        outputs[members:],
        labels[members:],
        **given,
    )


def _asked(
    noise: planted.PlantedGame,
    attacks: Sequence[str],
    rng: np.random.Generator,
    confidence: float,
) -> GameAudit:
    """Returns the attacks of many questions on a game without a signal."""
    models = len(noise.membership)
    neighbors = planted_neighbors.noise_neighbors(models, noise.labels, rng)
    return audit_game(
        *noise, neighbors=neighbors, attacks=attacks, confidence=confidence
    )


def _null(
    audit: Audit | GameAudit, variant: str, widest: float = MAX_HALF_WIDTH
) -> list[Control]:
    return [null_control(result, variant, widest=widest) for result in audit.attacks]


def null_control(
    result: AttackResult, variant: str, *, widest: float = MAX_HALF_WIDTH
) -> Control:
    """Returns what an attack on data without a signal says of itself.

    Args:
        result: The attack; its interval must cover 0.5.
        variant: String, the kind of data.
        widest: Float, the largest half-width that could see a fault. Defaults to
            `MAX_HALF_WIDTH`.
    """
    half_width = (result.auc_high - result.auc_low) / 2
    covers = result.auc_low <= 0.5 <= result.auc_high
    detail = (
        f"no signal: the interval must cover 0.5 (half-width {half_width:.3f}, "
        f"at most {widest})"
    )
    passed = covers and half_width <= widest
    return control_of("null", result, variant, 0.5, passed, detail)
