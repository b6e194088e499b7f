"""index.html: one file that needs nothing else, from rows and drawn figures."""

import base64
import hashlib
from datetime import datetime
from importlib import resources

from jinja2 import Environment
from jinja2 import PackageLoader
from jinja2 import StrictUndefined
from markupsafe import Markup

from eval_suite.report import table
from eval_suite.report.claims import LEGEND
from eval_suite.report.details import details
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import detectable
from eval_suite.report.format import estimate
from eval_suite.report.format import one_line
from eval_suite.report.format import percent
from eval_suite.report.format import visible
from eval_suite.report.recommend import RULE
from eval_suite.report.rows import Rows

_ANSWERS = {
    "pass": "Yes: every check passed",
    "fail": "Not yet: {} failed",
    "void": "No: a control failed",
}
_LINES = 4  # of the verdict in the summary
_LINE = 160  # characters of each
_KINDS = {"null": "Null controls", "positive": "Positive controls"}


def render_page(rows: Rows, figures: list[tuple[Drawing, str]]) -> str:
    """Renders the page.

    Args:
        rows: The run.
        figures: Each drawing with its SVG (empty where nothing was drawn).

    Returns:
        An HTML document. Every name from the run is escaped; a content security
        policy allows no script but the page's own and no connection at all.
    """
    environment = Environment(
        loader=PackageLoader("eval_suite.report"),
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
        figures=[{**vars(drawing), "svg": Markup(svg)} for drawing, svg in figures],
    )


def _visible(value):
    """Cleans what users named; the page's own parts are Markup and stay."""
    return visible(value) if type(value) is str else value


