"""report.md: the report in the size of a pull-request comment."""

import re

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import RULE
from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.doctor.claims_in_words import claim_sentences
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.effects import effects_in_words
from eval_suite.report.content.guarantees import guarantee_words
from eval_suite.report.content.other_sources.published_figures import faithfulness_table
from eval_suite.report.content.other_sources.published_figures import is_study
from eval_suite.report.content.other_sources.tf_privacy import null_run_sentence
from eval_suite.report.content.other_sources.tf_privacy import null_runs
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.coverage import not_tested
from eval_suite.report.content.run.coverage import was_tested
from eval_suite.report.content.run.exposure_order import exposure_order
from eval_suite.report.content.run.not_measured import by_reason
from eval_suite.report.content.run.on_reference import on_reference_words
from eval_suite.report.content.run.run_facts import CANARIES
from eval_suite.report.content.run.run_facts import COMMONEST
from eval_suite.report.content.run.run_facts import constant_answer
from eval_suite.report.content.run.run_facts import other_evidence
from eval_suite.report.content.run_comparison import RunComparison
from eval_suite.report.content.strengths import in_words
from eval_suite.report.format import NOT_MEASURED
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import ratio
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results

LIMIT = 60_000  # bytes; GitHub refuses comments of more than 65,536 characters
_LISTED = 100
_LISTED_LINES = 20
_ENTRY = 1000  # characters of a failure, or of a reason with the rows it is of
_ENGINE_KEYS = ("auc", "own_auc", "advantage", "own_advantage")


def render_markdown(rows: Rows, comparison: RunComparison | None = None) -> str:
    """Renders report.md: verdict and table first, below 60,000 bytes.

    Args:
        rows: The run.
        comparison: With another run, if wanted.

    Returns:
        GitHub-flavoured Markdown in which names from the run have no effect.
    """
    results = rows.results
    status = results["verdict"]["status"].upper()
    head = [
        f"# {_escape(results['title'])}",
        "",
        f"**{status}.** **{_escape(rows.advice.headline)}.** "
        f"{_escape(rows.advice.reason)}",
        "",
        *([f"**{_escape(rows.advice.caveat)}**", ""] if rows.advice.caveat else []),
        *[f"- {_escape(line)}" for line in results["verdict"]["lines"][:_LISTED_LINES]],
        *[f"- {_escape(line)}" for line in claim_sentences(results)],
        *[f"- {_escape(line)}" for line in _control_lines(results)],
        *[f"- {_escape(line, 2000)}" for line in _facts(results)],
        "",
    ]
    tail = [
        "",
        *(_compared(comparison) if comparison else []),
        *_exposed(results),
        *_strengths(results),
        *_study(results),
        *_engines(results),
        *_problems(results),
        f"Rule: {_escape(RULE)}",
        "",
        f"`{_code(results['command'])}` on {_escape(results['dataset']['name'])}, "
        f"profile {_escape(results['profile']['name'])}, "
        f"{_escape(results['created'])}.",
        "",
    ]
    listed = min(len(rows.defenses), _LISTED)
    while True:
        text = "\n".join([*head, *_table(rows, listed), *tail])
        if len(text.encode()) < LIMIT or listed <= 1:
            return text
        listed //= 2


def _exposed(results: Results) -> list[str]:
    """Returns what canaries are, and whether exposure has the published order."""
    lines = exposure_order(results)
    if any(row["canaries"] is not None for row in results["defenses"]):
        lines.insert(0, CANARIES)
    return [*[f"- {_escape(line)}" for line in lines], ""] if lines else []


