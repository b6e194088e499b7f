"""The gate in whole sessions, on outputs that are given."""

import json
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from eval_suite.gate.baseline_file import Baseline
from eval_suite.gate.baseline_file import example_rows
from eval_suite.results.schema import load_results
from eval_suite.subjects.one_target.given_outputs import GivenOutputs
from eval_suite.subjects.run_identity import examples_identity
from keras_entropy.attacks.controls import null_controls
from keras_entropy.attacks.controls import positive_controls
from keras_entropy.attacks.controls.control import selected
from keras_entropy.attacks.example_scores import attack_scores

pytest_plugins = ["pytester"]
OUTPUTS = ("--member-outputs", "in.npz", "--nonmember-outputs", "out.npz")
FAST = ("loss", "entropy", "label_only")


def write(folder, leak, *, seed=0, members=1000, skew=None):
    """Writes outputs whose members stand out by `leak`."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, 2 * members)
    logits = rng.normal(size=(2 * members, 4)) + 1.5 * np.eye(4)[labels]
    logits += 0.3 * np.random.default_rng(seed).normal(size=logits.shape)
    logits[:members] += leak * np.eye(4)[labels[:members]]
    if skew is not None:
        labels[:members][rng.random(members) < skew] = 0
    outputs = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    for name, rows in (("in", slice(members)), ("out", slice(members, None))):
        np.savez(folder / f"{name}.npz", outputs=outputs[rows], y=labels[rows])


@pytest.fixture
def run(pytester, monkeypatch):
    # The real checks and controls, with fewer attacks: a session with the controls of
    # all takes 20 seconds more.
    monkeypatch.setattr(GivenOutputs, "attacks", FAST)
    for controls in (null_controls, positive_controls):
        monkeypatch.setattr(
            controls, "selected", lambda names, asked: selected(names, FAST)
        )

    def run(*arguments):
        return pytester.runpytest_inprocess(
            *("-p", "no:cacheprovider", "-p", "no:xdist", "--pyargs", "eval_suite"),
            *OUTPUTS,
            *arguments,
        )

    return run


@pytest.fixture
def baseline(pytester):
    """The baseline of the outputs that leak 0.3, as `--update-baseline` writes it."""
    write(pytester.path, 0.3)
    sides = [np.load(pytester.path / f"{name}.npz") for name in ("in", "out")]
    outputs, labels = (tuple(side[key] for side in sides) for key in ("outputs", "y"))
    scores = attack_scores(outputs, labels, FAST)
    member = np.arange(2000) < 1000
    identity = examples_identity(*((None, y) for y in labels), 4)
    made = Baseline.of(identity, example_rows("base", scores, member))
    made.write(pytester.path / "b.json")
    return made


def test_update_writes_what_is_compared(pytester, run, baseline):
    result = run("--baseline", "new.json", "--update-baseline")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["baseline: new.json"])
    assert Baseline.read(pytester.path / "new.json") == baseline


@pytest.mark.parametrize("seed", [0, 1])
def test_unchanged_model_stays_green(pytester, run, baseline, seed):
    write(pytester.path, 0.3, seed=seed)
    result = run("--baseline", "b.json")
    assert result.ret == 0
    result.stdout.fnmatch_lines(["PASS*"])


def test_leakier_model_turns_the_build_red(pytester, run, baseline):
    write(pytester.path, 0.8)
    result = run("--baseline", "b.json", "--junitxml", "j.xml", "--report")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    row = next(line for line in result.outlines if line.startswith("fail"))
    before = f"{baseline.rows['base', 'loss']['auc']:.4f}"
    for part in ("base", "loss", "auc", before, "+0.", "margin 0.01"):
        assert part in row
    failed = [
        case
        for case in ElementTree.parse(pytester.path / "j.xml").iter("testcase")
        if case.find("failure") is not None
    ]
    assert {case.get("classname") for case in failed} == {"eval_suite.gate"}
    shown = next(c for c in failed if c.get("name").startswith("base loss auc"))
    text = shown.find("failure").text
    assert before in text
    assert "margin 0.01" in text
    results = load_results(pytester.path / "reports" / "latest" / "results.json")
    assert results["verdict"]["status"] == "fail"
    assert any(line.startswith("Gate: FAIL") for line in results["verdict"]["lines"])
    # Outputs can't be asked more, and the report says so.
    base = results["defenses"][0]
    assert base["asked_once"]["auc"] == base["strongest_auc"]
    assert base["asked_often"] is results["threat_model"]["questions"] is None
    assert base["labels_alone"]["attack"] == "label_only"
    reasons = {row["what"]: row["reason"] for row in results["not_measured"]}
    assert "could be asked more" in reasons["attacks of many questions (base)"]


def test_fixed_limits(pytester, run):
    write(pytester.path, 0.8)
    result = run("--gate", "auc<=0.55", "--gate", "auc<=0.9", "--gate", "accuracy>=0.2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    statuses = [
        line.split()[0] for line in result.outlines if " base " in line and "0." in line
    ]
    assert sorted(statuses) == ["fail", "pass", "pass"]


@pytest.mark.parametrize(("choice", "status"), [("pass", 0), ("fail", 1)])
def test_undecided_gate_is_what_it_is_told_to_be(pytester, run, choice, status):
    write(pytester.path, 0.5, members=60)
    result = run("--gate", "auc<=0.62", f"--inconclusive={choice}")
    assert result.ret == status
    result.stdout.fnmatch_lines(["base, *, auc: about * members + * would decide"])


def test_figure_that_is_not_measured_fails(pytester, run):
    write(pytester.path, 0.0, members=500)
    result = run("--gate", "tpr@0.001<=0.5", "--gate", "latency_ratio<=2")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        [
            "base, tpr@0.001: not measured: 500 non-members are too few; 10,000 *",
            "base, latency_ratio: not measured: it compares a defense *",
        ],
        consecutive=True,
    )


def test_figure_is_missing_as_its_check_failed(pytester, run, monkeypatch):
    monkeypatch.setattr(GivenOutputs, "attacks", ("no_such_attack",))
    write(pytester.path, 0.0)
    result = run("--gate", "auc<=0.9", "-k", "undefended_model")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["base, auc: not measured, as *::test_undefended_model failed: *no_such_*"]
    )


def test_run_without_controls_fails(pytester, run):
    write(pytester.path, 0.0)
    result = run("--gate", "auc<=0.9", "-k", "not controls")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["FAIL  void: No control was run*"])


def test_missing_attack_fails(pytester, run, baseline):
    path = pytester.path / "b.json"
    kept = json.loads(path.read_text())
    kept["rows"].append({**kept["rows"][0], "attack": "forest"})
    path.write_text(json.dumps(kept))
    result = run("--baseline", "b.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["base, forest, auc: not measured"])


def test_baseline_of_many_questions_is_refused_before_any_work(pytester, run, baseline):
    path = pytester.path / "b.json"
    kept = json.loads(path.read_text())
    families = [{"name": "noise-0.3", "questions": 32}]
    kept["identity"]["questions"] = {"count": 32, "families": families}
    path.write_text(json.dumps(kept))
    result = run("--baseline", "b.json")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    said = " ".join(result.errlines)
    assert "about each example it asked 32; now none" in said
    assert "--questions 32" in said
    assert "--update-baseline" in said


def test_nan_in_a_baseline_fails(pytester, run, baseline):
    path = pytester.path / "b.json"
    kept = json.loads(path.read_text())
    kept["rows"][0]["auc"] = float("nan")
    path.write_text(json.dumps(kept))
    result = run("--baseline", "b.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["base, loss, auc: not a number*"])


def test_confounded_run_says_so_first_and_never_passes_clean(pytester, run):
    write(pytester.path, 0.0, skew=0.4)
    result = run("--gate", "auc<=0.95", "--report")
    assert result.ret == 0
    section = result.outlines.index(
        next(line for line in result.outlines if "keras-entropy gate" in line)
    )
    assert "CONFOUNDED" in result.outlines[section + 1]
    result.stdout.fnmatch_lines(["PASS, with a warning: 0 fail, 1 inconclusive*"])
    results = load_results(pytester.path / "reports" / "latest" / "results.json")
    assert results["verdict"]["lines"][0].startswith("CONFOUNDED")
    assert results["threat_model"]["exchangeability"]["confounded"]


def test_no_backend_is_loaded_and_xdist_agrees(pytester):
    write(pytester.path, 0.8, members=300)
    pytester.makeconftest(
        """
        import sys

        def pytest_terminal_summary(terminalreporter):
            names = {"keras", "tensorflow", "jax", "torch"} & set(sys.modules)
            terminalreporter.write_line(f"loaded: {sorted(names)}")
        """
    )
    sections = []
    for extra in ((), ("-n", "2")):
        result = pytester.runpytest_subprocess(
            *("-p", "no:cacheprovider", "--pyargs", "eval_suite", *OUTPUTS, *extra),
            *("-k", "not controls", "--gate", "auc<=0.5", "--junitxml", "j.xml"),
        )
        assert result.ret == pytest.ExitCode.TESTS_FAILED
        assert "loaded: []" in result.outlines
        sections.append([line for line in result.outlines if line.startswith("fail ")])
        cases = ElementTree.parse(pytester.path / "j.xml").iter("testcase")
        assert "eval_suite.gate" in [case.get("classname") for case in cases]
    assert sections[0] == sections[1]
    assert len(sections[0]) == 1
