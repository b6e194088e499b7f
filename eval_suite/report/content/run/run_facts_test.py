import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.run_facts import constant_answer
from eval_suite.report.content.run.run_facts import model
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown


@pytest.fixture
def results():
    return build_results()


def test_accuracy_below_that_of_a_constant_answer_is_said(results):
    assert constant_answer(results) == "10.0 %"
    results["dataset"]["majority_share"] = 0.95
    for row in results["defenses"]:
        row["accuracy_high"] = 0.96
    results["defenses"][0]["accuracy_high"] = 0.9
    name = results["defenses"][0]["name"]
    assert constant_answer(results) == f"95.0 %; below it: {name}"
    assert f"95.0 %; below it: {name}" in dict(model(results)).values()
    assert f"commonest class: 95.0 %; below it: {name}" in render_markdown(
        Rows(results)
    )


def test_older_run_does_not_know_it(results):
    del results["dataset"]["majority_share"]
    assert constant_answer(results) is None
    assert "commonest" not in render_markdown(Rows(results))
