import dataclasses
import math

import numpy as np
import pytest

from eval_suite.gate.claimed_epsilon import ClaimedEpsilon
from eval_suite.gate.decision import FALSE_ALARM
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import decide
from eval_suite.gate.estimate import Estimate
from keras_entropy.attacks import holm


def question(value, error, limit=0.02, **fields):
    fields.setdefault("baseline", 0.6)
    return Question(
        "M-1",
        "auc",
        limit,
        attack="loss",
        now=0.6 + value,
        estimate=Estimate(value, error, error),
        **fields,
    )


@pytest.mark.parametrize(
    ("value", "error", "status"),
    [
        (0.05, 0.005, "fail"),
        (0.0, 0.0, "pass"),
        (0.0, 0.005, "pass"),
        (-0.1, 0.03, "pass"),
        (0.0, 0.02, "inconclusive"),
        (0.03, 0.02, "inconclusive"),
        (0.02, 0.0, "pass"),
        (0.0201, 0.0, "fail"),
    ],
)
def test_bounds_decide_and_not_the_point_estimate(value, error, status):
    (decision,) = decide([question(value, error)])
    assert decision.status == status
    low, high = decision.interval
    if status == "fail":
        assert low > 0.02
    if status == "pass":
        assert high <= 0.02
    if status == "inconclusive":
        assert low <= 0.02 < high


def test_pass_needs_the_bound_of_every_attack():
    headline = Estimate(0.50, 0.01, 0.01)
    keeps, unsure, above = (
        Estimate(value, error, error)
        for value, error in ((0.52, 0.01), (0.53, 0.02), (0.56, 0.001))
    )

    def answer(**each):
        row = Question("M-1", "auc", 0.55, now=0.5, estimate=headline, each=each)
        return decide([row])[0]

    assert answer(loss=keeps, knn=keeps).status == "pass"
    assert answer(loss=keeps, knn=keeps).interval[1] == keeps.upper(0.05)
    undecided = answer(loss=keeps, knn=unsure)
    assert undecided.status == "inconclusive"
    assert undecided.interval == (headline.lower(FALSE_ALARM), unsure.upper(0.05))
    assert (
        undecided.decisive == "about 2.7 times the data (knn is the last to be decided)"
    )
    assert "knn is at the limit" in answer(knn=above).decisive


def test_attacks_alone_do_not_fail_what_was_chosen_among_them():
    # Of many attacks one is above the limit by chance: a fail is the headline's.
    each = {"knn": Estimate(0.6, 0.001, 0.001)}
    row = Question(
        "M-1", "auc", 0.55, now=0.5, estimate=Estimate(0.5, 0.01, 0.01), each=each
    )
    assert decide([row])[0].status == "inconclusive"


def test_attack_that_is_no_number_fails():
    each = {"loss": Estimate(0.5, 0.01, 0.01), "knn": Estimate(math.nan, 0.0, 0.0)}
    row = Question("M-1", "auc", 0.55, estimate=Estimate(0.5, 0.01, 0.01), each=each)
    (decision,) = decide([row])
    assert decision.status == "fail"
    assert "errors of knn: nan" in decision.question.problem


def test_less_is_refused_to_every_attack_of_a_figure_that_should_be_large():
    each = {"a": Estimate(0.92, 0.001, 0.001), "b": Estimate(0.905, 0.01, 0.01)}
    row = Question("M-1", "x", 0.9, ">=", estimate=Estimate(0.95, 0.01, 0.01))
    assert decide([row])[0].status == "pass"
    (decision,) = decide([dataclasses.replace(row, each=each)])
    assert decision.status == "inconclusive"
    assert decision.interval[0] == pytest.approx(each["b"].lower(0.05))


def test_more_is_better_for_accuracy():
    rows = [
        Question(
            "M-1", "accuracy", 0.9, ">=", now=now, estimate=Estimate(now, 0.01, 0.01)
        )
        for now in (0.95, 0.85, 0.91)
    ]
    decisions = decide(rows)
    assert [decision.status for decision in decisions] == [
        "pass",
        "fail",
        "inconclusive",
    ]
    for decision in decisions:
        low, high = decision.interval
        assert low < decision.question.now < high


