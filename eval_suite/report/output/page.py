"""index.html: one file that needs nothing else, from rows and drawn figures."""

import base64
import hashlib
from importlib import resources
from typing import Any
from typing import TypedDict

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from eval_suite.report.content import attackers
from eval_suite.report.content import defense_table
from eval_suite.report.content import run_facts
from eval_suite.report.content.advice import RULE
from eval_suite.report.content.attack_words import kinds_in_words
from eval_suite.report.content.claims import LEGEND
from eval_suite.report.content.defense_details import Details
from eval_suite.report.content.defense_details import details
from eval_suite.report.content.other_sources import tf_privacy
from eval_suite.report.content.other_sources.published_figures import beside_study
from eval_suite.report.content.other_sources.published_figures import is_study
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run_comparison import METHOD
from eval_suite.report.content.run_comparison import RunComparison
from eval_suite.report.content.strengths import in_words
from eval_suite.report.content.table_columns import columns
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import moment
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import visible
from eval_suite.results.contents import Check
from eval_suite.results.contents import Results

_ANSWERS = {
    "pass": "Yes: every check passed",
    "fail": "Not yet: {} failed",
    "void": "No: a control failed or none was run",
}
_LINES = 4  # of the verdict in the summary
_LINE = 160  # characters of each
_NULL_RUNS = 60
_KINDS = {"null": "Null controls", "positive": "Positive controls"}


class _Tally(TypedDict):
    """A reason to believe the numbers, or not to."""

    good: bool
    text: str


class _Control(TypedDict):
    """A row of the table of controls."""

    name: str
    passed: bool
    auc: str
    expected: str | float
    detail: str


