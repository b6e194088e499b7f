import base64
import json
import math
import pathlib

import numpy as np
import pytest
from scipy import stats

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import BaselineError
from eval_suite.gate.baseline_file import change
from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.baseline_file import pair_row
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import change_questions
from eval_suite.gate.run_identity import MismatchError
from eval_suite.gate.run_identity import is_paired
from eval_suite.results.recorded import Recorded
from eval_suite.subjects.run_identity import examples_identity
from eval_suite.subjects.run_identity import game_identity

GAME = game_identity(dataset="digits", digest="ab", classes=10, seed=0, models=16)
MEMBER = np.arange(2000) < 1200


def scores(shift, correlation=1.0, seed=1):
    common = np.random.default_rng(0).normal(size=MEMBER.size)
    own = np.random.default_rng(seed).normal(size=MEMBER.size)
    noise = correlation * common + math.sqrt(1 - correlation**2) * own
    return noise + shift * MEMBER


def row(values, folds=None):
    return example_rows("base", {"loss": (values, folds)}, MEMBER)[0]


def test_unchanged_scores_have_no_change_and_no_error():
    then, now = row(scores(0.3)), row(np.exp(scores(0.3)))
    paired = change(then, now, paired=True)
    assert (paired.value, paired.error_below, paired.error_above) == (0.0, 0.0, 0.0)
    assert change(then, now, paired=False).error_below > 0.01


@pytest.mark.parametrize("correlation", [0.0, 0.8])
def test_error_of_the_change_is_what_fresh_data_show(correlation):
    # The spread of the difference over data sets drawn anew, against the error that
    # one of them gives.
    rng = np.random.default_rng(5)
    differences, errors = [], []
    for _ in range(150):
        common, one, other = rng.normal(size=(3, MEMBER.size))
        rest = math.sqrt(1 - correlation**2)
        then = row(correlation * common + rest * one + 0.3 * MEMBER)
        now = row(correlation * common + rest * other + 0.5 * MEMBER)
        found = change(then, now, paired=True)
        differences.append(found.value)
        errors.append(found.error_below)
    # The standard deviation of 150 differences is uncertain by 6 %.
    assert np.mean(errors) == pytest.approx(np.std(differences), rel=0.2)


def test_unpaired_error_is_that_of_independent_runs():
    then, now = row(scores(0.3, 0.0, seed=1)), row(scores(0.5, 0.0, seed=2))
    paired, apart = (change(then, now, paired=p) for p in (True, False))
    assert apart.error_below == pytest.approx(paired.error_below, rel=0.15)


@pytest.mark.parametrize("paired", [True, False])
def test_error_is_the_spread_of_the_replicates_in_the_file(paired):
    rows = row(scores(0.3, 0.5, seed=1)), row(scores(0.5, 0.5, seed=2))
    kept = [
        np.frombuffer(base64.b64decode(each["deviations"]), "<f2").astype(float)
        for each in rows
    ]
    covariance = np.cov(kept)
    variance = covariance.trace() - 2 * paired * covariance[0, 1]
    found = change(*rows, paired=paired)
    assert found.error_below == pytest.approx(math.sqrt(variance), rel=1e-9)
    assert found.error_above == found.error_below


def test_examples_that_are_not_scored_do_not_count():
    values = scores(0.4)
    part = values.copy()
    part[::2] = np.nan
    half = MEMBER[::2]
    found = row(part)
    expected = example_rows("base", {"loss": (values[1::2], None)}, half)[0]
    assert found["auc"] == expected["auc"]
    assert (found["members"], found["nonmembers"]) == (1200, 800)


def test_a_row_of_pairs_keeps_six_digits_of_each_and_their_mean():
    found = pair_row("base", "loss", np.array([0.5, 2 / 3]))
    assert found["pairs"] == [0.5, 0.666667]
    assert found["auc"] == pytest.approx(7 / 12, rel=1e-12)


def test_examples_and_pairs_are_not_compared():
    rows = row(scores(0.3)), pair_row("base", "loss", np.array([0.5, 0.6]))
    for then, now in (rows, rows[::-1]):
        with pytest.raises(ValueError, match="over pairs of models"):
            change(then, now, paired=True)


def test_pairs_are_compared_by_students_t():
    rng = np.random.default_rng(0)
    then, now = rng.uniform(0.5, 0.6, size=(2, 8)).round(6)
    found = change(
        pair_row("base", "loss", then), pair_row("base", "loss", now), paired=True
    )
    expected = stats.ttest_rel(now, then, alternative="greater").pvalue
    assert found.p_above(0.0) == pytest.approx(expected)


