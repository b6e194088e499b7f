import math
import re

import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import pair_row
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import change_questions
from eval_suite.gate.questions import limit_questions
from eval_suite.options.gate_expression import parse_gate
from eval_suite.results.recorded import Recorded

HEADLINE = {
    "strongest_attack": "loss",
    "strongest_auc": 0.6,
    "strongest_auc_low": 0.58,
    "strongest_auc_high": 0.62,
}
BOUND = {
    "attack": "loss",
    "slice": "entire",
    "auc": 0.6,
    "auc_low": 0.57,
    "auc_high": 0.63,
}
WORST_OFF = {"attack": "lira_online", "auc": 0.9, "auc_low": 0.8, "auc_high": 1.0}
UTILITY = {"accuracy": 0.9, "accuracy_low": 0.88, "accuracy_high": 0.92}
LATENCY = [
    {"batch_size": 1, "ratio": 1.1, "low": 1.09, "high": 1.11},
    {"batch_size": 256, "ratio": 1.5, "low": 1.4, "high": 1.6},
]
POINT = {"tpr": 0.05, "low": 0.04, "high": 0.06, "realised_fpr": 0.01}


def attack(defense, name, slice="entire", point=POINT, group="threshold"):
    return {
        "defense": defense,
        "attack": name,
        "group": group,
        "slice": slice,
        "tpr_at_fpr": {"0.01": point, "0.001": None},
        "n_members": 800,
        "n_nonmembers": 700,
    }


def recorded(pairs=8, **tables):
    """A run whose tables are replaced by those given."""
    names = ("base", "M-1")
    return Recorded(
        **{
            "run": [{"profile": {"pairs": pairs}}],
            "headline": [{"defense": name, **HEADLINE} for name in names],
            "gate_bound": [{"defense": name, **BOUND} for name in names],
            "utility": [{"defense": name, **UTILITY} for name in names],
            "latency": [{"defense": name, **row} for name in names for row in LATENCY],
            "attack": [
                attack("M-1", "loss"),
                attack("M-1", "knn"),
                attack("M-1", "loss", "correct"),
                attack("base", "loss"),
            ],
            **tables,
        }
    )


def failure(test, defense, message="NaN in the outputs"):
    return {"test": test, "outcome": "failed", "message": message, "defense": defense}


def gap(defense, what, reason, metric=None):
    return {"defense": defense, "what": what, "reason": reason, "metric": metric}


def ask(text, found=None, names=("M-1",)):
    return limit_questions(parse_gate(text), found or recorded(), names)


def test_auc_is_the_strongest_attacks():
    (question,) = ask("auc<=0.55")
    assert (question.defense, question.attack, question.now) == ("M-1", "loss", 0.6)
    assert question.estimate.degrees == 7
    assert question.estimate.lower(0.025) == pytest.approx(0.58)
    assert question.units == ((8, "pairs of models"),)


def test_auc_comes_with_the_bounds_of_every_attack_of_its_defense():
    bounds = [
        {"defense": "M-1", **BOUND},
        {"defense": "M-1", **BOUND, "attack": "knn", "auc": 0.97, "auc_high": 1.0},
        {"defense": "base", **BOUND, "attack": "forest"},
    ]
    bounds[1]["auc_low"] = 0.91
    (question,) = ask("auc<=0.55", recorded(pairs=0, gate_bound=bounds))
    assert list(question.each) == ["loss", "knn"]
    assert question.each["loss"].upper(0.025) == pytest.approx(0.63)
    # Cut off at 1, the interval is as long on this side as on the other.
    assert question.each["knn"].upper(0.025) == pytest.approx(1.03)
    assert question.each["knn"].lower(0.025) == pytest.approx(0.91)


def test_auc_without_the_bounds_of_its_attacks_fails():
    (decision,) = decide(ask("auc<=0.7", recorded(gate_bound=[])))
    assert (decision.status, decision.question.problem) == ("fail", "not measured")


def test_attack_that_is_not_shown_to_keep_the_limit_leaves_it_undecided():
    weak = {"defense": "M-1", **BOUND}
    strong = {**weak, "attack": "knn", "auc": 0.62}
    for high, status in ((0.65, "pass"), (0.66, "inconclusive")):
        bounds = [weak, {**strong, "auc_high": high, "auc_low": 1.24 - high}]
        found = recorded(pairs=0, gate_bound=bounds)
        (decision,) = decide(ask("auc<=0.65", found))
        assert decision.status == status, high


def test_the_worst_off_have_a_limit_of_their_own():
    exposed = {"slice": "worst_off", **WORST_OFF}
    bounds = [
        {"defense": "M-1", **BOUND},
        {"defense": "M-1", **exposed},
        {"defense": "M-1", **exposed, "attack": "loss", "auc_low": 0.75},
        {"defense": "base", **exposed, "attack": "forest"},
    ]
    headlines = [{"defense": "M-1", **HEADLINE, "worst_off": WORST_OFF}]
    found = recorded(gate_bound=bounds, headline=headlines)
    (question,) = ask("worst_off_auc<=0.7", found)
    assert (question.now, question.attack) == (0.9, "lira_online")
    assert list(question.each) == ["lira_online", "loss"]
    assert question.units == ((8, "pairs of models"),)
    (red,) = decide([question])
    assert red.status == "fail"
    # A limit on all records does not see it, and the reverse.
    (other,) = ask("auc<=0.7", found)
    assert list(other.each) == ["loss"]
    assert decide([other])[0].status == "pass"


