from eval_suite.report.content.defense_table import table
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.on_reference import attacked_on_reference
from eval_suite.report.content.run.on_reference import on_reference_words
from eval_suite.report.content.table_columns import columns
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.terminal import terminal_rows


def found():
    """Results in which a trained defense is attacked on its reference."""
    results = build_results()
    row = next(row for row in results["defenses"] if row["on_reference"])
    row["on_reference"] |= {"auc": 0.917, "auc_low": 0.903, "auc_high": 0.931}
    return results, row


def test_the_figure_is_in_every_table():
    results, row = found()
    assert "reference" in [column["key"] for column in columns(results)]
    cells = {r["name"]: r["cells"]["reference"] for r in table(Rows(results))}
    assert cells[row["name"]].text == "0.917"
    assert "0.903" in cells[row["name"]].notes[0]
    assert cells["base"].text == "uses none"
    assert "0.917" in terminal_rows(results, width=200)
    (line,) = [
        line
        for line in render_markdown(Rows(results)).splitlines()
        if line.startswith("|") and row["title"] in line
    ]
    assert "| 0.917 |" in line
    assert "gives most of it away, AUC 0.917" in render_markdown(Rows(results))


def test_who_was_not_attacked_so_is_told_from_who_uses_none():
    results, row = found()
    row["on_reference"] = None
    assert on_reference_words(row) == "not measured"
    del row["uses_reference"]
    assert on_reference_words(row) == "not measured"
    assert on_reference_words(results["defenses"][0]) == "uses none"
    assert not attacked_on_reference(results["defenses"])
    assert "reference" not in [column["key"] for column in columns(results)]
