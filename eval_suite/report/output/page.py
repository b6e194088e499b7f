"""index.html: one file that needs nothing else, from rows and drawn figures."""

import base64
import hashlib
from importlib import resources
from typing import Any

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from eval_suite.report.content import attackers
from eval_suite.report.content import defense_table
from eval_suite.report.content.advice import RULE
from eval_suite.report.content.attack_words import kinds_in_words
from eval_suite.report.content.claims import LEGEND
from eval_suite.report.content.claims import beaten
from eval_suite.report.content.defense_details import Details
from eval_suite.report.content.defense_details import details
from eval_suite.report.content.doctor.claims_in_words import claims_in_words
from eval_suite.report.content.effects import EFFECT_HELP
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.effects import JUDGED
from eval_suite.report.content.other_sources import tf_privacy
from eval_suite.report.content.other_sources.published_figures import beside_study
from eval_suite.report.content.other_sources.published_figures import is_study
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run import by_epoch
from eval_suite.report.content.run import evidence
from eval_suite.report.content.run import run_facts
from eval_suite.report.content.run.coverage import not_tested
from eval_suite.report.content.run.coverage import was_tested
from eval_suite.report.content.run.exposure_order import exposure_order
from eval_suite.report.content.run.not_measured import by_reason
from eval_suite.report.content.run_comparison import METHOD
from eval_suite.report.content.run_comparison import RunComparison
from eval_suite.report.content.strengths import in_words
from eval_suite.report.content.table_columns import columns
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import moment
from eval_suite.report.format import visible
from eval_suite.results.contents import Results

_NULL_RUNS = 60


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
        "not_measured": [missing.words() for missing in by_reason(results)],
        "verdict": results["verdict"],
        "answer": evidence.answer(results),
        "claims": claims_in_words(results),
        "advice": rows.advice,
        "rule": RULE,
        "tallies": evidence.tallies(results),
        "tested": was_tested(results),
        "not_tested": not_tested(results),
        "other_evidence": run_facts.other_evidence(results),
        "effects": [
            (effect, EFFECT_WORDS[effect], EFFECT_HELP[effect]) for effect in JUDGED
        ],
        "floor": attackers.floor_sentence(results),
        "columns": columns(results),
        "families": defense_table.families(rows),
        "table": defense_table.table(rows),
        "scale": defense_table.Scale(rows).style,
        "badge_legend": [*LEGEND, *beaten("..." if rows.behind else None)],
        "strengths": in_words(results["frontier"]),
        "exposure": exposure_order(results),
        "epochs": by_epoch.in_words(results),
        "details": shown,
        "kinds": kinds_in_words(results),
        "engines": _engines(results),
        "study": _study(rows, shown),
        "size_facts": run_facts.size(results),
        "model_facts": run_facts.model(results),
        "run_facts": run_facts.run(results),
        "controls": evidence.controls(results),
        "checks": evidence.checks(results),
        "omitted_details": _note_on_details(rows, len(shown)),
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


def _note_on_details(rows: Rows, shown: int) -> str:
    """Returns how many defenses have no section of their own, or nothing."""
    omitted = len(rows.defenses) - shown
    if not omitted:
        return ""
    return (
        f"{count(omitted, 'defense')} more, with higher AUCs: see the table, the "
        "figures, and results.json for each attack."
    )