def test_failures_are_those_of_holms_procedure():
    rng = np.random.default_rng(0)
    for _ in range(200):
        rows = [
            question(value, 0.01) for value in 0.02 + 0.01 * rng.normal(1.5, 2, size=12)
        ]
        p_values = [row.estimate.p_above(0.02) for row in rows]
        expected = holm(p_values) < FALSE_ALARM
        failed = [decision.status == "fail" for decision in decide(rows)]
        assert failed == list(expected)


@dataclasses.dataclass(frozen=True)
class Known(Estimate):
    """An estimate whose p-value and upper bound are what they are said to be."""

    p: float = 1.0
    bound: float = 0.0

    def p_above(self, limit):
        return self.p

    def upper(self, level):
        return self.bound


def test_a_p_value_at_its_level_leaves_the_others_theirs():
    # Of two questions, each is held to half of the false alarms.
    at = Question("M-1", "auc", 0.02, estimate=Known(0.0, 0.01, 0.01, p=0.005))
    other = question(0.0, 0.02)
    low, _ = decide([at, other])[1].interval
    assert low == pytest.approx(other.estimate.lower(0.005))


def test_a_thousand_times_the_data_is_the_most_that_is_said():
    for bound, said in ((math.sqrt(1000), "about 1e+03 times"), (32.0, "more than")):
        far = Known(0.0, 1.0, 1.0, bound=bound)
        (decision,) = decide([Question("M-1", "auc", 1.0, estimate=far)])
        assert decision.decisive.startswith(said)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"estimate": None}, "not measured"),
        ({"estimate": Estimate(math.nan, 0.0, 0.0)}, "not a number"),
        ({"estimate": Estimate(0.5, math.nan, 0.1)}, "not a number"),
        ({"estimate": Estimate(0.5, 0.1, math.inf)}, "not a number"),
        ({"problem": "the control failed"}, "the control failed"),
    ],
)
def test_what_is_no_number_fails(fields, reason):
    good = question(-0.1, 0.001)
    bad, other = decide([Question("M-1", "auc", 0.55, **fields), good])
    assert bad.status == "fail"
    assert reason in bad.question.problem
    assert other.status == "pass"


def test_decisive_number_decides():
    units = ((500, "members"), (1000, "non-members"))
    (decision,) = decide([question(0.0, 0.02, units=units)])
    assert decision.decisive == "about 1,400 members + 2,800 non-members"
    shrunk = 0.02 * math.sqrt(500 / 1400)
    assert decide([question(0.0, shrunk)])[0].status == "pass"
    (decision,) = decide([question(0.04, 0.02, units=units)])
    assert decision.decisive == "about 2,800 members + 5,500 non-members"
    shrunk = 0.02 * math.sqrt(500 / 2800)
    assert decide([question(0.04, shrunk)])[0].status == "fail"
    # Few are counted one by one: 3 times 1.645 squared is 8.1.
    (decision,) = decide([question(0.0, 0.02, units=((3, "pairs of models"),))])
    assert decision.decisive == "about 9 pairs of models"


def test_figure_at_the_limit_is_never_decided():
    (decision,) = decide([question(0.02, 0.01)])
    assert "more than 1000 times" in decision.decisive


def test_a_claim_that_the_lower_bound_just_reaches_is_not_refuted():
    claim = ClaimedEpsilon(
        value=1.0,
        error_below=0.0,
        error_above=0.0,
        correct=650,
        guesses=700,
        records=700,
        share=0.7,
        delta=1e-5,
    )
    reached = claim.lower(FALSE_ALARM)
    for limit, status in ((reached, "pass"), (math.nextafter(reached, 0), "fail")):
        (decision,) = decide([Question("M-1", "epsilon", limit, estimate=claim)])
        assert decision.status == status


def test_a_change_is_asked_for_where_there_is_a_baseline():
    assert question(0.0, 0.01).is_change
    assert not question(0.0, 0.01, baseline=None).is_change


def test_no_question_has_no_decision():
    assert decide([]) == []
