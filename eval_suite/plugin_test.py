import json

import numpy as np
import pytest

from eval_suite import plugin
from eval_suite.options import options
from keras_entropy.audit import hold_out

pytest_plugins = ["pytester"]

OWN_OPTION = """
def pytest_addoption(parser):
    parser.addoption("--model", default="mine")
    parser.addoption("--seed", default="7")
"""


@pytest.fixture
def run(pytester):
    """Runs pytest in this process, as a project that has the package installed."""

    def run(*arguments):
        return pytester.runpytest_inprocess(
            "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:benchmark", *arguments
        )

    return run


@pytest.fixture
def files(pytester):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(80, 6)).astype("float32"), rng.integers(0, 3, 80)
    outputs = np.exp(rng.normal(size=(80, 3)))
    outputs /= outputs.sum(axis=1, keepdims=True)
    for name, rows in (("in", slice(40)), ("out", slice(40, None))):
        np.savez(pytester.path / f"{name}.npz", x=x[rows], y=y[rows])
        np.savez(pytester.path / f"{name}_p.npz", outputs=outputs[rows], y=y[rows])
    plans = {"plan": (x, y), "wide": (np.hstack([x, x]), y), "many": (x, y + 1)}
    for name, data in plans.items():
        hold_out(*data, records=60, seed=0)[2].save(pytester.path / f"{name}.npz")
    np.savez(pytester.path / "other.npz", x=x[:, :4], y=y)
    one = rng.normal(size=(200, 6)), np.zeros(200, int)
    np.savez(pytester.path / "one.npz", x=one[0], y=one[1])
    np.savez(pytester.path / "logits.npz", outputs=9 * outputs - 4, y=y)
    np.savez(pytester.path / "pool.npz", x=x + 1, y=y)
    (pytester.path / "own.py").write_text(
        "def train(x, y): pass\ndef whole(x, y, seed): pass\nRATE = 0.1\n"
    )
    (pytester.path / "text.keras").write_text("not a model")
    return pytester.path


@pytest.fixture
def model(files):
    import keras

    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(3, "softmax")])
    model.save(files / "m.keras")


def test_options_do_not_clash_with_a_projects_own(pytester, run):
    pytester.makeconftest(OWN_OPTION)
    pytester.makepyfile(
        """
        def test_own(pytestconfig):
            assert pytestconfig.getoption("--model") == "gpt"
            assert pytestconfig.getoption("--seed") == "7"
        """
    )
    run("--model", "gpt").assert_outcomes(passed=1)


def test_a_clash_with_a_projects_own_option_is_answered_with_the_way_out(
    pytester, run, files, model
):
    pytester.makeconftest(OWN_OPTION)
    named = ("--pyargs", "eval_suite", "-k", "nothing_is_called_so", *MODEL)
    result = run(*named)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    (line,) = filter(None, result.errlines)
    assert "conflicting option string: --model" in line
    assert "add --noconftest" in line
    assert run("--noconftest", *named).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_report_needs_the_suite_to_be_named(pytester, run):
    pytester.makepyfile("def test_own(): pass")
    result = run("--report")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*unrecognized arguments: --report*"])


def test_fixture_is_there_without_the_suite(pytester, run):
    pytester.makepyfile(
        """
        def test_own(membership_audit):
            assert callable(membership_audit)
        """
    )
    run().assert_outcomes(passed=1)


def test_own_unit_tests_of_a_project_are_kept(pytester, run):
    pytester.makeini("[pytest]\npython_files = *_test.py")
    pytester.makepyfile(thing_test="def test_own(): pass")
    run().assert_outcomes(passed=1)


def collected(result):
    """The files of the checks that a run has collected."""
    return {
        line.split("::")[0].split("/")[-1] for line in result.outlines if "::" in line
    }


@pytest.mark.parametrize("ini", ["check_*.py", "test_*.py *_test.py"])
def test_checks_are_collected_whatever_the_ini_says(pytester, run, ini):
    pytester.makeini(f"[pytest]\npython_files = {ini}")
    result = run("--pyargs", "eval_suite", "--collect-only", "-q", "--defenses", "M-1")
    names = collected(result)
    assert {"test_controls.py", "test_membership_inference.py"} <= names
    assert "test_gate.py" not in names