def render_page(
    rows: Rows,
    figures: list[tuple[Drawing, str]],
    comparison: RunComparison | None = None,
) -> str:
    """Renders the page.

    Args:
        rows: The run.
        figures: Each drawing with its SVG (empty where nothing was drawn).
        comparison: With another run, if wanted.

    Returns:
        An HTML document. Every name from the run is escaped; a content security
        policy allows no script but the page's own and no connection at all.
    """
    environment = Environment(
        loader=PackageLoader("eval_suite.report.output"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = _asset("page.js")
    return environment.get_template("index.html.j2").render(
        **_document(rows),
        css=Markup(_asset("style.css")),
        script=Markup(script),
        script_hash=_hash(script),
        compared=comparison and _compared(comparison),
        figures=[{**vars(drawing), "svg": Markup(svg)} for drawing, svg in figures],
    )


def _compared(comparison: RunComparison) -> dict[str, object]:
    return {
        "other": comparison.other,
        "warnings": comparison.warnings,
        "sentence": comparison.sentence,
        "method": METHOD,
        "rows": [
            {
                "name": row.name,
                "presence": row.presence,
                # Not "clear": in a template that is the method of the dict.
                "decided": {
                    "auc": row.auc.clear and row.judged is row.auc,
                    "once": row.once.clear and row.judged is row.once,
                },
                "auc": row.auc.words(),
                "once": row.once.words(),
                "often": row.often.words(),
                "accuracy": row.accuracy.in_points(),
                "latency": row.latency.words(2),
            }
            for row in comparison.rows
        ],
    }


def _visible(value: Any) -> Any:
    """Cleans names that users gave; the page's own parts are Markup and stay."""
    return visible(value) if type(value) is str else value


def _asset(name: str) -> str:
    folder = resources.files("eval_suite.report.output") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _document(rows: Rows) -> dict[str, object]:
    results = rows.results
    shown = details(rows)
    return {
        "title": results["title"],
        "command": results["command"],
        "environment": results["environment"],
        "dataset": results["dataset"],
        "profile": results["profile"],
        "threat_model": results["threat_model"],
        "created": moment(results["created"]),
        "not_measured": results["not_measured"],
        "verdict": results["verdict"],
        "answer": _ANSWERS[results["verdict"]["status"]].format(_failed(results)),
        "advice": rows.advice,
        "rule": RULE,
        "tallies": _tallies(rows),
        "tested": run_facts.tested(results),
        "floor": attackers.floor_sentence(results),
        "columns": columns(results),
        "families": defense_table.families(rows),
        "table": defense_table.table(rows),
        "scale": defense_table.Scale(rows).style,
        "badge_legend": [*LEGEND, *defense_table.beaten_legend(rows)],
        "strengths": in_words(results["frontier"]),
        "details": shown,
        "kinds": kinds_in_words(results),
        "engines": _engines(results),
        "study": _study(rows, shown),
        "size_facts": run_facts.size(results),
        "model_facts": run_facts.model(results),
        "run_facts": run_facts.run(results),
        "controls": _controls(results),
        "checks": _checks(results),
        **_omissions(rows),
    }


def _engines(results: Results) -> dict[str, object] | None:
    runs = tf_privacy.null_runs(results)
    if not runs:
        return None
    rows = [{"law": run.law, "attack": run.attack, **run.words()} for run in runs]
    return {"finding": tf_privacy.null_run_sentence(results), "rows": rows[:_NULL_RUNS]}


def _study(rows: Rows, shown: list[Details]) -> list[dict[str, object]] | None:
    if not is_study(rows.results):
        return None
    anchors = {defense["name"]: defense["anchor"] for defense in shown}
    return [
        {
            "name": model.row["name"],
            "title": model.row["title"],
            "anchor": anchors.get(model.row["name"]),
            "pairs": model.pairs,
            "why": model.why,
        }
        for model in beside_study(rows.results)
    ]


def _failed(results: Results) -> str:
    failed = [check for check in results["checks"] if check["outcome"] == "failed"]
    return count(len(failed), "check") if failed else "a check"


def _tallies(rows: Rows) -> list[_Tally]:
    """Returns the reasons to believe the numbers, or not, each marked good or bad."""
    results = rows.results
    failed = results["verdict"]["status"] != "pass"
    reasons = results["verdict"]["lines"]
    lines: list[_Tally] = [
        {"good": not failed, "text": one_line(line, _LINE)} for line in reasons[:_LINES]
    ]
    if len(reasons) > _LINES:
        text = f"and {len(reasons) - _LINES} more, see controls and checks"
        lines.append({"good": not failed, "text": text})
    for kind, title in _KINDS.items():
        passed = [c["passed"] for c in results["controls"] if c["kind"] == kind]
        lines.append(
            {
                "good": bool(passed) and all(passed),
                "text": f"{title}: {sum(passed)} of {len(passed)} as expected"
                if passed
                else f"{title}: none was run",
            }
        )
    smallest = results["threat_model"]["minimum_detectable_auc"]
    if smallest is not None:
        lines.append(
            {
                "good": True,
                "text": f"A leak of AUC {number(smallest)} or more would be seen",
            }
        )
    return lines


def _omissions(rows: Rows) -> dict[str, str]:
    if not rows.omitted:
        return {"omitted_note": "", "drawn_note": "", "omitted_details": ""}
    kept = len(rows.drawn) - 1
    omitted = count(rows.omitted, "defense")
    return {
        "omitted_note": f"{count(len(rows.defenses) - 1, 'defense')}; the figures show "
        f"the {kept} with the lowest AUC, asked once or often.",
        "drawn_note": f"Not drawn: {omitted} with higher AUCs or none.",
        "omitted_details": f"{omitted} more: see the table, and results.json for each "
        "attack.",
    }


def _controls(results: Results) -> list[tuple[str, list[_Control]]]:
    found = []
    for kind, title in _KINDS.items():
        rows: list[_Control] = [
            {
                "name": control["name"],
                "passed": control["passed"],
                "auc": estimate(
                    control["auc"], control["auc_low"], control["auc_high"]
                ),
                "expected": "" if control["expected"] is None else control["expected"],
                "detail": control["detail"] or "",
            }
            for control in results["controls"]
            if control["kind"] == kind
        ]
        if rows:
            found.append((title, sorted(rows, key=lambda row: row["passed"])))
    return found


def _checks(results: Results) -> list[tuple[str, list[Check]]]:
    found = []
    for outcome in ("failed", "skipped", "passed"):
        rows = [row for row in results["checks"] if row["outcome"] == outcome]
        if rows:
            found.append((outcome, rows))
    return found
