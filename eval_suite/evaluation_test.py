"""The call from Python, against the command line on the same model and seed."""

import io
import json
import os
import sys

import keras
import numpy as np
import pytest
from hypothesis import settings

import eval_suite
from eval_suite.python_call import called_session
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy.attacks.controls import null_controls
from keras_entropy.attacks.controls import positive_controls
from keras_entropy.attacks.controls.control import selected
from keras_entropy.audit import hold_out

pytest_plugins = ["pytester"]
FAST = ("loss", "entropy", "label_only")
GIVEN = {"defenses": ["temperature", "top-1"], "questions": 0, "seed": 3}
TIMES = ("latency_us", "latency_ratio")


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 600)
    x = rng.normal(size=(600, 8)).astype("float32")
    x[np.arange(600), y] += 1
    return (x[:200], y[:200]), (x[200:400], y[200:400]), (x[400:], y[400:])


@pytest.fixture(scope="module")
def model(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(32, "relu"),
            keras.layers.Dense(4, "softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*data[0], epochs=20, verbose=0)
    return model


@pytest.fixture
def few(pytester, monkeypatch):
    """The real checks of attacks and utility, with few attacks and controls."""
    monkeypatch.setattr(UserModel, "attacks", FAST, raising=False)
    for controls in (null_controls, positive_controls):
        monkeypatch.setattr(
            controls, "selected", lambda names, asked: selected(names, FAST)
        )
    chosen = ("-k", "inference or answers or controls or utility or gate")
    monkeypatch.setattr(
        called_session, "_AS_SHIPPED", (*called_session._AS_SHIPPED, *chosen)
    )
    return chosen


@pytest.fixture
def own_profile():
    """The profile of hypothesis of a user's own tests."""
    settings.register_profile("own", settings(), max_examples=7)
    settings.load_profile("own")
    yield
    settings.load_profile("eval_suite")


@pytest.fixture
def files(pytester, model, data):
    model.save(pytester.path / "m.keras")
    for name, (x, y) in zip(("in", "out", "more"), data, strict=True):
        np.savez(pytester.path / f"{name}.npz", x=x, y=y)


def rows(results):
    """All of results.json that is the same in two runs of one command."""
    checks = results["checks"]
    told = [(check["test"].split("/")[-1], check["outcome"]) for check in checks]
    defenses = [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in results["defenses"]
    ]
    kept = ("attacks", "curves", "controls", "distributions", "threat_model", "verdict")
    return {key: results[key] for key in kept} | {"checks": told, "defenses": defenses}


def test_a_call_gives_what_the_command_line_gives(
    pytester, few, files, model, data, own_profile
):
    weights = [weight.copy() for weight in model.get_weights()]
    before = dict(os.environ), list(sys.path), sys.stdout
    found = eval_suite.evaluate(
        model, data[0], data[1], gate=["auc<=0.9"], progress=False, **GIVEN
    )
    assert before == (dict(os.environ), list(sys.path), sys.stdout)
    assert settings().max_examples == 7
    assert {path.name for path in pytester.path.iterdir()} == {
        *("reports", "m.keras", "in.npz", "out.npz", "more.npz")
    }
    ended = pytester.runpytest_inprocess(
        *("-p", "no:cacheprovider", "-p", "no:xdist", "--pyargs", "eval_suite"),
        *("--report", "--report-name", "line", "--model", "m.keras"),
        *("--members", "in.npz", "--nonmembers", "out.npz", "--gate", "auc<=0.9"),
        *("--defenses", "temperature,top-1", "--questions", "0", "--seed", "3", *few),
    )
    assert found.passed == (ended.ret == 0)
    written = json.loads((pytester.path / "reports/line/results.json").read_text())
    assert rows(found.results) == rows(written)
    assert found.page == pytester.path / "reports" / "latest" / "index.html"
    assert found.page.is_file()
    assert found.results["command"].startswith("eval_suite.evaluate(model=...")
    output = ended.stdout.str()
    assert all(line in output for line in (*found.verdict, *found.gate))
    assert str(found).endswith(f"report: {found.page}")
    for old, new in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


class NotebookStream(io.StringIO):
    """Standard error of a notebook, which has no descriptor."""

    def fileno(self):
        raise io.UnsupportedOperation("fileno")


def test_a_broken_limit_does_not_pass_and_a_bar_shows(few, model, data, monkeypatch):
    stream = NotebookStream()
    monkeypatch.setattr(sys, "stderr", stream)
    found = eval_suite.evaluate(
        model, data[0], data[1], gate="auc<=0.1", defenses="none", questions=0
    )
    assert not found.passed
    assert any(line.startswith("fail") for line in found.gate)
    assert "evaluation: 100%" in stream.getvalue()


def test_shadow_models_of_a_function_are_kept_from_call_to_call(
    few, files, model, data, pytester
):
    trained = []

    def train(x, y, seed):
        trained.append(seed)
        keras.utils.set_random_seed(seed)
        new = keras.models.clone_model(model)
        new.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
        new.fit(x, y, epochs=1, verbose=0)
        return new

    given = {"population": data[2], "shadows": 4, "defenses": "none", "questions": 0}
    found = eval_suite.evaluate(
        *(model, data[0], data[1]), trainer=train, progress=False, **given
    )
    assert len(trained) == 4
    assert found.results["profile"]["name"].startswith("one model, 4 shadow models")
    assert (pytester.path / ".pytest_cache").is_dir()


def test_a_plan_of_held_out_records(few, model, data):
    x, y = data[1]
    _, _, plan = hold_out(x, y, records=200, seed=0)
    found = eval_suite.evaluate(model, held_out=plan, questions=0, progress=False)
    assert found.results["dataset"]["source"].startswith("a plan of records")
    assert [row["name"] for row in found.results["defenses"]] == ["base"]


@pytest.mark.parametrize(
    ("given", "kind", "message"),
    [
        ({"gate": "auc<0.9"}, ValueError, r"^argument --gate: it must read"),
        ({"defenses": "nosuch"}, ValueError, "^Unknown defense 'nosuch'"),
        ({"defenses": ["M-6"]}, ValueError, "only with --population"),
        ({"held_out": "plan.npz"}, ValueError, "^--held-out says who is a member"),
        ({"nonmembers": None}, ValueError, "^--model needs --members and --nonmembers"),
        ({"members": np.zeros((3, 8))}, ValueError, r"^members: expected a pair \(x"),
        ({"nonmembers": "none.npz"}, ValueError, "^none.npz: no such file"),
        ({"labels": 3}, TypeError, "takes the options of .* Received: labels"),
        ({"shadow_epochs": 3}, ValueError, "^--shadow-epochs needs --model and --pop"),
    ],
)
def test_what_is_no_good_is_refused_as_on_the_command_line(
    few, model, data, given, kind, message
):
    with pytest.raises(kind, match=message):
        eval_suite.evaluate(
            **{"model": model, "members": data[0], "nonmembers": data[1], **given}
        )


def test_an_interrupted_call_ends_as_by_ctrl_c(few, model, data, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(UserModel, "outputs", interrupted)
    before = dict(os.environ), list(sys.path)
    with pytest.raises(KeyboardInterrupt):
        eval_suite.evaluate(
            model, data[0], data[1], questions=0, defenses="none", progress=False
        )
    assert before == (dict(os.environ), list(sys.path))