def test_gate_alone_collects_what_it_needs(run, files, model):
    result = run(
        *("--pyargs", "eval_suite", "--collect-only", "-q", "--model", "m.keras"),
        *("--members", "in.npz", "--nonmembers", "out.npz", "--gate", "auc<=0.6"),
    )
    names = collected(result)
    assert names == {
        "test_answers.py",
        "test_controls.py",
        "test_exchangeability.py",
        "test_gate.py",
        "test_membership_inference.py",
    }


def test_a_plan_replaces_the_check_for_confounding(run, files, model):
    result = run(
        *("--pyargs", "eval_suite", "--collect-only", "-q", "--model", "m.keras"),
        *("--held-out", "plan.npz", "--gate", "epsilon<=8"),
    )
    names = collected(result)
    assert names == {
        "test_answers.py",
        "test_controls.py",
        "test_gate.py",
        "test_held_out.py",
        "test_membership_inference.py",
    }


@pytest.mark.parametrize(
    ("mode", "files"),
    [
        ("check", {"test_tf_privacy.py"}),
        ("full", {"test_tf_privacy.py", "test_tf_privacy_full.py"}),
        ("off", set()),
    ],
)
def test_tf_privacys_attacks_are_run_as_asked(run, monkeypatch, mode, files):
    monkeypatch.setattr(options, "why_no_tf_privacy", lambda: None)
    result = run(
        *("--pyargs", "eval_suite", "--collect-only", "-q", "--defenses", "M-1"),
        *("--tf-privacy", mode),
    )
    names = {line.split("::")[0].split("/")[-1] for line in result.outlines}
    assert {name for name in names if name.startswith("test_tf_privacy")} == files


def test_tf_privacy_in_full_needs_it_installed(run, monkeypatch):
    monkeypatch.setattr(options, "why_no_tf_privacy", lambda: "not here")
    result = run("--pyargs", "eval_suite", "--tf-privacy", "full")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--tf-privacy full: not here*"])


@pytest.mark.parametrize(
    "asked", [("--report", "--report-dir", "r"), ("--gate", "auc<=0.6")]
)
def test_no_check_at_all_is_a_failure(run, files, asked):
    result = run(
        *("--pyargs", "eval_suite", "-k", "nothing_is_called_so", *asked),
        *("--member-outputs", "in_p.npz", "--nonmember-outputs", "out_p.npz"),
    )
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