def test_a_run_makes_a_baseline_if_it_measured_what_one_holds():
    rows = [row(scores(0.3)), pair_row("M-1", "loss", np.linspace(0.5, 0.6, 8))]
    found = Baseline.of_run(Recorded(gate_identity=[GAME], gate_auc=rows))
    assert found.identity == GAME
    assert found.rows == {("base", "loss"): rows[0], ("M-1", "loss"): rows[1]}
    for part in ({}, {"gate_identity": [GAME]}, {"gate_auc": rows}):
        assert Baseline.of_run(Recorded(**part)) is None


def test_file_reads_back_what_was_written(tmp_path):
    path = tmp_path / "new" / "folder" / "baseline.json"
    rows = [row(scores(0.3)), pair_row("M-1", "loss", np.linspace(0.5, 0.6, 8))]
    Baseline.of(GAME, rows).write(path)
    found = Baseline.read(path)
    assert found.identity == GAME
    assert list(found.rows.values()) == rows
    assert [file.name for file in path.parent.iterdir()] == ["baseline.json"]
    # For others to read, unlike a temporary file.
    assert path.stat().st_mode & 0o777 == 0o644


# Written before the modules were moved into folders; cut to a few rows.
KEPT = pathlib.Path(__file__).parent


@pytest.mark.parametrize("kind", ["examples", "game"])
def test_baseline_of_version_2_is_read_and_compared(tmp_path, kind):
    kept = KEPT / f"baseline_of_version_2_{kind}.json"
    then = Baseline.read(kept)
    assert then.identity["kind"] == kind
    assert len(then.rows) == 6
    now = Baseline.of(then.identity, then.rows.values())
    paired = is_paired(then.identity, now.identity)
    assert paired
    questions = change_questions(then, now, Recorded(), margin=0.01, paired=paired)
    assert [question.estimate.value for question in questions] == [0.0] * 6
    assert {decision.status for decision in decide(questions)} == {"pass"}
    then.write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == kept.read_bytes()


def test_risen_pairs_fail_against_a_baseline_of_version_2():
    then = Baseline.read(KEPT / "baseline_of_version_2_game.json")
    risen = [
        pair_row(row["defense"], row["attack"], np.add(row["pairs"], 0.05))
        for row in then.rows.values()
    ]
    now = Baseline.of(then.identity, risen)
    questions = change_questions(then, now, Recorded(), margin=0.01, paired=True)
    assert {decision.status for decision in decide(questions)} == {"fail"}


def test_examples_of_a_baseline_of_version_2_are_told_from_others():
    then = Baseline.read(KEPT / "baseline_of_version_2_examples.json")
    rng = np.random.default_rng(0)
    sides = [
        (rng.normal(size=(count, 30)).astype("float32"), rng.integers(0, 4, count))
        for count in (3000, 3400)
    ]
    now = examples_identity(*sides, classes=4)
    with pytest.raises(MismatchError, match="none of its members is a member now"):
        is_paired(then.identity, now)


def test_large_baseline_stays_below_one_megabyte(tmp_path):
    one = row(scores(0.3))
    rows = [
        {**one, "defense": f"M-{d}", "attack": f"repeat10:modified_entropy{a}"}
        for d in range(28)
        for a in range(24)
    ]
    Baseline.of(GAME, rows).write(tmp_path / "baseline.json")
    assert (tmp_path / "baseline.json").stat().st_size < 1_000_000


def damage(text, key, value):
    found = json.loads(text)
    target = found["rows"][0] if key in found["rows"][0] else found
    if value is None:
        del target[key]
    else:
        target[key] = value
    return json.dumps(found)


@pytest.mark.parametrize(
    ("mend", "reason"),
    [
        (lambda text: None, "no such file"),
        (lambda text: text[:100], "not readable"),
        (lambda text: "[]", "another schema: version None"),
        (lambda text: damage(text, "schema_version", 3), "another schema: version 3"),
        (
            lambda text: damage(text, "schema_version", 1),
            r"of version 1, .* Renew it .*: pytest --pyargs eval_suite .* --baseline ",
        ),
        (lambda text: damage(text, "resampling", {"seed": 9}), "another schema"),
        (lambda text: damage(text, "auc", None), "damaged"),
        (lambda text: damage(text, "auc", "high"), "damaged"),
        (lambda text: damage(text, "deviations", "AAAA"), "damaged"),
        (lambda text: damage(text, "identity", {"kind": "guess"}), "damaged"),
        (lambda text: damage(text, "identity", {"kind": "game"}), "damaged"),
    ],
)
def test_bad_file_is_refused_with_its_reason(tmp_path, mend, reason):
    path = tmp_path / "baseline.json"
    Baseline.of(GAME, [row(scores(0.3))]).write(path)
    text = mend(path.read_text())
    path.unlink()
    if text is not None:
        path.write_text(text)
    with pytest.raises(BaselineError, match=reason) as caught:
        Baseline.read(path)
    assert str(path) in str(caught.value)
    assert "--update-baseline" in str(caught.value)
