"""Negative and positive controls: what the attacks say where the truth is known.

The null control gives every attack two sets of the same law; its interval must cover
0.5. The positive control plants a leak of known size, which every attack that can see
it must report. A verdict is worth nothing in a session whose controls fail.
"""

import dataclasses

import numpy as np

from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.game_audit import audit_game
from keras_entropy.attacks.outputs_audit import audit_outputs
from keras_entropy.attacks.scorers import attack_table

# All intervals of a kind of control hold together with this confidence.
SIMULTANEOUS_CONFIDENCE = 0.999
# Wider than this a null control could not see the faults it is there for.
MAX_HALF_WIDTH = 0.06

_SIZES = {"1:1": (3000, 3000), "6:1": (9000, 1500)}
_LAWS = ("continuous", "tied", "constant")
# Attackers that learn on all K targets of a game would repeat, at many times the cost,
# what the single-target controls show of them.
_GAME_ATTACKS = tuple(
    name
    for name in attack_table.GAME_ATTACKS
    if attack_table.ATTACKS[name].group != "trained"
)


@dataclasses.dataclass(frozen=True)
class Control:
    """The outcome of one control.

    Attributes:
        name: String.
        kind: String, null or positive.
        attack: String.
        variant: String, what data it ran on.
        auc: Float, as measured.
        auc_low: Float, lower end of the simultaneous interval.
        auc_high: Float, upper end.
        expected: Float: the true AUC, or the least that must be exceeded.
        passed: Boolean.
        detail: String, the rule in words.
    """

    name: str
    kind: str
    attack: str
    variant: str
    auc: float
    auc_low: float
    auc_high: float
    expected: float
    passed: bool
    detail: str

    @property
    def half_width(self):
        """Float, half the length of the interval."""
        return (self.auc_high - self.auc_low) / 2

    def row(self):
        """The control as a dictionary of plain JSON values."""
        return dataclasses.asdict(self)


def null_controls(attacks=None, *, seed=20260):
    """Every attack on data without any membership signal.

    Single-target attacks run on three laws (continuous outputs; outputs of which 96 %
    are saturated and tie; constant outputs) and two ratios of members to non-members,
    1:1 and 6:1; attacks with shadows run on games whose plan of membership has nothing
    to do with the outputs.

    Args:
        attacks: Names to run, or `None` for all.
        seed: Integer.

    Returns:
        List of `Control`. One passes if 0.5 lies in its interval and the interval is
        no wider than 2 * `MAX_HALF_WIDTH`. The intervals hold together at 99.9 %.
    """
    rng = np.random.default_rng(seed)
    single = _selected(attack_table.TARGET_ATTACKS, attacks)
    game = _selected(_GAME_ATTACKS, attacks)
    count = len(_LAWS) * (len(single) * len(_SIZES) + len(game))
    confidence = 1 - (1 - SIMULTANEOUS_CONFIDENCE) / max(1, count)
    rows = []
    for law in _LAWS:
        for ratio, (members, nonmembers) in _SIZES.items():
            outputs, labels = planted.noise(law, members + nonmembers, rng)
            if single:
                audit = audit_outputs(
                    outputs[:members],
                    labels[:members],
                    outputs[members:],
                    labels[members:],
                    attacks=single,
                    seed=seed,
                    confidence=confidence,
                )
                rows += [_null(result, f"{law} {ratio}") for result in audit.attacks]
        if game:
            outputs, labels, membership = planted.noise_game(law, rng)
            audit = audit_game(
                outputs, labels, membership, attacks=game, confidence=confidence
            )
            rows += [_null(result, f"{law} game") for result in audit.attacks]
    return rows