MODEL = ("--model", "m.keras", "--members", "in.npz", "--nonmembers", "out.npz")
HELD_OUT = ("--model", "m.keras", "--held-out", "plan.npz")
POOL = (*MODEL, "--population", "pool.npz", "--trainer")
OUTPUTS = ("--member-outputs", "in_p.npz", "--nonmember-outputs", "out_p.npz")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--defenses", "M-99"), "M-99"),
        (("--profile", "huge"), "--profile"),
        (("--members", "in.npz"), "--members needs --model"),
        (("--model", "m.keras"), "--model needs --members and --nonmembers"),
        (("--model", "no.keras", *MODEL[2:]), "no.keras: no such file"),
        (("--model", "text.keras", *MODEL[2:]), "text.keras: not a Keras model"),
        ((*MODEL[:4], "--nonmembers", "in.npz"), "must not overlap"),
        ((*MODEL[:4], "--nonmembers", "other.npz"), "one shape"),
        ((*MODEL[:4], "--nonmembers", "no.npz"), "no.npz: no such file"),
        ((*MODEL[:4], "--nonmembers", "text.keras"), "not a file that can be read"),
        ((*MODEL, "--defenses", "M-6"), "M-6: trained with the model"),
        (("--profile", "study", "--defenses", "M-1,hamp"), "hamp: fitted to reference"),
        (("--report", "--report-dir", "in.npz"), "in.npz"),
        (("--report", "--report-name", "../up"), "one folder's name"),
        (("--report", "--report-dir", ".", "--report-name", "in.npz"), "in.npz"),
        (("--gate", "auc<0.5"), "METRIC"),
        (("--gate", "M-5:auc<=0.5", "--defenses", "M-1"), "M-5 is not evaluated"),
        (("--margin", "-1"), "--margin"),
        (("--update-baseline",), "--update-baseline needs --baseline"),
        (("--baseline", "no.json"), "no.json: no such file"),
        (("--baseline", "text.keras"), "text.keras: not readable"),
        (("--baseline", "in.npz/b.json", "--update-baseline"), "can't be written"),
        (("--tf-privacy", "some"), "--tf-privacy"),
        (("--shadows", "7"), "must be even and at least 4"),
        ((*MODEL, "--shadows", "8"), "--shadows needs --population"),
        (("--profile", "study", "--shadows", "8"), "has one model and no shadows"),
        (("--shadow-epochs", "5"), "--shadow-epochs needs --model and --pop"),
        (("--population", "in.npz"), "--population needs --model"),
        (("--import", "own"), "--import needs --model"),
        ((*MODEL, "--import", "no_such"), "--import no_such: There is no module"),
        ((*MODEL, "--trainer", "own:train"), "--trainer needs --model and --pop"),
        ((*POOL, "own"), "Expected MODULE:NAME"),
        ((*POOL, "no_such:train"), "no module 'no_such' on Python's path, nor in the"),
        ((*POOL, "own:fit"), "own has no 'fit'. It has: train"),
        ((*POOL, "own:RATE"), "must be a function (x, y, seed) -> model"),
        ((*POOL, "own.py:train"), "must take (x, y, seed)"),
        ((*POOL, "own.py:whole", "--shadow-epochs", "2"), "leave out --shadow-epochs"),
        ((*POOL, "a:b", "--defenses", "M-6"), "shadows are trained by --trainer"),
        (("--shadow-backend", "dask"), "--scheduler ADDRESS and --shadow-backend dask"),
        (("--questions", "-3"), "an integer of at least 0. Received: '-3'"),
        (("--questions", "many"), "an integer of at least 0. Received: 'many'"),
        (("--questions", "0", "--neighbors", "a:b"), "--questions 0 asks about none"),
        (("--held-out", "plan.npz"), "--held-out needs --model"),
        ((*MODEL, "--held-out", "plan.npz"), "leave out --members and --nonmembers"),
        ((*HELD_OUT, "--population", "in.npz"), "--held-out and --population"),
        ((*HELD_OUT, "--shadow-data", "in.npz"), "--held-out and --shadow-data"),
        ((*MODEL, "--delta", "0.1"), "--delta needs --held-out"),
        ((*HELD_OUT, "--delta", "0"), "above 0 and below 1 / 60"),
        ((*HELD_OUT, "--delta", "0.02"), "above 0 and below 1 / 60"),
        ((*MODEL[:2], "--held-out", "no.npz"), "no.npz: no such file"),
        ((*MODEL[:2], "--held-out", "in.npz"), "in.npz: not a plan of held-out"),
        ((*MODEL[:2], "--held-out", "wide.npz"), "expects examples of shape (6,)"),
        ((*MODEL[:2], "--held-out", "many.npz"), "The model has 3 classes"),
        ((*HELD_OUT, "--defenses", "binned-1"), "binned-1: fitted to reference"),
        (("--known-start", "--profile", "study"), "--known-start needs the membership"),
        (("--canaries", "-2"), "an even integer of at least 0"),
        (("--canaries", "21"), "an even integer of at least 0"),
        (("--canaries", "10"), "even and at least 20"),
        (("--canaries", "272"), "must be at most as many: 270"),
        (("--dataset", "one.npz", "--canaries", "20"), "a second class"),
        ((*MODEL, "--canaries", "20"), "--canaries needs the membership game"),
        ((*OUTPUTS, "--canaries", "20"), "--canaries needs the membership game"),
        ((*OUTPUTS, "--questions", "8"), "--questions needs a model to ask"),
        ((*OUTPUTS, "--neighbors", "a:b"), "--neighbors needs a model to ask"),
        (OUTPUTS[:2], "go together"),
        ((*OUTPUTS, *MODEL), "leave out --model"),
        ((*OUTPUTS[:3], "logits.npz"), "--from-logits"),
        ((*OUTPUTS[:3], "out.npz"), "expected arrays named outputs and y"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_wrong_options_are_refused_before_any_work(
    run, files, model, arguments, reason
):
    # Selects no check: should an option be accepted, no work starts.
    result = run("--pyargs", "eval_suite", "-k", "nothing_is_called_so", *arguments)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert reason in " ".join(result.errlines)
    assert not (files / "reports").exists()


def test_time_is_not_gated_over_several_processes(pytester, files):
    result = pytester.runpytest_inprocess(
        *("-p", "no:cacheprovider", "-n", "2", "--pyargs", "eval_suite"),
        *("--gate", "latency_ratio<=1.2", "--defenses", "M-1"),
    )
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert "time is measured in one process only" in " ".join(result.errlines)


class SentReports:
    """Plugin that keeps the defense of each report, as xdist's workers send it."""

    def __init__(self):
        self.defenses = {}

    def pytest_configure(self, config):
        self._hook = config.hook

    def pytest_runtest_logreport(self, report):
        data = self._hook.pytest_report_to_serializable(config=None, report=report)
        data = json.loads(json.dumps(data))
        sent = self._hook.pytest_report_from_serializable(config=None, data=data)
        if sent.when == "call":
            self.defenses[sent.nodeid.split("::")[1]] = sent.eval_suite_defense


def test_a_check_says_which_defense_it_was_run_for(pytester):
    own = pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("target", ["mine"])
        def test_of_my_own(target):
            pass
        """
    )
    sent = SentReports()
    pytester.runpytest_inprocess(
        *("-p", "no:cacheprovider", "-p", "no:xdist", "--pyargs", "eval_suite", own),
        *("-k", "configuration_survives or of_my_own", "--defenses", "M-1,M-10"),
        plugins=[sent],
    )
    assert sent.defenses == {
        "test_configuration_survives[M-1]": "M-1",
        "test_configuration_survives[M-10]": "M-10",
        "test_of_my_own[mine]": None,
    }


INTERRUPTING = """
import os
import signal

# What a shell has started in the background ignores it.
signal.signal(signal.SIGINT, signal.default_int_handler)

def pytest_runtest_logfinish(nodeid):
    if "{check}" in nodeid:
        os.kill(os.getpid(), signal.{signal})
"""


@pytest.mark.parametrize("sent", ["SIGINT", "SIGTERM"])
def test_an_interrupted_run_shows_what_is_ready_and_says_how_to_go_on(
    pytester, files, sent
):
    pytester.makepyfile(
        interrupting=INTERRUPTING.format(check="test_undefended_model", signal=sent)
    )
    result = pytester.runpytest_subprocess(
        *("-p", "interrupting", "--report", "--gate", "auc<=0.9"),
        str(plugin.PACKAGE / "test_membership_inference.py"),
        *("--member-outputs", "in_p.npz", "--nonmember-outputs", "out_p.npz"),
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(
        [
            "*keras-entropy: what was ready*",
            "base *",
            "Interrupted: no report was written, and the last one is as it was. *kept*",
            "pytest *-p interrupting --report --gate 'auc<=0.9' *",
        ]
    )
    assert not (pytester.path / "reports").exists()


@pytest.mark.parametrize("asked", [(), ("--latency-tables",)])
def test_tables_of_every_timed_call_are_printed_on_request(
    pytester, monkeypatch, asked
):
    # As in a session of its own: in a worker of pytest-xdist nothing is timed.
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER_COUNT", raising=False)
    own = pytester.makepyfile("def test_timed(benchmark): benchmark(int)")
    named = ("--pyargs", "eval_suite", own, "-k", "test_timed", "--defenses", "none")
    alone = ("-p", "no:cacheprovider", "-p", "no:xdist")
    result = pytester.runpytest_subprocess(*alone, *named, *asked)
    result.assert_outcomes(passed=1, deselected=result.parseoutcomes()["deselected"])
    tables = [line for line in result.outlines if "benchmark: 1 tests" in line]
    assert len(tables) == len(asked)