def test_without_pairs_of_models_nobody_is_known_to_be_worst_off():
    headlines = [{"defense": "M-1", **HEADLINE, "worst_off": None}]
    found = recorded(pairs=0, headline=headlines)
    (red,) = decide(ask("worst_off_auc<=0.7", found))
    assert red.status == "fail"
    assert "told by other pairs of models" in red.question.problem


def test_canaries_have_a_limit_of_their_own():
    bounds = [
        {"defense": "M-1", **BOUND},
        {"defense": "M-1", **WORST_OFF, "slice": "canaries"},
    ]
    headlines = [{"defense": "M-1", **HEADLINE, "canaries": WORST_OFF}]
    found = recorded(gate_bound=bounds, headline=headlines)
    (question,) = ask("canary_auc<=0.7", found)
    assert (question.now, list(question.each)) == (0.9, ["lira_online"])
    assert decide([question])[0].status == "fail"
    headlines = [{"defense": "M-1", **HEADLINE, "canaries": None}]
    (red,) = decide(ask("canary_auc<=0.7", recorded(headline=headlines)))
    assert "--canaries" in red.question.problem


def test_one_model_rests_on_its_examples():
    (question,) = ask("auc<=0.55", recorded(pairs=0))
    assert question.estimate.degrees == math.inf
    assert question.units == ((800, "members"), (700, "non-members"))


def test_tpr_is_asked_of_every_attack_on_the_entire_set():
    assert [q.attack for q in ask("tpr@0.01<=0.03")] == ["loss", "knn"]


@pytest.mark.parametrize(
    ("point", "group", "reason"),
    [
        (None, "trained", "not measured: 700 non-members in 5 folds are too few; 995"),
        (None, "shadow", "not measured: the attack's scores don't carry this"),
        ({**POINT, "high": None}, "shadow", "not measured: the attack's scores"),
        ({**POINT, "low": None}, "shadow", "not measured: the attack's scores"),
        ({**POINT, "tpr": None}, "shadow", "not measured: the attack's scores"),
    ],
)
def test_attack_without_a_rate_is_red_however_well_others_keep_the_limit(
    point, group, reason
):
    rows = [
        attack("M-1", "loss"),
        attack("M-1", "knn", point=point, group=group),
        attack("M-1", "mlp", "correct", point=None),
        attack("base", "forest", point=None),
    ]
    rows[0]["tpr_at_fpr"]["0.005"] = POINT
    rows[1]["tpr_at_fpr"]["0.005"] = point
    passed, red = decide(ask("tpr@0.005<=0.9", recorded(attack=rows)))
    assert (passed.status, passed.question.attack) == ("pass", "loss")
    assert (red.status, red.question.attack) == ("fail", "knn")
    assert red.question.problem.startswith(reason)


def test_latency_is_asked_at_every_batch_size():
    decisions = decide(ask("latency_ratio<=1.2"))
    assert [found.question.metric for found in decisions] == [
        "latency_ratio@1",
        "latency_ratio@256",
    ]
    assert [found.status for found in decisions] == ["pass", "fail"]


def test_fall_in_accuracy_is_the_paired_one():
    drops = [
        {"defense": "M-1", "value": 0.004, "error": 0.001, "degrees": 7},
        {"defense": "base", "value": 0.0, "error": 0.0, "degrees": 7},
    ]
    (question,) = ask("accuracy_drop<=0.01", recorded(gate_drop=drops))
    assert question.now == 0.004
    assert question.units == ((8, "pairs of models"),)
    assert decide([question])[0].status == "pass"


def test_of_a_check_that_was_made_again_the_last_counts():
    again = {
        "utility": [
            {"defense": "M-1", **UTILITY},
            {"defense": "M-1", **UTILITY, "accuracy": 0.89},
        ],
        "headline": [
            {"defense": "M-1", **HEADLINE, "worst_off": None},
            {
                **{"defense": "M-1", **HEADLINE, "strongest_auc": 0.59},
                "worst_off": WORST_OFF,
            },
        ],
        "gate_bound": [
            {"defense": "M-1", **BOUND},
            {"defense": "M-1", **BOUND, "slice": "worst_off"},
        ],
    }
    for asked, expected in (
        ("accuracy>=0.8", 0.89),
        ("auc<=0.7", 0.59),
        ("worst_off_auc<=0.9", 0.9),
    ):
        (question,) = ask(asked, recorded(**again))
        assert question.now == expected


