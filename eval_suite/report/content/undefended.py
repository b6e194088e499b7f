"""The undefended models beside the first, and the defenses that they make pointless."""

from eval_suite.report.content import attackers
from eval_suite.report.format import called
from eval_suite.report.format import estimate
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results


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
        For each defense that is less accurate and leaks more, by more than both
        intervals, the name of the undefended model that beats it, of several the one
        that leaks least.
    """
    rivals = [row for row in results["defenses"][1:] if without_defense(row)]
    found = {}
    for row in defenses(results):
        better = [rival for rival in rivals if _beats(rival, row)]
        if better:
            best = min(better, key=lambda rival: attackers.deciding(rival).value or 0.0)
            found[row["name"]] = best["name"]
    return found


def _beats(rival: Defense, row: Defense) -> bool:
    ours, theirs = attackers.deciding(row), attackers.deciding(rival)
    if row["accuracy"] is None or rival["accuracy"] is None:
        return False
    if ours.low is None or theirs.high is None:
        return False
    return row["accuracy"] < rival["accuracy"] and ours.low > theirs.high


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