def positive_controls(attacks=None, *, seed=20261):
    """Every attack on data with a planted leak of known size.

    The logit-scaled confidence of members is shifted by one standard deviation. With
    the rest of the mass spread evenly, it decides every signal, so each threshold
    attack has AUC Phi(1 / sqrt 2), and no attack can have more; with all of it on one
    rival class the gap in accuracy is known as well. In the game the examples differ
    in difficulty, which hides the leak from an attack without shadows to a known
    degree, and less from one with them.

    Args:
        attacks: Names to run, or `None` for all.
        seed: Integer.

    Returns:
        List of `Control`. Attacks with a closed form must cover it; the others must
        exceed a bound, and must not claim more than the optimum.
    """
    rng = np.random.default_rng(seed)
    data = {
        "shift": planted.planted(4.0, "even", rng),
        "rival": planted.planted(0.5, "rival", rng),
        "difficulty game": planted.planted_game(rng),
    }
    optimum, ideal = planted.optimum(), planted.ideal_game()
    plain, gap = planted.plain_game(), planted.rival_gap(0.5)
    loss = ("loss", "confidence")
    per_class = [name for name in attack_table.ATTACKS if name.startswith("per_class:")]
    # Trained on shadows or not, an attacker who sees one output at a time does not
    # know how difficult its example is.
    on_shadows = [name for name in _group("shadow") if name.startswith("shadow_")]
    shadow = [name for name in _group("shadow") if name not in on_shadows]
    # Of what there is to see, a learner must find half, and a shadow attack must get
    # a fifth of the way from the loss to the ideal.
    plan = [
        ("shift", (*loss, "entropy", "modified_entropy"), optimum, None),
        ("shift", (*per_class, *_group("trained")), (0.5 + optimum) / 2, optimum),
        ("rival", ("label_only",), gap, None),
        ("rival", loss, optimum, None),
        ("difficulty game", loss, plain, None),
        ("difficulty game", on_shadows, (0.5 + plain) / 2, plain),
        ("difficulty game", shadow, plain + (ideal - plain) / 5, ideal),
    ]
    plan = [(row[0], _selected(row[1], attacks), *row[2:]) for row in plan]
    count = sum(len(names) for _, names, _, _ in plan)
    confidence = 1 - (1 - SIMULTANEOUS_CONFIDENCE) / max(1, count)
    rows = []
    for variant, names, expected, ceiling in plan:
        if names:
            run = audit_game if variant.endswith("game") else audit_outputs
            audit = run(*data[variant], attacks=names, confidence=confidence)
            rows += [_positive(r, variant, expected, ceiling) for r in audit.attacks]
    return rows


def _group(group):
    return tuple(
        n for n, attack in attack_table.ATTACKS.items() if attack.group == group
    )


def _selected(names, attacks):
    return tuple(name for name in names if attacks is None or name in attacks)


def _null(result, variant):
    half_width = (result.auc_high - result.auc_low) / 2
    covers = result.auc_low <= 0.5 <= result.auc_high
    detail = (
        f"no signal: the interval must cover 0.5 (half-width {half_width:.3f}, "
        f"at most {MAX_HALF_WIDTH})"
    )
    passed = covers and half_width <= MAX_HALF_WIDTH
    return _control("null", result, variant, 0.5, passed, detail)


def _positive(result, variant, expected, ceiling):
    if ceiling is None:
        passed = result.auc_low <= expected <= result.auc_high
        detail = f"planted leak: the interval must cover {expected:.4f}"
    else:
        passed = result.auc_low > expected and result.auc_low <= ceiling
        detail = (
            f"planted leak: the interval must lie above {expected:.4f} and not "
            f"above the optimum, {ceiling:.4f}"
        )
    return _control("positive", result, variant, expected, passed, detail)


def _control(kind, result, variant, expected, passed, detail):
    return Control(
        name=f"{kind}: {result.attack}, {variant}",
        kind=kind,
        attack=result.attack,
        variant=variant,
        auc=result.auc,
        auc_low=result.auc_low,
        auc_high=result.auc_high,
        expected=expected,
        passed=bool(passed),
        detail=detail,
    )
