"""The README's sentences on what the reference study asked, claim by claim."""

from collections.abc import Mapping

from eval_suite.results.contents import Results
from eval_suite.results.doctor.rows import ClaimRow
from eval_suite.results.doctor.rows import Doctor


def study_question(runs: Mapping[str, Results]) -> str:
    """Returns a line for each claim: what it says, and what came out on each dataset.

    Claims of one letter and number stand on one line.

    Args:
        runs: By the dataset's name for people, checked results of a run with
            `--profile doctor`.

    Raises:
        ValueError: If a run tested no claims.
    """
    found = {dataset: _doctor(dataset, results) for dataset, results in runs.items()}
    first = next(iter(found.values()))
    names = dict.fromkeys(_short(claim) for claim in first["claims"])
    lines = []
    for name in names:
        claims = [claim for claim in first["claims"] if _short(claim) == name]
        outcomes = [
            f"{_part(claim)}{_outcomes(claim['claim'], found)}" for claim in claims
        ]
        says = claims[0]["says"].removesuffix(".")
        lines.append(
            f"* **{name}**, {says[0].lower()}{says[1:]}: {'; '.join(outcomes)}."
        )
    return "\n".join(lines)


def _doctor(dataset: str, results: Results) -> Doctor:
    found = results.get("doctor")
    if not found:
        raise ValueError(
            f"The run on {dataset} tested no claims. The guides need one with "
            "--profile doctor."
        )
    return found


def _short(claim: ClaimRow) -> str:
    return claim["claim"].split(",")[0]


def _part(claim: ClaimRow) -> str:
    part = claim["claim"].removeprefix(_short(claim)).removeprefix(", ")
    return f"{part}: " if part else ""


def _outcomes(name: str, found: Mapping[str, Doctor]) -> str:
    told = {dataset: _outcome(name, doctor) for dataset, doctor in found.items()}
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return ", ".join(f"{outcome} on {dataset}" for dataset, outcome in told.items())


def _outcome(name: str, doctor: Doctor) -> str:
    """Returns the decision, and where it is none how the comparisons are divided."""
    decision = next(c["decision"] for c in doctor["claims"] if c["claim"] == name)
    if decision != "not decided":
        return decision
    compared = [
        row["decision"] for row in doctor["comparisons"] if row["claim"] == name
    ]
    return (
        f"{decision} ({compared.count('supported')} of {len(compared)} comparisons for "
        f"it, {compared.count('refuted')} against)"
    )
