import pytest

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import advise
from eval_suite.report.content.effects import effects
from eval_suite.report.made_up_runs.made_up_defense import LOOKS_SAFE
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


def _found(auc, attack="rmia_online"):
    return {
        "attack": attack,
        "auc": auc,
        "auc_low": auc - 0.009,
        "auc_high": auc + 0.009,
    }


def _row(results, name):
    return next(row for row in results["defenses"] if row["name"] == name)


@pytest.mark.parametrize(
    ("kinds", "decides"),
    [
        ({}, 0.566),
        ({"known_start": _found(0.5)}, 0.566),
        ({"known_start": _found(0.6)}, 0.6),
        ({"known_start": _found(0.57)}, 0.566),  # by less than what counts as equal
        ({"asked_often": _found(0.65), "known_start": _found(0.6)}, 0.65),
        ({"asked_once": None, "asked_often": None}, 0.566),
    ],
)
def test_the_largest_figure_decides(kinds, decides):
    row = _row(build_results(), "M-17")
    row |= kinds
    assert attackers.deciding(row).value == decides


def test_what_was_not_measured_decides_nothing():
    results = build_results()
    row = _row(results, "M-17")
    row["strongest_auc"] = None
    assert attackers.deciding(row).value is None
    assert attackers.ordered(results)[-1] is row


def test_the_order_is_by_the_larger_figure_behind_the_undefended_model():
    results = build_results(defenses=8)
    names = [row["name"] for row in attackers.ordered(results)]
    assert names[:2] == ["base", "M-17"]
    assert names[-1] == LOOKS_SAFE
    # Equals stay in the order of the run.
    assert names.index("M-5") < names.index("temperature")
    _row(results, "M-17")["known_start"] = _found(0.7)
    assert [row["name"] for row in attackers.ordered(results)][-1] == "M-17"


def test_a_known_start_that_leaks_is_not_recommended():
    results = build_results()
    assert advise(results).defense == "M-17"
    _row(results, "M-17")["known_start"] = _found(0.64)
    assert effects(results)["M-17"] == "more"
    assert advise(results).defense is None
    # As of independent runs: half-widths of 0.009 on either side.
    change = attackers.difference(_row(results, "M-17"), results["defenses"][0])
    assert change.value == pytest.approx(0.028)
    assert change.high - change.value == pytest.approx(0.009 * 2**0.5)


def test_a_known_start_that_leaks_less_changes_nothing():
    results = build_results()
    before = advise(results)
    _row(results, "M-17")["known_start"] = _found(0.52)
    assert advise(results) == before


def test_a_figure_that_the_headline_lacks_forbids_a_recommendation():
    results = build_results()
    _row(results, "M-17")["asked_often"] = _found(0.65, "neighbors:stacked")
    assert advise(results).defense is None


def test_the_label_floor_says_how_often_was_asked():
    results = build_results()
    sentence = attackers.floor_sentence(results)
    assert "AUC 0.596 [0.587, 0.605]" in sentence
    assert sentence.endswith("asked often; no layer that keeps them can hide it.")
    results["defenses"][0]["labels_alone"] = _found(0.52, "label_only")
    assert "asked once; no layer" in attackers.floor_sentence(results)
    results["defenses"][0]["labels_alone"] = None
    assert attackers.floor_sentence(results) == ""


def test_what_is_not_covered_is_said_with_its_reason():
    results = build_results()
    assert attackers.caveat(results) == advise(results).caveat == ""
    results = without_neighbors(results)
    assert advise(results).caveat.startswith(
        "Not covered: an attacker who asks neighbors of an input. None were asked;"
    )
    reason = "outputs were given without the model that makes them"
    results["not_measured"].append({"what": "neighbors (base)", "reason": reason})
    assert f"None were asked ({reason});" in advise(results).caveat
    results["defenses"] = results["defenses"][:1]
    assert advise(results).caveat  # where there is nothing to compare, too
    results["verdict"]["status"] = "void"
    assert advise(results).caveat == ""
