"""What a run tested, and beside it what it did not: a verdict holds for the first."""

from typing import Literal

from eval_suite.report.content.attack_words import questions_in_words
from eval_suite.report.content.run.not_measured import by_reason
from eval_suite.report.content.run.on_reference import attacked_on_reference
from eval_suite.report.content.run.on_reference import not_attacked_on_reference
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

_NAMED = 4
_Found = Literal["asked_often", "known_start", "worst_off", "canaries"]


def was_tested(results: Results) -> list[str]:
    """Returns who attacked, and what was asked and measured.

    Args:
        results: Checked results.
    """
    model, dataset = results["threat_model"], results["dataset"]
    rows = results["defenses"]
    found = list(model["attacker"])
    if model["questions"] is not None:
        found.append(f"neighbors: {questions_in_words(model['questions'])}")
    if any(row["known_start"] is not None for row in rows):
        found.append("an attacker who knows the start of the training")
    if any(row["worst_off"] is not None for row in rows):
        found.append("the worst-off 5 % of the records, by themselves")
    if dataset.get("canaries"):
        found.append(f"{count(dataset['canaries'] or 0, 'canary', 'canaries')}")
    found += attacked_on_reference(rows)
    return [*found, f"data: {dataset['name']}, {_size(results)}"]


def not_tested(results: Results) -> list[str]:
    """Returns what the verdict does not cover, from the facts of the run.

    Args:
        results: Checked results.

    Returns:
        What the run itself says it left out, then what its rows lack: kinds of
        attacker, more questions, other data, exposed records and the reference.
    """
    found = list(results["threat_model"]["not_tested"])
    found += _attackers(results)
    found += _exposed(results)
    dataset, profile = results["dataset"], results["profile"]
    models = profile["architecture"]
    found.append(
        f"data other than {dataset['name']}"
        + ("" if models is None else f", models other than {models}")
    )
    if dataset["reference"]:
        found += not_attacked_on_reference(results["defenses"], dataset["reference"])
    return [*found, *_left_out(results)]


def _attackers(results: Results) -> list[str]:
    """Returns the kinds of attacker that nobody played, or not on all rows."""
    rows, questions = results["defenses"], results["threat_model"]["questions"]
    groups = {attack["group"] for attack in results["attacks"]}
    found = []
    if questions is None:
        found.append("an attacker who asks neighbors of an input: none were asked")
    else:
        found.append(f"more than {questions['count']} neighbors of each input")
        found += _lacking(rows, "asked_often", "many questions")
    if "label" not in groups and all(row["labels_alone"] is None for row in rows):
        found.append("an attacker who sees labels alone")
    if "shadow" not in groups:
        found.append("an attacker who trains shadow models")
    else:
        shadows = [row["shadows"] or 0 for row in results.get("shadow_counts", [])]
        found += [f"more than {max(shadows)} shadow models a target"] if shadows else []
    known = "an attacker who knows the start of the training"
    return [*found, *_lacking(rows, "known_start", known)]


def _exposed(results: Results) -> list[str]:
    """Returns the exposed records that were not looked at by themselves."""
    rows = results["defenses"]
    return [
        *_lacking(rows, "worst_off", "the worst-off 5 % of the records"),
        *_lacking(rows, "canaries", "canaries, records that are learned by heart"),
    ]


def _lacking(rows: list[Defense], key: _Found, what: str) -> list[str]:
    """Returns `what` with the rows that have nothing under `key`, if there are any."""
    names = [row["name"] for row in rows if row[key] is None]
    if not names:
        return []
    if len(names) == len(rows):
        return [f"{what}: tried on no row"]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return [f"{what}: not tried on {listing(names[:_NAMED])}{more}"]


def _left_out(results: Results) -> list[str]:
    """Returns how many checks were skipped, and how many figures are missing."""
    skipped = sum(check["outcome"] == "skipped" for check in results["checks"])
    missing = sum(reason.figures for reason in by_reason(results))
    found = []
    if skipped:
        found.append(f"{count(skipped, 'check')} skipped")
    if missing:
        found.append(f"{count(missing, 'figure')} not measured, each with its reason")
    return found


def _size(results: Results) -> str:
    population = results["dataset"]["population"]
    return "of unknown size" if population is None else f"{population:,} examples"
