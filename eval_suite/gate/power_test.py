import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from eval_suite.gate.baseline_file import change
from eval_suite.gate.decision import decide
from eval_suite.gate.power import Scenario
from eval_suite.gate.power import _draw
from eval_suite.gate.power import failures
from eval_suite.gate.power import main

RUNS = 500
# What a gate with 1 % false alarms exceeds in less than 0.3 % of such simulations.
MOST_FALSE_ALARMS = 12
# What a gate with 90 % power falls below in less than 0.3 % of them.
LEAST_DETECTIONS = int(stats.binom.ppf(0.003, RUNS, 0.9))


def test_the_readers_table(monkeypatch, capsys):
    asked = []

    def counted(scenario, *, runs):
        asked.append(scenario)
        return 250

    monkeypatch.setattr("eval_suite.gate.power.failures", counted)
    main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("share of 500 runs")
    rows = [line.split() for line in lines[2:]]
    assert [row[:5] for row in rows] == [
        ["1000", "0.8", "yes", "1", "0.01"],
        ["1000", "0.8", "yes", "10", "0.01"],
        ["1000", "0.8", "yes", "10", "0.02"],
        ["1000", "0.8", "no", "10", "0.01"],
        ["1000", "0.5", "yes", "10", "0.01"],
        ["1000", "0.95", "yes", "10", "0.01"],
        ["500", "0.8", "yes", "10", "0.01"],
        ["2000", "0.8", "yes", "10", "0.01"],
    ]
    assert [scenario.rise for scenario in asked] == [0.0, 0.02, 0.03, 0.05] * 8
    assert asked[0] == Scenario()
    # Of 500.
    assert {share for row in rows for share in row[5:]} == {"50.0"}


def test_sides_are_of_the_size_that_is_said(monkeypatch):
    sides, builds = [], []

    def seen(old, new, *, paired):
        sides.append((old["members"], old["nonmembers"], new["members"]))
        return change(old, new, paired=paired)

    def built(questions):
        builds.append(len(questions))
        return decide(questions)

    monkeypatch.setattr("eval_suite.gate.power.change", seen)
    monkeypatch.setattr("eval_suite.gate.power.decide", built)
    failures(Scenario(members=30, attacks=2), runs=53)
    assert sides == [(30, 30, 30)] * 106
    assert builds == [2] * 53


def test_comparisons_are_those_of_a_seed(monkeypatch):
    def drawn(scenario, runs, rng):
        return rng.integers(1_000_000)

    monkeypatch.setattr("eval_suite.gate.power._failures", drawn)
    default, zero, one = (
        failures(Scenario(), runs=1, **options)
        for options in ({}, {"seed": 0}, {"seed": 1})
    )
    assert default == zero != one


def test_scores_have_the_aucs_and_the_correlations_that_are_said():
    # One of three attacks sees the rise.
    member = np.arange(40_000) < 20_000
    before, after = _draw(
        Scenario(members=20_000, attacks=3, rise=0.1),
        *(1, member, np.random.default_rng(0)),
    )
    for scores, expected in ((before, [0.6] * 3), (after, [0.7, 0.6, 0.6])):
        found = [metrics.roc_auc_score(member, own) for own in scores]
        assert found == pytest.approx(expected, abs=0.01)
    for side in (member, ~member):
        between = np.corrcoef(np.vstack([before, after])[:, side])
        own = np.where(np.eye(3), 1, 0.9)
        expected = np.block([[own, 0.8 * own], [0.8 * own, own]])
        np.testing.assert_allclose(between, expected, atol=0.015)


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario(attacks=10, margin=0.0),
        # The worst that is still allowed: every attack has risen by the margin.
        Scenario(rise=0.01),
        Scenario(attacks=4, rising=4, rise=0.01),
        Scenario(members=200, rise=0.01, auc=0.5),
        Scenario(correlation=0.0, paired=False, rise=0.01),
    ],
    ids=str,
)
def test_at_most_one_percent_false_alarms(scenario):
    assert failures(scenario, runs=RUNS, seed=1) <= MOST_FALSE_ALARMS


@pytest.mark.parametrize("attacks", [1, 10])
def test_detects_a_rise_of_five_points(attacks):
    scenario = Scenario(attacks=attacks, rise=0.05)
    assert failures(scenario, runs=RUNS, seed=2) >= LEAST_DETECTIONS


def test_pairing_is_what_gives_the_power():
    rise = {"rise": 0.03, "attacks": 3}
    paired, apart = (
        failures(Scenario(paired=paired, **rise), runs=100) for paired in (True, False)
    )
    assert paired > 2 * apart
