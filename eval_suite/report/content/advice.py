"""Which defense to use: one rule, applied to the rows and stated in the report."""

import math
from dataclasses import dataclass
from typing import Literal

from scipy.special import stdtr
from scipy.special import stdtrit

from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import called
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import interval
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.report.format import ratio
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from keras_entropy.attacks.statistics.holm import holm

ACCURACY_BUDGET = 0.02
LEVEL = 0.05
# As in `keras_entropy.recommend`: AUCs that differ by less are the same.
TIE = 0.005

RULE = (
    "A defense is recommended if the strongest attack on it is weaker than on the "
    "undefended model (paired difference, two-sided, "
    f"{100 * LEVEL:.0f} %, Holm-corrected over all defenses) and accuracy falls by "
    f"at most {100 * ACCURACY_BUDGET:.0f} points; among several, of those within "
    f"{TIE} of the lowest AUC the one with the lowest NLL."
)

Effect = Literal["undefended", "weaker", "unclear", "stronger", "unmeasured"]
EFFECT_WORDS: dict[Effect, str] = {
    "undefended": "compared with",
    "weaker": "weaker",
    "unclear": "no clear change",
    "stronger": "stronger",
    "unmeasured": NOT_MEASURED,
}


@dataclass(frozen=True)
class Advice:
    """The report's first sentence.

    Attributes:
        defense: Name of the defense to use, or None.
        headline: The advice in a few words.
        reason: One or two sentences with the numbers.
    """

    defense: str | None
    headline: str
    reason: str


@dataclass(frozen=True)
class _Difference:
    """A defense's strongest AUC minus the undefended model's.

    Attributes:
        value: The difference.
        p: Two-sided p-value of "no difference".
    """

    value: float
    p: float


@dataclass(frozen=True)
class _Candidate:
    """A defense that weakens the strongest attack.

    Attributes:
        row: Its row.
        auc: AUC of the strongest attack on it.
        change: Its accuracy minus the undefended model's, or None.
    """

    row: Defense
    auc: float
    change: float | None

    @property
    def affordable(self) -> bool:
        """Whether accuracy is known, and falls by no more than the budget."""
        return self.change is not None and self.change >= -ACCURACY_BUDGET


def effects(results: Results) -> dict[str, Effect]:
    """Judges the effect of each defense on the strongest attack.

    Args:
        results: Checked results.

    Returns:
        For each name of a defense: "weaker", "unclear" or "stronger" (the attack,
        compared with the undefended model), "unmeasured", or "undefended" for the
        undefended model itself.
    """
    base, *others = results["defenses"]
    pairs = results["profile"]["pairs"] or 0
    # Without pairs the interval is a bootstrap's over examples, close to normal.
    freedom = pairs - 1 if pairs >= 2 else 1e9
    differences = {
        row["name"]: difference
        for row in others
        if (difference := _difference(row, freedom)) is not None
    }
    adjusted = holm([difference.p for difference in differences.values()])
    found: dict[str, Effect] = {row["name"]: "unmeasured" for row in others}
    for (name, difference), p in zip(differences.items(), adjusted, strict=True):
        if p > LEVEL:
            found[name] = "unclear"
        else:
            found[name] = "weaker" if difference.value < 0 else "stronger"
    return {base["name"]: "undefended", **found}


def accuracy_change(results: Results, row: Defense) -> float | None:
    """Returns the accuracy of `row` minus the undefended model's, on non-members."""
    base, own = results["defenses"][0]["accuracy"], row["accuracy"]
    return None if base is None or own is None else own - base


def advise(results: Results) -> Advice:
    """Applies `RULE` to checked results.

    Args:
        results: Checked results.

    Returns:
        The advice. A void verdict gives none.
    """
    base, *others = results["defenses"]
    if results["verdict"]["status"] == "void":
        return Advice(
            None,
            "No advice: a control failed",
            "The attacks did not behave as they must on data whose answer is known, "
            "so none of these numbers supports a decision.",
        )
    if not others:
        return Advice(
            None, "Nothing to compare", "Only the undefended model was measured."
        )
    weaker = _weaker(results)
    affordable = [candidate for candidate in weaker if candidate.affordable]
    if affordable:
        lowest = min(candidate.auc for candidate in affordable)
        near = [c for c in affordable if c.auc <= lowest + TIE]
        return _advice_to_use(results, min(near, key=_nll_and_auc))
    tested = count(len(others), "defense")
    reason = (
        f"The strongest attack on the undefended model reaches AUC {_auc(base)}; "
        f"none of {tested} lowers it by a difference larger than chance"
    )
    if weaker:
        best = min(weaker, key=lambda candidate: candidate.auc)
        cost = (
            "with unknown accuracy"
            if best.change is None
            else f"and costs {points(-best.change)} points of accuracy".replace("+", "")
        )
        reason += (
            f" within {100 * ACCURACY_BUDGET:.0f} points of accuracy. "
            f"{best.row['name']} lowers it to {number(best.auc)} {cost}."
        )
    else:
        reason += "."
    return Advice(None, "None of these defenses earns its place", reason)


def _weaker(results: Results) -> list[_Candidate]:
    found = effects(results)
    return [
        _Candidate(row, row["strongest_auc"], accuracy_change(results, row))
        for row in results["defenses"]
        if found[row["name"]] == "weaker" and row["strongest_auc"] is not None
    ]


def _nll_and_auc(candidate: _Candidate) -> tuple[float, float]:
    nll = candidate.row["nll"]
    return math.inf if nll is None else nll, candidate.auc


def _advice_to_use(results: Results, candidate: _Candidate) -> Advice:
    row = candidate.row
    reason = _gain(results["defenses"][0], candidate)
    if results["verdict"]["status"] == "pass":
        return Advice(row["name"], f"Use {called(row)}", reason)
    failed = sum(check["outcome"] == "failed" for check in results["checks"])
    reason += f" Not final: {count(failed, 'check')} failed."
    return Advice(row["name"], f"Candidate: {called(row)}", reason)


def _auc(row: Defense) -> str:
    return estimate(
        row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]
    )


def _gain(base: Defense, candidate: _Candidate) -> str:
    row = candidate.row
    difference = signed(row["difference_auc"])
    limits = interval(row["difference_auc_low"], row["difference_auc_high"])
    text = (
        f"The strongest attack falls from AUC {number(base['strongest_auc'])} to "
        f"{number(candidate.auc)} (difference {difference} {limits}; 0.5 is "
        f"guessing). Accuracy {percent(row['accuracy'])}, "
        f"{points(candidate.change)} points."
    )
    if row["nll"] is not None and base["nll"] is not None:
        text += f" NLL {number(row['nll'], 2)}, undefended {number(base['nll'], 2)}."
    entry = (row["latency_ratio"] or {}).get("1")
    if entry:
        text += f" Latency × {ratio(entry)} for a single example."
    return text


def _difference(row: Defense, freedom: float) -> _Difference | None:
    """Returns the difference, its p-value read back from the 95 % interval."""
    low, high = row["difference_auc_low"], row["difference_auc_high"]
    value = row["difference_auc"]
    if low is None or high is None or value is None or row["strongest_auc"] is None:
        return None
    error = (high - low) / 2 / stdtrit(freedom, 0.975)
    if error == 0:  # the same scores in every pair, as for an identity layer
        return _Difference(value, 1.0 if value == 0 else 0.0)
    return _Difference(value, float(2 * stdtr(freedom, -abs(value) / error)))
