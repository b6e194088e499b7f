import math

import numpy as np
import pytest

from eval_suite.gate.claimed_epsilon import ClaimedEpsilon
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import decide
from eval_suite.gate.estimate import Estimate
from eval_suite.gate.outcome import GateOutcome
from eval_suite.gate.questions import limit_questions
from eval_suite.options.gate_expression import parse_gate
from eval_suite.results.recorded import Recorded
from keras_entropy.attacks.leakage.guesses import refuted_epsilon


def row(correct, guesses=700, records=700, **fields):
    return {
        "defense": "base",
        "attack": "loss",
        "reversed": False,
        "kind": "all",
        "epsilon": refuted_epsilon(correct, guesses, records, delta=1e-5, level=0.05),
        "gaussian_mu": 0.0,
        "gaussian_epsilon": 0.0,
        "ceiling": 5.4,
        "delta": 1e-5,
        "confidence": 0.95,
        "records": records,
        "guessed_in": guesses // 2,
        "guessed_out": guesses - guesses // 2,
        "correct": correct,
        "chosen_on": 300,
        "mislabelled": 0,
        "plan": "0123",
        "kinds": [],
        **fields,
    }


def asked(gate, *rows):
    recorded = Recorded()
    recorded.one_training.extend(rows)
    return limit_questions(parse_gate(gate), recorded, ["base"])


@pytest.mark.parametrize(
    ("correct", "gate", "status"),
    [
        (650, "epsilon<=2", "fail"),  # the lower bound at 99 % is 2.2
        (650, "epsilon<=2.5", "pass"),
        (350, "epsilon<=0.5", "pass"),
        (700, "epsilon<=4.9", "fail"),
        (700, "epsilon<=5.2", "inconclusive"),
    ],
)
def test_a_claim_is_refuted_or_could_have_been(correct, gate, status):
    (decision,) = decide(asked(gate, row(correct)))
    assert decision.status == status
    low, high = decision.interval
    expected = refuted_epsilon(correct, 700, 700, delta=1e-5, level=0.01)
    assert low == pytest.approx(expected)
    assert high == math.inf  # a lower bound proves nothing


def test_records_that_would_decide_would():
    (question,) = asked("epsilon<=8", row(650))
    (decision,) = decide([question])
    assert decision.status == "inconclusive"
    assert decision.decisive.endswith("held-out records")
    needed = int(decision.decisive.split()[1].replace(",", ""))
    for records, could in ((needed, True), (needed * 0.85, False)):
        count = round(0.7 * records)
        claim = ClaimedEpsilon.of_row(row(count, count, count))
        assert claim.could_refute(8.0, 0.01) == could
        assert (refuted_epsilon(count, count, count, delta=1e-5, level=0.01) > 8) == (
            could
        )
    lines = GateOutcome([decision]).lines()
    assert f"base, loss, epsilon: {decision.decisive} would decide" in lines


def test_a_claim_of_hardly_any_privacy_is_beyond_every_audit():
    (decision,) = decide(asked("epsilon<=16", row(700)))
    assert decision.decisive == "more than 100,000 held-out records"


def test_true_claims_fail_seldom():
    # Randomised response of epsilon 1 exactly, the claim: at most 1 % of builds.
    rng = np.random.default_rng(0)
    right = rng.binomial(700, math.e / (1 + math.e), size=1000)
    values, runs = np.unique(right, return_counts=True)

    def failed(gate):
        red = [decide(asked(gate, row(int(n))))[0].status == "fail" for n in values]
        return runs[red].sum()

    assert failed("epsilon<=1") <= 20  # the 99.9 % point of 1 % of 1,000
    assert failed("epsilon<=0.6") > 800


def test_all_rows_of_a_build_share_the_false_alarms():
    (claim,) = asked("epsilon<=2", row(644))
    assert decide([claim])[0].status == "fail"
    other = Question("M-1", "auc", 0.6, now=0.5, estimate=Estimate(0.5, 0.01, 0.01))
    many = decide([claim, *[other] * 30])
    assert many[0].status == "pass"


def test_what_was_not_measured_fails_with_the_reason():
    (question,) = asked("epsilon<=8")
    (decision,) = decide([question])
    assert decision.status == "fail"
    assert "give the plan by --held-out" in question.problem


def claim(records, delta=0.0, share=1.0):
    return ClaimedEpsilon(
        value=0.0,
        error_below=0.0,
        error_above=0.0,
        correct=0,
        guesses=records,
        records=records,
        share=share,
        delta=delta,
    )


def test_a_claim_could_be_refuted_up_to_the_bound_that_right_guesses_give():
    # One coin that is told refutes nothing at less than a half.
    assert claim(1).could_refute(0.0, 0.5)
    assert not claim(1).could_refute(0.0, 0.499)
    # A delta is to be paid for as well.
    most = refuted_epsilon(700, 700, 700, delta=1e-4, level=0.01)
    assert claim(700, 1e-4).could_refute(most - 1e-6, 0.01)
    assert not claim(700, 1e-4).could_refute(most + 1e-6, 0.01)


@pytest.mark.parametrize(
    ("records", "limit", "level", "share", "said"),
    [
        # Without delta n right guesses do if (1 + e^-limit)^-n is the level at most:
        # at 3 from 95 on, and the steps of a tenth from 10 on lead to 104 of 0.7.
        (10, 3.0, 0.01, 0.7, "about 150 held-out records"),
        (0, 0.0, 0.5, 1.0, "about 1 held-out records"),
        # From 94,960 on; a tenth more than 90,909 is 100,000.
        (90_909, 9.934, 0.01, 1.0, "about 100,000 held-out records"),
        (90_910, 9.934, 0.01, 1.0, "more than 100,000 held-out records"),
    ],
)
def test_as_many_records_are_needed_as_the_closed_form_says(
    records, limit, level, share, said
):
    assert claim(records, share=share).needed(limit, level) == said


def test_guesses_are_read_off_a_row():
    found = ClaimedEpsilon.of_row(row(650, 601))
    assert (found.guesses, found.records, found.share) == (601, 700, 0.7)
    assert (found.error_below, found.error_above) == (0, 0)