def _strengths(results: Results) -> list[str]:
    """Returns the defenses and strengths that no other one beats."""
    found = results["frontier"]
    best = [row for row in in_words(found) if not row["dominated"]]
    if not best:
        return []
    lines = [
        f"**By strength.** {len(best)} of {len(found)} are not dominated on AUC, "
        "accuracy and NLL:",
        "",
        "| defense and strength | AUC | asked once | asked often | accuracy | NLL | "
        "calibration error |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for row in best[:_LISTED_LINES]:
        aucs = (row["auc"], row["once"], row["often"])
        cells = (*aucs, row["accuracy"], row["nll"], row["ece"])
        lines.append(f"| {_escape(row['name'], 60)} | {' | '.join(cells)} |")
    if len(best) > _LISTED_LINES:
        lines += ["", f"{count(len(best) - _LISTED_LINES, 'more row')} in the page."]
    return [*lines, ""]


def _study(results: Results) -> list[str]:
    if not is_study(results):
        return []
    return ["**Beside the study**", "", *faithfulness_table(results), ""]


def _engines(results: Results) -> list[str]:
    runs = null_runs(results)
    if not runs:
        return []
    lines = [
        f"**Beside TensorFlow Privacy.** {null_run_sentence(results)}",
        "",
        "| data without a signal | attack | its AUC | ours | its advantage | ours |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for run in runs[:_LISTED_LINES]:
        words = run.words()
        figures = (words[key] for key in _ENGINE_KEYS)
        cells = (_escape(run.law, 60), _escape(run.attack, 60), *figures)
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _control_lines(results: Results) -> list[str]:
    lines = []
    for kind in ("null", "positive"):
        passed = [c["passed"] for c in results["controls"] if c["kind"] == kind]
        total = count(len(passed), f"{kind} control")
        lines.append(f"{sum(passed)} of {total} as expected")
    return lines


def _facts(results: Results) -> list[str]:
    """Returns what was tested and what was not, the label floor, and a reference."""
    constant = constant_answer(results)
    lines = [
        f"Tested: {'; '.join(was_tested(results))}",
        f"Not tested: {'; '.join(not_tested(results))}",
        attackers.floor_sentence(results),
        *(f"{name}: {text}" for name, text in other_evidence(results)),
        "" if constant is None else f"{COMMONEST}: {constant}",
    ]
    return [line for line in lines if line]


def _table(rows: Rows, listed: int) -> list[str]:
    known = any(row["known_start"] is not None for row in rows.defenses)
    exposed = any(row["worst_off"] is not None for row in rows.defenses)
    learned = any(row["canaries"] is not None for row in rows.defenses)
    halved = any(row["on_reference"] is not None for row in rows.defenses)
    proved = any(row.get("guarantee") is not None for row in rows.defenses)
    headers = (
        "defense",
        "effect",
        "strongest attack",
        "AUC",
        "asked once",
        "asked often",
        *(["known start"] if known else []),
        *(["worst-off 5 %"] if exposed else []),
        *(["canaries"] if learned else []),
        *(["reference"] if halved else []),
        *(["guarantee"] if proved else []),
        "change",
        "accuracy",
        "latency",
        "illusion gap",
    )
    lines = [
        "| " + " | ".join(headers) + " |",
        "|" + "---|" * 3 + "---:|" * (len(headers) - 3),
        *[
            _line(
                rows,
                row,
                known=known,
                exposed=exposed,
                learned=learned,
                halved=halved,
                proved=proved,
            )
            for row in rows.defenses[:listed]
        ],
    ]
    if listed < len(rows.defenses):
        lines += ["", f"{count(len(rows.defenses) - listed, 'more row')} in the page."]
    return [*lines, "", effects_in_words()]


def _line(
    rows: Rows,
    row: Defense,
    *,
    known: bool,
    exposed: bool,
    learned: bool,
    halved: bool,
    proved: bool,
) -> str:
    effect = rows.effects[row["name"]]
    title = "" if row["title"] == row["name"] else f" {_escape(row['title'], 60)}"
    if row["name"] in rows.behind:
        title += f" (behind {_escape(rows.behind[row['name']], 60)})"
    change = attackers.difference(row, rows.base)
    auc = (row["strongest_auc"], row["strongest_auc_low"], row["strongest_auc_high"])
    times = ratio((row["latency_ratio"] or {}).get("1"))
    bold = "**" if row["name"] == rows.advice.defense else ""
    kinds = [
        row["asked_once"],
        row["asked_often"],
        *([row["known_start"]] * known),
        *([row["worst_off"]] * exposed),
        *([row["canaries"]] * learned),
    ]
    cells = (
        f"{bold}{_escape(row['name'], 60)}{bold}{title}",
        EFFECT_WORDS[effect],
        _escape(attack_words(row["strongest_attack"]), 80),
        estimate(*auc),
        *(number(attackers.measured(kind).value) for kind in kinds),
        *([on_reference_words(row)] * halved),
        *([guarantee_words(row)] * proved),
        "" if effect == "undefended" else change.words() or NOT_MEASURED,
        percent(row["accuracy"]),
        times if row["latency_ratio"] is None else f"× {times}",
        signed(row["illusion_gap"]),
    )
    return "| " + " | ".join(cells) + " |"


def _compared(comparison: RunComparison) -> list[str]:
    """Returns the outcome, and the rows whose attack changed clearly."""
    clear = [row for row in comparison.rows if row.judged.clear]
    lines = [
        f"**Compared with {_escape(comparison.other)}.** "
        f"{_escape(comparison.sentence, 2000)}",
        "",
        *[f"- Caution: {_escape(warning)}" for warning in comparison.warnings],
        *[
            f"- {_escape(row.name, 60)}: AUC {row.judged.words()}, accuracy "
            f"{row.accuracy.in_points() or 'not measured'} points"
            for row in clear[:_LISTED_LINES]
        ],
    ]
    return [*lines, ""]


def _problems(results: Results) -> list[str]:
    """Returns failed controls, failed checks and missing measurements."""
    sections = {
        "Failed controls": [
            f"{c['name']}: {estimate(c['auc'], c['auc_low'], c['auc_high'])}, expected "
            f"{c['expected']}"
            for c in results["controls"]
            if not c["passed"]
        ],
        "Failed checks": [
            f"{check['test']}: {check['message'] or 'no message'}"
            for check in results["checks"]
            if check["outcome"] == "failed"
        ],
        "Not measured": [missing.words() for missing in by_reason(results)],
    }
    lines: list[str] = []
    for title, entries in sections.items():
        if entries:
            lines += [f"**{title}**", ""]
            lines += [
                f"- {_escape(entry, _ENTRY)}" for entry in entries[:_LISTED_LINES]
            ]
            if len(entries) > _LISTED_LINES:
                lines.append(f"- and {len(entries) - _LISTED_LINES} more")
            lines.append("")
    return lines


def _escape(text: str, width: int = 1000) -> str:
    """Returns text that renders as itself: no markup, no mention, no table cell."""
    text = one_line(str(text), width).replace("&", "&amp;").replace("<", "&lt;")
    text = re.sub(r"([\\`*_{}\[\]()#+!|~>$])", r"\\\1", text)
    return text.replace("@", "@\u200b").replace("://", ":\u200b//")


def _code(text: str) -> str:
    return one_line(text, 300).replace("`", "'")
