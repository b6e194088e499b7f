from eval_suite.report.content.defense_details import details
from eval_suite.report.content.defense_table import table
from eval_suite.report.content.guarantees import guarantee_sentence
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.table_columns import columns
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown

PROOF = {
    "auc_bound": 0.63812,
    "epsilon": 2.1,
    "delta": 1e-4,
    "conditions": ["the reference is public"],
}


def shown(results):
    return {column["key"] for column in columns(results)}


def test_the_column_is_there_where_something_is_proved():
    results = build_results()
    assert "guarantee" not in shown(results)
    assert "guarantee" not in render_markdown(Rows(results))
    name = results["defenses"][2]["name"]
    results["defenses"][2]["guarantee"] = PROOF
    assert "guarantee" in shown(results)
    rows = Rows(results)
    cells = {row["name"]: row["cells"]["guarantee"] for row in table(rows)}
    # Rounded up, as a bound has to be.
    assert cells[name].text == "≤ 0.639"
    assert cells[name].notes == ("epsilon 2.1",)
    assert cells["base"].text == "none"
    assert "| ≤ 0.639 |" in render_markdown(rows)


def test_its_conditions_stand_with_the_defense():
    results = build_results()
    results["defenses"][2]["guarantee"] = PROOF
    name = results["defenses"][2]["name"]
    facts = {part["name"]: dict(part["facts"]) for part in details(Rows(results))}
    assert facts[name]["Guarantee"] == guarantee_sentence(results["defenses"][2])
    assert "AUC above 0.639" in facts[name]["Guarantee"]
    assert "if the reference is public" in facts[name]["Guarantee"]
    assert "Guarantee" not in facts["base"]
    assert guarantee_sentence(results["defenses"][0]) == ""
