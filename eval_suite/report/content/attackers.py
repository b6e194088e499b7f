"""What attackers find who ask once or often, and which of their figures decides."""

import math

from eval_suite.report.content.change import Change
from eval_suite.report.content.change import Measurement
from eval_suite.report.content.change import change
from eval_suite.report.format import estimate
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import StrongestRow
from keras_entropy.attacks.attack_name import AttackName

# As in `keras_entropy.recommend`: AUCs that differ by less are the same.
TIE = 0.005


def strongest(row: Defense) -> Measurement:
    """Returns the AUC of the strongest attack that starts from nothing known."""
    return Measurement(
        row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"]
    )


def measured(found: StrongestRow | None) -> Measurement:
    """Returns the AUC of the strongest attack of a kind."""
    if found is None:
        return Measurement()
    return Measurement(found["auc"], found["auc_low"], found["auc_high"])


def _larger_kind(row: Defense) -> StrongestRow | None:
    """Returns the kind of attack that finds more than the headline, if one does.

    The headline is the strongest of all attacks, chosen and reported on different data,
    so that a kind may be above it by chance. A known start is no part of it.
    """
    kinds = (row["asked_once"], row["asked_often"], row["known_start"])
    found = [kind for kind in kinds if kind is not None]
    if row["strongest_auc"] is None or not found:
        return None
    largest = max(found, key=lambda kind: kind["auc"])
    return largest if largest["auc"] > row["strongest_auc"] + TIE else None


def deciding(row: Defense) -> Measurement:
    """Returns the AUC by which a defense is judged: the largest of all attackers'."""
    kind = _larger_kind(row)
    return strongest(row) if kind is None else measured(kind)


def difference(row: Defense, base: Defense) -> Change:
    """Returns the deciding AUC minus the undefended model's.

    Paired, as the run has it, where the headline decides; else as of independent runs.
    """
    if _larger_kind(row) is None:
        return Change(
            row["difference_auc"],
            row["difference_auc_low"],
            row["difference_auc_high"],
        )
    return change(deciding(row), deciding(base))


def ordered(results: Results) -> list[Defense]:
    """Returns the undefended model, then the defenses by the AUC that decides.

    The lowest is first, what was not measured last, equals in the order of the run.
    """
    base, *others = results["defenses"]
    return [base, *sorted(others, key=_auc_or_last)]


def _auc_or_last(row: Defense) -> float:
    auc = deciding(row).value
    return math.inf if auc is None else auc


def label_floor(results: Results) -> StrongestRow | None:
    """Returns what labels alone tell of the undefended model's members.

    A layer that keeps the label gives as much away, whatever else it does.
    """
    return results["defenses"][0]["labels_alone"]


def floor_sentence(results: Results) -> str:
    """Returns the label floor in a sentence, or nothing where it is unknown."""
    floor = label_floor(results)
    if floor is None:
        return ""
    auc = estimate(floor["auc"], floor["auc_low"], floor["auc_high"])
    often = AttackName.parse(floor["attack"]).asks_often
    return (
        f"Label floor: AUC {auc} by the labels alone of the undefended model, asked "
        f"{'often' if often else 'once'}; no layer that keeps them can hide it."
    )


def caveat(results: Results) -> str:
    """Returns what a verdict does not cover where no neighbors of an input were asked.

    Nothing where they were.
    """
    if results["threat_model"]["questions"] is not None:
        return ""
    reason = often_missing(results)
    why = f" ({reason})" if reason else ""
    return (
        "Not covered: an attacker who asks neighbors of an input. None were asked"
        f"{why}; behind a layer that keeps the label such an attacker finds more."
    )


def often_missing(results: Results) -> str:
    """Returns why neighbors of an input were not asked, if the run gives a reason."""
    for entry in results["not_measured"]:
        if "neighbors" in entry["what"].lower():
            return entry["reason"]
    return ""
