"""The last words of a run: three sentences that someone in a hurry can act on."""

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import advise
from eval_suite.report.content.doctor.claims_in_words import claim_sentences
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results


def closing_words(results: Results) -> list[str]:
    """Returns whether to believe the run, what leaks, and what to do about it.

    Args:
        results: Checked results.

    Returns:
        Three sentences without control characters; with the profile doctor, what was
        decided of each claim in place of the last.
    """
    decided = claim_sentences(results)
    end = decided or [_do(results)]
    return [one_line(text) for text in (_belief(results), _leak(results), *end)]


def _belief(results: Results) -> str:
    status = results["verdict"]["status"]
    lines = results["verdict"]["lines"]
    said = lines[0] if lines else ""
    return f"{status.upper()}: {said}" if said else status.upper()


def _leak(results: Results) -> str:
    base = results["defenses"][0]
    found = attackers.deciding(base)
    if found.value is None:
        return "How much the undefended model leaks was not measured."
    kinds = [
        f"{number(kind['auc'])} if {words}"
        for kind, words in (
            (base["asked_once"], "asked once"),
            (base["asked_often"], "asked often"),
        )
        if kind is not None
    ]
    told = f" ({', '.join(kinds)})" if kinds else ""
    return (
        "Without a defense the strongest attack tells members from non-members with "
        f"AUC {number(found.value)}{told}; 0.5 is guessing."
    )


def _do(results: Results) -> str:
    advice = advise(results)
    chosen = next(
        (row for row in results["defenses"] if row["name"] == advice.defense), None
    )
    told = f"{advice.headline}{'' if chosen is None else _worth(results, chosen)}."
    return f"{told} {advice.caveat}".rstrip()


def _worth(results: Results, chosen: Defense) -> str:
    return (
        f": AUC {number(attackers.deciding(chosen).value)}, accuracy "
        f"{percent(chosen['accuracy'])} (without it "
        f"{percent(results['defenses'][0]['accuracy'])})"
    )
