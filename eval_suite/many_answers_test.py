"""Models of many answers on the command line, in a call, in the gate and the fixture.

All three are held to each other, and their figures to scikit-learn's.
"""

import json

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import eval_suite
from eval_suite.audit_model import audit_model
from eval_suite.python_call import called_session
from eval_suite.subjects.many_answers.many_target import ManyTarget
from keras_entropy.attacks.controls import null_controls
from keras_entropy.attacks.controls import positive_controls
from keras_entropy.attacks.controls.control import selected

pytest_plugins = ["pytester"]
FAST = ("loss", "entropy", "label_only")
CHOSEN = ("-k", "inference or answers or controls or utility or gate or latency")
N, STEPS, CLASSES, LABELS = 200, 5, 3, 5
TIMES = ("latency_us", "latency_ratio")


def tagger():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 30, (N, STEPS))
    y = (x + rng.integers(0, 2, x.shape)) % CLASSES
    layers = [
        keras.Input((STEPS,), dtype="int32"),
        keras.layers.Embedding(30, 16),
        keras.layers.LSTM(32, return_sequences=True),
        keras.layers.Dense(CLASSES, "softmax"),
    ]
    return layers, "sparse_categorical_crossentropy", x, y


def tags():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 8)).astype("float32")
    y = rng.integers(0, 2, (N, LABELS))
    y[:, 1] = x[:, 0] > 0  # a label that generalizes
    layers = [
        keras.Input((8,)),
        keras.layers.Dense(48, "relu"),
        keras.layers.Dense(LABELS, "sigmoid"),
    ]
    return layers, "binary_crossentropy", x, y


@pytest.fixture(scope="module", params=[tagger, tags], ids=["steps", "labels"])
def many(request):
    """A model that knows its members by heart, an untrained one, and both sides."""
    keras.utils.set_random_seed(0)
    layers, loss, x, y = request.param()
    model = keras.Sequential(layers, name=request.param.__name__)
    fresh = keras.models.clone_model(model)
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit(x[: N // 2], y[: N // 2], epochs=40, batch_size=50, verbose=0)
    return model, fresh, (x[: N // 2], y[: N // 2]), (x[N // 2 :], y[N // 2 :])


@pytest.fixture
def few(pytester, monkeypatch):
    """The real checks, with few attacks and controls."""
    monkeypatch.setattr(ManyTarget, "attacks", FAST)
    for controls in (null_controls, positive_controls):
        monkeypatch.setattr(
            controls, "selected", lambda names, asked: selected(names, FAST)
        )
    monkeypatch.setattr(
        called_session, "_AS_SHIPPED", (*called_session._AS_SHIPPED, *CHOSEN)
    )


def run(pytester, many, *further):
    """Runs the command line on files of a model and its examples."""
    model, _, *sides = many
    model.save(pytester.path / "m.keras")
    for name, (x, y) in zip(("in", "out"), sides, strict=True):
        np.savez(pytester.path / f"{name}.npz", x=x, y=y)
    return pytester.runpytest_inprocess(
        *("-p", "no:cacheprovider", "-p", "no:xdist", "--pyargs", "eval_suite"),
        *("--report", "--report-name", "line", "--model", "m.keras"),
        *("--members", "in.npz", "--nonmembers", "out.npz", *CHOSEN, *further),
    )


def by_scikit_learn(model, members, nonmembers):
    """The AUC of the mean of the loss over all answers of an example."""
    x, y = (np.concatenate(parts) for parts in zip(members, nonmembers, strict=True))
    p = model.predict(x, verbose=0)
    if p.ndim == 3:
        right = np.take_along_axis(p, y[..., None], axis=2)[..., 0]
    else:
        right = np.where(y == 1, p, 1 - p)
    return roc_auc_score(np.arange(N) < N // 2, np.log(right).mean(axis=1)), right


def untimed(results):
    defenses = [
        {name: value for name, value in row.items() if name not in TIMES}
        for row in results["defenses"]
    ]
    kept = ("attacks", "controls", "distributions", "threat_model", "not_measured")
    return {key: results[key] for key in kept} | {"defenses": defenses}


def test_the_report_the_call_and_the_fixture_say_the_same(pytester, few, many):
    model, fresh, *sides = many
    before = audit_model(fresh, *sides, attacks=FAST).baseline
    before.write(pytester.path / "before.json")
    ended = run(pytester, many, "--baseline", "before.json")
    results = json.loads((pytester.path / "reports/line/results.json").read_text())
    audit = audit_model(model, *sides, attacks=FAST)
    # The headline, and each attack, of each label too.
    base = results["defenses"][0]
    assert base["strongest_auc"] == pytest.approx(audit.auc, abs=1e-5)
    ends = base["strongest_auc_low"], base["strongest_auc_high"]
    assert ends == pytest.approx(audit.interval, abs=1e-5)
    found = {row["attack"]: row["auc"] for row in results["attacks"]}
    kept = {attack: row["auc"] for (_, attack), row in audit.baseline.rows.items()}
    assert found == pytest.approx(kept, abs=1e-5)
    loss, right = by_scikit_learn(model, *sides)
    assert found["loss"] == pytest.approx(loss, abs=1e-5)
    if right.shape[1] == LABELS and "loss of label 3" in found:
        alone = roc_auc_score(np.arange(N) < N // 2, right[:, 3])
        assert found["loss of label 3"] == pytest.approx(alone, abs=1e-5)
    # The gate: every line of the fixture's is one of the command line's.
    with pytest.raises(AssertionError) as refused:
        audit.assert_no_regression(pytester.path / "before.json")
    assert ended.ret == pytest.ExitCode.TESTS_FAILED
    lines = str(refused.value).splitlines()[1:]
    assert any("loss" in line for line in lines)
    assert set(lines) <= set(ended.stdout.str().splitlines())
    called = eval_suite.evaluate(
        model,
        *sides,
        baseline=pytester.path / "before.json",
        report_dir=pytester.path / "called",
        progress=False,
    )
    assert not called.passed
    assert untimed(called.results) == untimed(results)
    assert set(lines) <= set(called.gate)
    reasons = {gap["what"]: gap["reason"] for gap in results["not_measured"]}
    assert "asks once" in reasons["attacks of many questions (base)"]
    assert "is taken as --model" in reasons["defenses (base)"]
    page = (pytester.path / "reports/line/index.html").read_text()
    assert "an example has many classes" in page


def test_a_baseline_of_the_command_line_holds_in_the_fixture(pytester, few, many):
    model, _, *sides = many
    limit = "--gate", "auc<=0.6", "--baseline", "now.json", "--update-baseline"
    ended = run(pytester, many, *limit)
    assert ended.ret == pytest.ExitCode.TESTS_FAILED  # by the limit alone
    ended.stdout.re_match_lines([r"fail .*<=0\.6", r"baseline: now\.json"])
    audit = audit_model(model, *sides, attacks=FAST)
    audit.assert_no_regression(pytester.path / "now.json")


@pytest.mark.parametrize(
    ("further", "told"),
    [
        (("--population", "in.npz"), "--population: needs a model that answers once"),
        (("--defenses", "temperature"), "--defenses: needs a model that answers once"),
        (("--questions", "8"), "--questions: needs a model that answers once"),
    ],
)
def test_what_needs_one_answer_is_refused_before_work(pytester, many, further, told):
    ended = run(pytester, many, *further)
    assert ended.ret == pytest.ExitCode.USAGE_ERROR
    ended.stderr.fnmatch_lines([f"*{told}*"])
    assert not (pytester.path / "reports").exists()
