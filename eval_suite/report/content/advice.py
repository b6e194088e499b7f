"""Which defense to use: one rule, applied to the rows and stated in the report."""

import math
from dataclasses import dataclass

from scipy.special import stdtr
from scipy.special import stdtrit

from eval_suite.report.format import called
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import interval
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.report.format import ratio
from eval_suite.report.format import signed

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


@dataclass(frozen=True)
class Recommendation:
    """What the report's first sentence says.

    Attributes:
        defense: Name of the defense to use, or None.
        headline: The advice in a few words.
        reason: One or two sentences with the numbers.
    """

    defense: str | None
    headline: str
    reason: str


def effects(results: dict) -> dict[str, str]:
    """Judges the effect of each defense on the strongest attack.

    Args:
        results: A checked results dict.

    Returns:
        For each defense name "reference" (the undefended model), "weaker",
        "unclear", "stronger" (the attack, against the undefended model) or
        "unmeasured".
    """
    base, *others = results["defenses"]
    pairs = results["profile"]["pairs"] or 0
    # Without pairs the interval is a bootstrap's over examples, close to normal.
    freedom = pairs - 1 if pairs >= 2 else 1e9
    p_values = {row["name"]: _p_value(row, freedom) for row in others}
    rejected = _holm({n: p for n, p in p_values.items() if p is not None})
    found = {base["name"]: "reference"}
    for row in others:
        if p_values[row["name"]] is None:
            found[row["name"]] = "unmeasured"
        elif row["name"] not in rejected:
            found[row["name"]] = "unclear"
        else:
            found[row["name"]] = "weaker" if row["difference_auc"] < 0 else "stronger"
    return found


def accuracy_change(results: dict, row: dict) -> float | None:
    """Returns the accuracy of `row` minus the undefended model's, on non-members."""
    base = results["defenses"][0]["accuracy"]
    return None if None in (base, row["accuracy"]) else row["accuracy"] - base


def recommend(results: dict) -> Recommendation:
    """Applies `RULE` to checked results.

    Args:
        results: A checked results dict.

    Returns:
        The advice. A void verdict gives none.
    """
    base, *others = results["defenses"]
    if results["verdict"]["status"] == "void":
        return Recommendation(
            None,
            "No advice: a control failed",
            "The attacks did not behave as they must on data whose answer is known, "
            "so none of these numbers supports a decision.",
        )
    if not others:
        return Recommendation(
            None, "Nothing to compare", "Only the undefended model was measured."
        )
    found = effects(results)
    weaker = [row for row in others if found[row["name"]] == "weaker"]
    affordable = [row for row in weaker if _affordable(results, row)]
    if affordable:
        lowest = min(row["strongest_auc"] for row in affordable)
        near = [row for row in affordable if row["strongest_auc"] <= lowest + TIE]
        return _advise(results, min(near, key=_nll_and_auc))
    tested = count(len(others), "defense")
    reason = (
        f"The strongest attack on the undefended model reaches AUC {_auc(base)}; "
        f"none of {tested} lowers it by a difference larger than chance"
    )
    if weaker:
        best = min(weaker, key=lambda row: row["strongest_auc"])
        change = accuracy_change(results, best)
        cost = (
            "with unknown accuracy"
            if change is None
            else f"and costs {points(-change)} points of accuracy".replace("+", "")
        )
        reason += (
            f" within {100 * ACCURACY_BUDGET:.0f} points of accuracy. "
            f"{best['name']} lowers it to {number(best['strongest_auc'])} {cost}."
        )
    else:
        reason += "."
    return Recommendation(None, "None of these defenses earns its place", reason)


def _nll_and_auc(row: dict) -> tuple[float, float]:
    return math.inf if row["nll"] is None else row["nll"], row["strongest_auc"]


def _advise(results: dict, row: dict) -> Recommendation:
    reason = _gain(results, row)
    if results["verdict"]["status"] == "pass":
        return Recommendation(row["name"], f"Use {called(row)}", reason)
    failed = sum(check["outcome"] == "failed" for check in results["checks"])
    reason += f" Not final: {count(failed, 'check')} failed."
    return Recommendation(row["name"], f"Candidate: {called(row)}", reason)


def _auc(row: dict) -> str:
    return estimate(
        row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]
    )


def _gain(results: dict, row: dict) -> str:
    base = results["defenses"][0]
    difference = signed(row["difference_auc"])
    limits = interval(row["difference_auc_low"], row["difference_auc_high"])
    change = points(accuracy_change(results, row))
    text = (
        f"The strongest attack falls from AUC {number(base['strongest_auc'])} to "
        f"{number(row['strongest_auc'])} (difference {difference} {limits}; 0.5 is "
        f"guessing). Accuracy {percent(row['accuracy'])}, {change} points."
    )
    if None not in (row["nll"], base["nll"]):
        text += f" NLL {number(row['nll'], 2)}, undefended {number(base['nll'], 2)}."
    entry = (row["latency_ratio"] or {}).get("1")
    if entry:
        text += f" Latency × {ratio(entry)} for a single example."
    return text


def _affordable(results: dict, row: dict) -> bool:
    change = accuracy_change(results, row)
    return change is not None and change >= -ACCURACY_BUDGET


def _p_value(row: dict, freedom: float) -> float | None:
    """Returns the two-sided p of "no difference", read back from the 95 % interval."""
    low, high = row["difference_auc_low"], row["difference_auc_high"]
    difference = row["difference_auc"]
    if None in (low, high, difference, row["strongest_auc"]):
        return None
    error = (high - low) / 2 / stdtrit(freedom, 0.975)
    if error == 0:  # the same scores in every pair, as for an identity layer
        return 1.0 if difference == 0 else 0.0
    return float(2 * stdtr(freedom, -abs(difference) / error))


def _holm(p_values: dict[str, float]) -> set[str]:
    """Returns the names rejected by Holm's step-down procedure at `LEVEL`."""
    rejected = set()
    ordered = sorted(p_values, key=p_values.get)
    for place, name in enumerate(ordered):
        if p_values[name] > LEVEL / (len(ordered) - place):
            break
        rejected.add(name)
    return rejected
