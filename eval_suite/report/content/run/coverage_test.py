import pytest

from eval_suite.report.content.run.coverage import not_tested
from eval_suite.report.content.run.coverage import was_tested
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


def test_says_what_the_run_says_first():
    results = build_results()
    results["threat_model"]["not_tested"] = ["attacks by post"]
    assert not_tested(results)[0] == "attacks by post"


@pytest.mark.parametrize("key", ["known_start", "worst_off", "canaries", "asked_often"])
def test_a_figure_that_no_row_has_was_not_tested(key):
    results = build_results()
    found = {"attack": "loss", "auc": 0.6, "auc_low": 0.5, "auc_high": 0.7}
    for row in results["defenses"]:
        row[key] = row[key] or found
    complete = not_tested(results)
    results["defenses"][2][key] = None
    (one,) = set(not_tested(results)) - set(complete)
    assert one.endswith(f"not tried on {results['defenses'][2]['name']}")
    for row in results["defenses"]:
        row[key] = None
    (every,) = set(not_tested(results)) - set(complete)
    assert every.endswith("tried on no row")


def test_the_number_of_questions_is_a_limit():
    results = build_results()
    assert "more than 128 neighbors of each input" in not_tested(results)
    assert any("128 questions" in text for text in was_tested(results))
    words = not_tested(without_neighbors(results))
    assert "an attacker who asks neighbors of an input: none were asked" in words


def test_a_kind_of_attacker_that_nobody_played():
    results = build_results()
    kinds = {"labels alone": "label", "shadow models": "shadow"}
    for words, group in kinds.items():
        assert not any(f"attacker who sees {words}" in t for t in not_tested(results))
        results["attacks"] = [a for a in results["attacks"] if a["group"] != group]
    for row in results["defenses"]:
        row["labels_alone"] = None
    found = not_tested(results)
    assert "an attacker who sees labels alone" in found
    assert "an attacker who trains shadow models" in found


def test_other_data_and_the_reference_are_named():
    results = build_results()
    results["dataset"]["reference"] = 271
    text = "; ".join(not_tested(results))
    assert f"data other than {results['dataset']['name']}" in text
    # The one that uses it was attacked on it.
    assert "271 examples set aside" not in text
    assert "the reference as members" in "; ".join(was_tested(results))
    using = next(row for row in results["defenses"] if row["on_reference"])
    using["on_reference"] = None
    text = "; ".join(not_tested(results))
    assert f"271 examples set aside as reference: {using['name']} learns" in text
    assert "the reference as members" not in "; ".join(was_tested(results))
    # Of a run that didn't say who uses it, nothing is known of anyone.
    for row in results["defenses"]:
        row.pop("uses_reference")
        row["on_reference"] = None
    assert "base, M-1, M-5, M-6 and 3 more may learn" in "; ".join(not_tested(results))
    results["dataset"]["reference"] = 0
    assert "set aside" not in "; ".join(not_tested(results))
