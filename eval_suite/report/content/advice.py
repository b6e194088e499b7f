"""Which defense to use: one rule, applied to the rows and stated in the report."""

import math
from dataclasses import dataclass

from eval_suite.report.content import attackers
from eval_suite.report.content.attackers import TIE
from eval_suite.report.content.effects import LEVEL
from eval_suite.report.content.effects import effects
from eval_suite.report.content.undefended import behind
from eval_suite.report.content.undefended import defenses
from eval_suite.report.content.undefended import rivals_sentence
from eval_suite.report.format import called
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.report.format import ratio
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import StrongestRow

ACCURACY_BUDGET = 0.02
_NAMED = 3

RULE = (
    "A defense is recommended if the strongest attack on it, of one question or of "
    "many, is weaker than on the undefended model (paired difference, two-sided, "
    f"{100 * LEVEL:.0f} %, Holm-corrected over all defenses) and accuracy falls by "
    f"at most {100 * ACCURACY_BUDGET:.0f} points; among several, of those within "
    f"{TIE} of the lowest AUC the one with the lowest NLL. A defense that an "
    "undefended model of other examples beats in accuracy and AUC is not, nor one "
    "that nobody asked often in a run that asks often. Where an attacker may know the "
    "start of the training, the larger of both AUCs counts."
)


@dataclass(frozen=True)
class Advice:
    """The report's first sentence.

    Attributes:
        defense: Name of the defense to use, or None.
        headline: The advice in a few words.
        reason: A few sentences with the numbers.
        caveat: What it does not cover as no neighbors of an input were asked, or empty.
    """

    defense: str | None
    headline: str
    reason: str
    caveat: str = ""


@dataclass(frozen=True)
class _Candidate:
    """A defense that weakens the strongest attack.

    Attributes:
        row: Its row.
        auc: The AUC that decides: of the strongest attack on it.
        change: Its accuracy minus the undefended model's, or None.
    """

    row: Defense
    auc: float
    change: float | None

    @property
    def affordable(self) -> bool:
        """Whether accuracy is known, and falls by no more than the budget."""
        return self.change is not None and self.change >= -ACCURACY_BUDGET


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
    if not results["controls"]:
        return Advice(
            None,
            "No advice: no control was run",
            "Without data whose answer is known nobody can tell whether the attacks "
            "work: run `eval_suite/test_controls.py` as well.",
        )
    if results["verdict"]["status"] == "void":
        return Advice(
            None,
            "No advice: a control failed",
            "The attacks did not behave as they must on data whose answer is known, "
            "so none of these numbers supports a decision.",
        )
    caveat = attackers.caveat(results)
    if not defenses(results):
        reason = "Only the undefended model was measured."
        return Advice(None, "Nothing to compare", reason, caveat)
    better = _better(results)
    affordable = [candidate for candidate in better if candidate.affordable]
    if not affordable:
        reason = _none(results, better) + _traps(results) + rivals_sentence(results)
        return Advice(None, "None of these defenses earns its place", reason, caveat)
    lowest = min(candidate.auc for candidate in affordable)
    near = [c for c in affordable if c.auc <= lowest + TIE]
    best = min(near, key=_nll_and_auc)
    base = results["defenses"][0]
    reason = _gain(base, best) + _traps(results) + rivals_sentence(results)
    if results["verdict"]["status"] == "pass":
        return Advice(best.row["name"], f"Use {called(best.row)}", reason, caveat)
    failed = sum(check["outcome"] == "failed" for check in results["checks"])
    reason += f" Not final: {count(failed, 'check')} failed."
    return Advice(best.row["name"], f"Candidate: {called(best.row)}", reason, caveat)


def _better(results: Results) -> list[_Candidate]:
    found, beaten = effects(results), behind(results)
    return [
        _Candidate(row, auc, accuracy_change(results, row))
        for row in defenses(results)
        if found[row["name"]] == "less"
        and row["name"] not in beaten
        and _asked_enough(results, row)
        and (auc := attackers.deciding(row).value) is not None
    ]


