"""Whether a defense leaks less or more than no defense, by more than chance."""

from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtr
from scipy.special import stdtrit

from eval_suite.report.content import attackers
from eval_suite.report.content.change import Change
from eval_suite.report.format import NOT_MEASURED
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from keras_entropy.attacks.statistics.holm import holm

LEVEL = 0.05

Effect = Literal["undefended", "less", "unclear", "more", "unmeasured"]
# Of the defense, not of the attack: a stronger attack is a defense that leaks more.
EFFECT_WORDS: dict[Effect, str] = {
    "undefended": "undefended",
    "less": "leaks less",
    "unclear": "no clear change",
    "more": "leaks more",
    "unmeasured": NOT_MEASURED,
}
JUDGED: tuple[Effect, ...] = ("less", "unclear", "more")
EFFECT_HELP: dict[Effect, str] = {
    "undefended": "The undefended model, with which all others are compared.",
    "less": "The strongest attack finds less than on the undefended model, by more "
    "than chance.",
    "unclear": "The difference to the undefended model may be chance.",
    "more": "The strongest attack finds more than on the undefended model, by more "
    "than chance.",
    "unmeasured": "No difference to the undefended model was measured.",
}


@dataclass(frozen=True)
class _Difference:
    """The AUC that decides on a defense, minus the undefended model's.

    Attributes:
        value: The difference.
        p: Two-sided p-value of "no difference".
    """

    value: float
    p: float


def effects(results: Results) -> dict[str, Effect]:
    """Judges the effect of each defense on the strongest attack.

    Args:
        results: Checked results.

    Returns:
        For each name of a defense whether it leaks "less" or "more" than the undefended
        model, by more than chance, or "unclear"; "unmeasured", or "undefended" for the
        undefended model itself.
    """
    base, *others = results["defenses"]
    freedom = degrees_of_freedom(results)
    differences = {
        row["name"]: difference
        for row in others
        if (difference := _difference(row, base, freedom)) is not None
    }
    adjusted = holm([difference.p for difference in differences.values()])
    found: dict[str, Effect] = {row["name"]: "unmeasured" for row in others}
    for (name, difference), p in zip(differences.items(), adjusted, strict=True):
        if p > LEVEL:
            found[name] = "unclear"
        else:
            found[name] = "less" if difference.value < 0 else "more"
    return {base["name"]: "undefended", **found}


def degrees_of_freedom(results: Results) -> float:
    """Returns those of the run's intervals, which are over pairs of models."""
    pairs = results["profile"]["pairs"] or 0
    # Without pairs the interval is over examples, close to normal.
    return pairs - 1 if pairs >= 2 else 1e9


def rises(difference: Change, freedom: float) -> float | None:
    """Returns the one-sided p-value of "no rise", read back from the 95 % interval.

    Args:
        difference: Of two measurements.
        freedom: Float, see `degrees_of_freedom`.

    Returns:
        `None` where the difference or its interval was not measured.
    """
    value, low, high = difference.value, difference.low, difference.high
    if value is None or low is None or high is None:
        return None
    error = (high - low) / 2 / stdtrit(freedom, 0.975)
    if error == 0:
        return 0.0 if value > 0 else 1.0
    return float(stdtr(freedom, -value / error))


def _difference(row: Defense, base: Defense, freedom: float) -> _Difference | None:
    """Returns the difference, its p-value read back from the 95 % interval."""
    change: Change = attackers.difference(row, base)
    value, low, high = change.value, change.low, change.high
    if low is None or high is None or value is None or row["strongest_auc"] is None:
        return None
    error = (high - low) / 2 / stdtrit(freedom, 0.975)
    if error == 0:  # the same scores in every pair, as for an identity layer
        return _Difference(value, 1.0 if value == 0 else 0.0)
    return _Difference(value, float(2 * stdtr(freedom, -abs(value) / error)))


def effects_in_words() -> str:
    """Returns what each judgement means, its words in asterisks."""
    return " ".join(f"*{EFFECT_WORDS[e]}*: {EFFECT_HELP[e]}" for e in JUDGED)
