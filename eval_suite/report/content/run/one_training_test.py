import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run.one_training import one_training
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.page import render_page
from eval_suite.report.output.terminal import terminal_table
from eval_suite.results.schema import check_results

BOUND = {
    "defense": "base",
    "attack": "neighbors:confidence",
    "reversed": False,
    "kind": "all",
    "epsilon": 1.234,
    "gaussian_mu": 0.5,
    "gaussian_epsilon": 2.345,
    "ceiling": 5.43,
    "delta": 1e-5,
    "confidence": 0.95,
    "records": 700,
    "guessed_in": 70,
    "guessed_out": 70,
    "correct": 120,
    "chosen_on": 300,
    "mislabelled": 0,
    "plan": "0123abcd",
    "kinds": [],
}


@pytest.fixture
def results():
    results = build_results()
    results["one_training"] = [dict(BOUND)]
    return results


def test_the_bound_is_told_everywhere(results):
    check_results(results)
    rows = Rows(results)
    texts = (
        terminal_table(results, 200),
        render_markdown(rows),
        render_page(rows, []),
    )
    for text in texts:
        assert "epsilon at least 1.23 at delta 1e-05" in text
        assert "2.35 if the training" in text or "2.34 if the training" in text
    for text in texts[1:]:
        assert "120 of 140 guesses right, of 700 records" in text
        assert "could have shown more than 5.43" in text
        assert "of one law by construction" in text


def test_mislabelled_records_are_told_apart(results):
    kind = {"members": 100, "nonmembers": 90, "attack": "loss", "tpr": None}
    auc = {"auc": 0.6, "auc_low": 0.55, "auc_high": 0.65}
    rate = {"tpr": 0.2, "low": 0.1, "high": 0.3, "realised_fpr": 0.01}
    results["one_training"][0] |= {
        "mislabelled": 200,
        "kind": "mislabelled",
        "kinds": [
            {"kind": "as given", **kind, **auc},
            {"kind": "mislabelled", **kind, **auc, "auc": 0.64, "tpr": rate},
        ],
    }
    check_results(results)
    told = one_training(results)
    assert "of 700 mislabelled records" in told
    assert "records as given, asked once: AUC 0.600 [0.550, 0.650];" in told
    assert "0.640 [0.550, 0.650], TPR 20.0 % at 1 % FPR" in told
    assert "not what it gives away of an ordinary one" in told


def test_a_run_without_coins_tells_nothing(results):
    del results["one_training"]
    assert one_training(results) is None
    results["one_training"] = []
    assert one_training(results) is None
    assert "one law" not in render_markdown(Rows(results))