def _asset(name: str) -> str:
    folder = resources.files("eval_suite.report") / "templates"
    return (folder / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _document(rows: Rows) -> dict:
    results = rows.results
    keys = ("title", "command", "environment", "dataset", "profile", "threat_model")
    return {
        **{key: results[key] for key in keys},
        "created": _moment(results["created"]),
        "not_measured": results["not_measured"],
        "verdict": results["verdict"],
        "answer": _ANSWERS[results["verdict"]["status"]].format(_failed(results)),
        "advice": rows.advice,
        "rule": RULE,
        "tallies": _tallies(rows),
        "columns": table.columns(),
        "families": table.families(rows),
        "table": table.table(rows),
        "scale": table.Scale(rows).style,
        "badge_legend": LEGEND,
        "details": details(rows),
        "size_facts": _size_facts(results),
        "model_facts": _model_facts(results),
        "run_facts": _run_facts(results),
        "controls": _controls(results),
        "checks": _checks(results),
        **_omissions(rows),
    }


def _failed(results: dict) -> str:
    failed = [check for check in results["checks"] if check["outcome"] == "failed"]
    return count(len(failed), "check") if failed else "a check"


def _moment(text: str) -> str:
    """Returns "2025-11-23 18:30 UTC" of an ISO 8601 time, or the text as it is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return f"{moment:%Y-%m-%d %H:%M} {moment.tzname() or ''}".rstrip()


def _tallies(rows: Rows) -> list[dict]:
    """Returns the reasons to believe the numbers, or not, each marked good or bad."""
    results = rows.results
    failed = results["verdict"]["status"] != "pass"
    said = results["verdict"]["lines"]
    lines = [
        {"good": not failed, "text": one_line(line, _LINE)} for line in said[:_LINES]
    ]
    if len(said) > _LINES:
        text = f"and {len(said) - _LINES} more, see controls and checks"
        lines.append({"good": not failed, "text": text})
    for kind, words in _KINDS.items():
        passed = [c["passed"] for c in results["controls"] if c["kind"] == kind]
        lines.append(
            {
                "good": bool(passed) and all(passed),
                "text": f"{words}: {sum(passed)} of {len(passed)} as expected"
                if passed
                else f"{words}: none was run",
            }
        )
    smallest = results["threat_model"]["minimum_detectable_auc"]
    if smallest is not None:
        lines.append(
            {
                "good": True,
                "text": f"A leak of AUC {detectable(smallest)} or more would be seen",
            }
        )
    return lines


def _omissions(rows: Rows) -> dict:
    if not rows.omitted:
        return {"omitted_note": "", "drawn_note": "", "omitted_details": ""}
    kept = len(rows.drawn) - 1
    omitted = count(rows.omitted, "defense")
    return {
        "omitted_note": f"{count(len(rows.defenses) - 1, 'defense')}; the figures show "
        f"the {kept} with the lowest AUC.",
        "drawn_note": f"Not drawn: {omitted} with a higher AUC or none.",
        "omitted_details": f"{omitted} more: see the table, and results.json for each "
        "attack.",
    }


def _size_facts(results: dict) -> list[tuple[str, str | None]]:
    dataset, profile = results["dataset"], results["profile"]
    entire = [row for row in results["attacks"] if row["slice"] == "entire"]
    names = dataset["class_names"] or []
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    facts = [
        ("Data", " – ".join(filter(None, [dataset["name"], dataset["source"]]))),
        ("Examples", _integer(dataset["examples"])),
        ("In no model (reference)", _integer(dataset["reference"])),
        ("Population", _integer(dataset["population"])),
        ("Classes", _integer(dataset["classes"])),
        ("Class names", shown or None),
        ("Models, of them targets", f"{profile['models']}, {profile['targets']}"),
        ("Complementary pairs", _integer(profile["pairs"])),
        (
            "Smallest leak seen with 80 % power",
            f"AUC {detectable(results['threat_model']['minimum_detectable_auc'])}",
        ),
        ("Digest of the data", dataset["digest"]),
    ]
    if entire:
        row = entire[0]
        sizes = f"{_integer(row['n_members'])}, {_integer(row['n_nonmembers'])}"
        facts.insert(6, ("Members, non-members of a target", sizes))
    return facts


def _model_facts(results: dict) -> list[tuple[str, str | None]]:
    profile, base = results["profile"], results["defenses"][0]
    shape = results["dataset"]["input_shape"]
    accuracy = (base["accuracy"], base["accuracy_low"], base["accuracy_high"])
    return [
        ("Architecture", profile["architecture"]),
        ("Input shape", None if shape is None else " × ".join(map(str, shape))),
        ("Epochs", _integer(profile["epochs"])),
        ("Batch size", _integer(profile["batch_size"])),
        ("Seed", None if profile["seed"] is None else str(profile["seed"])),
        ("Accuracy, members", percent(profile["member_accuracy"])),
        ("Accuracy, non-members", percent(profile["nonmember_accuracy"])),
        ("Accuracy, undefended", estimate(*accuracy)),
    ]


def _run_facts(results: dict) -> list[tuple[str, str | None]]:
    environment = results["environment"]
    backend = f"{environment['backend']} {environment['backend_version'] or ''}"
    commit = environment["commit"]
    if commit and environment["dirty"]:
        commit += " with uncommitted changes"
    timings = results["timings"]
    return [
        ("Made", results["created"]),
        ("keras-entropy", environment["keras_entropy"]),
        ("Commit", commit),
        ("Keras, backend", f"{environment['keras']}, {backend.strip()}"),
        ("Python, NumPy", f"{environment['python']}, {environment['numpy']}"),
        ("Platform", environment["platform"]),
        ("CPUs", _integer(environment["cpus"])),
        (
            "Time",
            ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in timings.items())
            or None,
        ),
    ]


def _integer(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"


def _controls(results: dict) -> list[tuple[str, list[dict]]]:
    found = []
    for kind, words in _KINDS.items():
        rows = [
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
            found.append((words, sorted(rows, key=lambda row: row["passed"])))
    return found


def _checks(results: dict) -> list[tuple[str, list[dict]]]:
    found = []
    for outcome in ("failed", "skipped", "passed"):
        rows = [row for row in results["checks"] if row["outcome"] == outcome]
        if rows:
            found.append((outcome, rows))
    return found
