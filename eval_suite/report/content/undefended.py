"""The undefended models beside the first, and the defenses that they make pointless."""

from eval_suite.report.content import attackers
from eval_suite.report.content.change import Measurement
from eval_suite.report.content.change import change
from eval_suite.report.content.effects import LEVEL
from eval_suite.report.content.effects import degrees_of_freedom
from eval_suite.report.content.effects import rises
from eval_suite.report.format import called
from eval_suite.report.format import estimate
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from keras_entropy.attacks.statistics.holm import holm


def without_defense(row: Defense) -> bool:
    """Whether a row is of a model that nothing defends, and so is no defense."""
    return row["family"] == "none"


def defenses(results: Results) -> list[Defense]:
    """Returns the rows of defenses, in the order of the run."""
    return [row for row in results["defenses"] if not without_defense(row)]


def behind(results: Results) -> dict[str, str]:
    """Finds the defenses that an undefended model beats on both axes.

    Args:
        results: Checked results.

    Returns:
        For each defense that is less accurate and leaks more, both by more than chance
        after Holm's correction over all defenses and undefended models, the name of the
        undefended model that beats it, of several the one that leaks least.
    """
    rivals = {
        row["name"]: row for row in results["defenses"][1:] if without_defense(row)
    }
    p_values = {
        (row["name"], rival): p
        for row in defenses(results)
        for rival in rivals
        if (p := _p_value(results, row, rivals[rival])) is not None
    }
    better: dict[str, list[Defense]] = {}
    adjusted = holm(list(p_values.values()))
    for (name, rival), p in zip(p_values, adjusted, strict=True):
        if p <= LEVEL:
            better.setdefault(name, []).append(rivals[rival])
    return {
        name: min(found, key=lambda rival: attackers.deciding(rival).value or 0.0)[
            "name"
        ]
        for name, found in better.items()
    }


def _p_value(results: Results, row: Defense, rival: Defense) -> float | None:
    """Returns that of "not less accurate, or nothing more leaks", uncorrected.

    As the run has it, paired over models. Runs of earlier releases have none: there it
    is read from the intervals, as of independent runs, which marks fewer.
    """
    for beside in results.get("beside_controls", []):
        if (beside["defense"], beside["control"]) == (row["name"], rival["name"]):
            return beside["p_value"]
    freedom = degrees_of_freedom(results)
    leaks = change(attackers.deciding(row), attackers.deciding(rival))
    accurate = change(_accuracy(rival), _accuracy(row))
    found = [rises(difference, freedom) for difference in (leaks, accurate)]
    return None if None in found else max(p for p in found if p is not None)


def _accuracy(row: Defense) -> Measurement:
    return Measurement(row["accuracy"], row["accuracy_low"], row["accuracy_high"])


def rivals_sentence(results: Results) -> str:
    """Returns what undefended models reach that saw other examples, or nothing."""
    rivals = [row for row in results["defenses"][1:] if without_defense(row)]
    told = [
        f"{called(row)} {percent(row['accuracy'])} at AUC "
        f"{estimate(found.value, found.low, found.high)}"
        for row in rivals
        if (found := attackers.deciding(row)).value is not None
    ]
    if not told:
        return ""
    count = len(behind(results))
    beaten = (
        "No defense is"
        if not count
        else "1 defense is"
        if count == 1
        else f"{count} defenses are"
    )
    return (
        f" Without a defense: {', '.join(told)}. {beaten} beaten by one of these in "
        "accuracy and AUC."
    )
