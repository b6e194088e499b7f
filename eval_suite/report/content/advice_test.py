import numpy as np
import pytest
from scipy import stats

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import advise
from eval_suite.report.content.effects import EFFECT_HELP
from eval_suite.report.content.effects import EFFECT_WORDS
from eval_suite.report.content.effects import JUDGED
from eval_suite.report.content.effects import effects
from eval_suite.report.made_up_runs.results import build_results


def _with_differences(differences, pairs=8):
    """Results whose intervals come from real pair differences, with SciPy's p."""
    results = build_results(defenses=1 + len(differences))
    results["profile"]["pairs"] = pairs
    expected = []
    for row, values in zip(results["defenses"][1:], differences, strict=True):
        test = stats.ttest_1samp(values, 0)
        limits = test.confidence_interval(0.95)
        row["difference_auc"] = float(np.mean(values))
        row["difference_auc_low"] = float(limits.low)
        row["difference_auc_high"] = float(limits.high)
        expected.append(float(test.pvalue))
    return results, expected


def test_effects_agree_with_t_tests_and_holm():
    rng = np.random.default_rng(3)
    shifts = [-0.02, -0.006, -0.004, 0.0, 0.004, 0.02]
    seen = set()
    for _ in range(20):
        differences = [rng.normal(shift, 0.006, 8) for shift in shifts]
        results, p_values = _with_differences(differences)
        # Holm's adjusted p, written another way than the step-down loop
        order = np.argsort(p_values)
        adjusted = np.maximum.accumulate(np.sort(p_values) * np.arange(6, 0, -1))
        significant = np.empty(6, bool)
        significant[order] = adjusted <= 0.05
        found = effects(results)
        for row, values, sure in zip(
            results["defenses"][1:], differences, significant, strict=True
        ):
            sign = "less" if np.mean(values) < 0 else "more"
            assert found[row["name"]] == (sign if sure else "unclear")
            seen.add(found[row["name"]])
    assert seen == {"less", "unclear", "more"}


def test_recommends_the_lowest_auc_among_the_affordable():
    results = build_results()
    advice = advise(results)
    assert advice.defense == "M-17"
    assert "0.612 to 0.566" in advice.reason
    assert "-0.4 points" in advice.reason


@pytest.mark.parametrize(
    ("above", "nll", "chosen"),
    [
        (0.004, 0.5, "M-5"),
        (0.006, 0.5, "M-17"),
        (0.004, 2.0, "M-17"),
        (0.004, None, "M-17"),
    ],
)
def test_of_equals_in_auc_the_better_probabilities_win(above, nll, chosen):
    results = build_results()
    rows = {row["name"]: row for row in results["defenses"]}
    rows["M-17"]["nll"] = 1.0
    rows["M-5"] |= {
        key: rows["M-17"][key]
        for key in ("difference_auc", "difference_auc_low", "difference_auc_high")
    }
    rows["M-5"] |= {"strongest_auc": rows["M-17"]["strongest_auc"] + above, "nll": nll}
    rows["M-5"]["asked_once"] = None
    rows["M-5"]["asked_often"] |= {"auc": rows["M-5"]["strongest_auc"]}
    assert advise(results).defense == chosen


def test_recommends_none_where_the_gain_costs_too_much():
    results = build_results()
    results["defenses"][4]["accuracy"] = 0.9
    advice = advise(results)
    assert advice.defense is None
    assert "M-17 lowers it to 0.566 and costs 7.0 points" in advice.reason


def test_recommends_none_where_nothing_is_measurable():
    results = build_results()
    for row in results["defenses"][1:]:
        row["difference_auc_low"] = row["difference_auc"] - 0.2
        row["difference_auc_high"] = row["difference_auc"] + 0.2
    advice = advise(results)
    assert advice.defense is None
    assert "none of 6 defenses" in advice.reason


def test_a_failed_check_makes_the_advice_provisional():
    results = build_results()
    results["verdict"]["status"] = "fail"
    results["checks"][0]["outcome"] = "failed"
    advice = advise(results)
    assert advice.headline == "Candidate: M-17 (Entropy penalty)"
    assert advice.reason.endswith("Not final: 1 check failed.")


def test_a_void_verdict_gives_no_advice():
    results = build_results()
    results["verdict"]["status"] = "void"
    assert advise(results).defense is None


def test_a_defense_of_unknown_accuracy_is_not_recommended():
    results = build_results()
    results["defenses"][4]["accuracy"] = None
    assert advise(results).defense is None


@pytest.mark.parametrize("key", ["difference_auc", "difference_auc_low"])
def test_a_missing_difference_is_unmeasured(key):
    results = build_results()
    results["defenses"][4][key] = None
    assert effects(results)["M-17"] == "unmeasured"
    assert advise(results).defense is None


def test_an_identical_defense_is_unclear():
    results = build_results()
    row = results["defenses"][6]
    row.update(difference_auc=0.0, difference_auc_low=0.0, difference_auc_high=0.0)
    assert effects(results)[row["name"]] == "unclear"


def test_the_undefended_model_alone():
    assert advise(build_results(defenses=1)).headline == "Nothing to compare"


@pytest.mark.parametrize("seed", range(20))
def test_what_many_questions_break_is_never_recommended(seed):
    rng = np.random.default_rng(seed)
    results = build_results(defenses=20, seed=seed)
    base = attackers.deciding(results["defenses"][0]).value
    for row in results["defenses"][1:]:
        row["accuracy"] = results["defenses"][0]["accuracy"]
        auc = rng.uniform(0.5, 0.9)
        row["asked_often"] |= {
            "auc": auc,
            "auc_low": auc - 0.01,
            "auc_high": auc + 0.01,
        }
    chosen = advise(results).defense
    for row in results["defenses"]:
        if row["name"] == chosen:
            assert row["asked_often"]["auc"] < base


def test_what_nobody_asked_often_is_not_recommended_beside_what_somebody_did():
    results = build_results()
    name = advise(results).defense
    row = next(row for row in results["defenses"] if row["name"] == name)
    row["asked_often"] = None
    assert advise(results).defense != name


def test_words_are_of_the_defense():
    assert [EFFECT_WORDS[effect] for effect in JUDGED] == [
        "leaks less",
        "no clear change",
        "leaks more",
    ]
    assert set(EFFECT_HELP) == set(EFFECT_WORDS)