def _asked_enough(results: Results, row: Defense) -> bool:
    """Whether a row was asked often, in a run that asks often.

    One that escaped these attacks looks safer than those that did not.
    """
    return (
        results["threat_model"]["questions"] is None or row["asked_often"] is not None
    )


def _nll_and_auc(candidate: _Candidate) -> tuple[float, float]:
    nll = candidate.row["nll"]
    return math.inf if nll is None else nll, candidate.auc


def _none(results: Results, better: list[_Candidate]) -> str:
    """Says why no defense is recommended."""
    base, others = results["defenses"][0], defenses(results)
    found = attackers.deciding(base)
    reason = (
        "The strongest attack on the undefended model reaches AUC "
        f"{estimate(found.value, found.low, found.high)}; none of "
        f"{count(len(others), 'defense')} lowers it by a difference larger than chance"
    )
    if not better:
        return f"{reason}."
    best = min(better, key=lambda candidate: candidate.auc)
    cost = (
        "with unknown accuracy"
        if best.change is None
        else f"and costs {points(-best.change)} points of accuracy".replace("+", "")
    )
    return (
        f"{reason} within {100 * ACCURACY_BUDGET:.0f} points of accuracy. "
        f"{best.row['name']} lowers it to {number(best.auc)} {cost}."
    )


def _gain(base: Defense, candidate: _Candidate) -> str:
    row = candidate.row
    change = attackers.difference(row, base)
    before = number(attackers.deciding(base).value)
    text = (
        f"The strongest attack falls from AUC {before} to {number(candidate.auc)} "
        f"(difference {change.words()}; 0.5 is guessing)"
        f"{_by_attacker(row, base)}. Accuracy {percent(row['accuracy'])}, "
        f"{points(candidate.change)} points."
    )
    if row["nll"] is not None and base["nll"] is not None:
        text += f" NLL {number(row['nll'], 2)}, undefended {number(base['nll'], 2)}."
    entry = (row["latency_ratio"] or {}).get("1")
    if entry:
        text += f" Latency × {ratio(entry)} for a single example."
    return text


def _by_attacker(row: Defense, base: Defense) -> str:
    """Says what each attacker finds, where both were tried."""
    once, often = row["asked_once"], row["asked_often"]
    if once is None or often is None:
        return ""
    before = base["asked_once"], base["asked_often"]
    undefended = [number(found["auc"]) for found in before if found is not None]
    return f": {number(once['auc'])} asked once, {number(often['auc'])} asked often" + (
        f" (undefended {' and '.join(undefended)})" if len(undefended) == 2 else ""
    )


def _traps(results: Results) -> str:
    """Names the defenses that look safe only to an attacker who asks once."""
    base, *others = attackers.ordered(results)
    found = effects(results)
    traps = [
        (row["name"], number(once["auc"]), number(often["auc"]))
        for row in others
        if found[row["name"]] == "more"
        and (once := row["asked_once"]) is not None
        and (often := row["asked_often"]) is not None
        and _auc(once) < _auc(base["asked_once"])
        and _auc(often) > (base["strongest_auc"] or 0.0)
    ]
    if not traps:
        return ""
    names, once_aucs, often_aucs = zip(*traps[:_NAMED], strict=True)
    one = len(names) == 1
    text = (
        f" {listing(names)} {'looks' if one else 'look'} safer than no defense to an "
        f"attacker who asks once (AUC {listing(once_aucs)}) and "
        f"{'leaks' if one else 'leak'} more to one who asks often "
        f"({listing(often_aucs)})."
    )
    more = len(traps) - _NAMED
    return text if more <= 0 else f"{text} So do {more} more."


def _auc(found: StrongestRow | None) -> float:
    return -math.inf if found is None else found["auc"]