def test_accuracy_rests_on_the_non_members_alone():
    drops = [{"defense": "M-1", "value": 0.004, "error": 0.001, "degrees": None}]
    lone = recorded(pairs=0, gate_drop=drops)
    for asked in ("accuracy>=0.8", "accuracy_drop<=0.01"):
        (question,) = ask(asked, lone)
        assert question.units == ((700, "non-members"),)
        assert question.estimate.degrees == math.inf
    (question,) = ask("accuracy>=0.8")
    assert question.units == ((8, "pairs of models"),)
    assert (question.now, question.estimate.degrees) == (0.9, 7)
    assert question.estimate.lower(0.025) == pytest.approx(0.88)
    assert question.estimate.upper(0.025) == pytest.approx(0.92)


def test_gate_with_a_name_is_for_that_defense_alone():
    names = ("M-1", "M-5")
    assert [q.defense for q in ask("base:auc<=0.7", names=names)] == ["base"]
    assert [q.defense for q in ask("auc<=0.7", names=names)] == ["M-1", "M-5"]


@pytest.mark.parametrize("spelt", ["tpr@0.01", "tpr@0.010", "tpr@1e-2"])
def test_a_rate_is_found_however_its_level_is_spelt(spelt):
    assert [q.metric for q in ask(f"{spelt}<=0.03")] == [spelt, spelt]
    assert all(q.problem is None for q in ask(f"{spelt}<=0.03"))


@pytest.mark.parametrize(
    ("text", "found", "reason"),
    [
        ("M-5:auc<=0.5", recorded(), "not measured"),
        ("base:accuracy_drop<=0.1", recorded(), "select one with --defenses"),
        ("base:latency_ratio<=2", recorded(), "select one with --defenses"),
        ("tpr@0.001<=0.1", recorded(), "700 non-members are too few; 999 would do"),
        ("tpr@0.001<=0.1", recorded(None), "are too few; 10,000 would do"),
        ("tpr@0.0001<=0.1", recorded(None), "are too few; 100,000 would do"),
        (
            "auc<=0.5",
            recorded(
                headline=[], checks=[failure("test_a.py::test_defense[M-1]", "M-1")]
            ),
            r"test_defense\[M-1\] failed: NaN in the outputs",
        ),
        (
            "latency_ratio<=2",
            recorded(
                latency=[],
                not_measured=[
                    gap("M-10", "latency", "another defense", "latency_ratio"),
                    gap("M-1", "latency", "run without -n", "latency_ratio"),
                ],
            ),
            "run without -n",
        ),
    ],
)
def test_missing_figure_is_a_problem_with_its_reason(text, found, reason):
    (decision,) = decide(ask(text, found))
    assert decision.status == "fail"
    assert re.search(reason, decision.question.problem)


@pytest.mark.parametrize(
    ("name", "longer"),
    [
        ("M-1", "M-10"),
        ("hamp", "hamp-ranks"),
        ("hamp", "hamp-training"),
        ("gaussian-noise", "gaussian-noise-keyed"),
        ("reverse-sigmoid", "reverse-sigmoid-argmax"),
    ],
)
def test_failure_of_a_defense_with_a_longer_name_explains_nothing(name, longer):
    found = recorded(
        headline=[],
        checks=[failure(f"test_a.py::test_defense[{longer}]", longer)],
        not_measured=[gap(longer, "auc", "of the other", "auc")],
    )
    (question,) = ask("auc<=0.5", found, names=(name,))
    assert question.problem == "not measured"
    (question,) = ask("auc<=0.5", found, names=(longer,))
    assert f"test_defense[{longer}] failed" in question.problem


def test_reason_of_a_slice_does_not_explain_the_whole_set():
    empty = "0 members are in this slice; both sides are needed"
    found = recorded(not_measured=[gap("M-1", "loss on incorrect", empty)])
    then = Baseline.of({}, [pair_row("M-1", "loss", [0.5, 0.52])])
    now = Baseline.of({}, [])
    (question,) = change_questions(then, now, found, margin=0.01, paired=True)
    assert question.problem == "not measured"
    found.not_measured.append(gap("M-1", "loss", "no shadow models", "loss"))
    (question,) = change_questions(then, now, found, margin=0.01, paired=True)
    assert question.problem == "not measured: loss: no shadow models"


def test_change_of_a_game_is_over_its_pairs():
    then = Baseline.of({}, [pair_row("M-1", "loss", [0.5, 0.52, 0.51, 0.53])])
    now = Baseline.of({}, [pair_row("M-1", "loss", [0.6, 0.63, 0.61, 0.62])])
    (question,) = change_questions(then, now, recorded(), margin=0.01, paired=True)
    assert question.units == ((4, "pairs of models"),)
    assert question.estimate.value == pytest.approx(0.1)
    assert decide([question])[0].status == "fail"


def test_attack_of_the_baseline_that_is_missing_fails():
    then = Baseline.of({}, [pair_row("M-1", "mlp", [0.5, 0.52])])
    now = Baseline.of({}, [])
    (decision,) = decide(
        change_questions(then, now, recorded(), margin=0.01, paired=True)
    )
    assert (decision.status, decision.question.problem) == ("fail", "not measured")
