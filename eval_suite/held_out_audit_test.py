"""A model that was trained by a plan, from the fixture and from the command line."""

import json

import keras
import numpy as np
import pytest

from eval_suite.options import held_out_options
from eval_suite.subjects.one_target.held_out_model import HeldOutModel
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.held_out import held_out_bound
from keras_entropy.attacks.leakage import one_training
from keras_entropy.audit import hold_out

pytest_plugins = ["pytester"]
FAST = ("loss", "entropy", "label_only", "logistic")


def data(rng, count=500):
    y = rng.integers(0, 4, count)
    x = rng.normal(size=(count, 10)).astype("float32")
    x[np.arange(count), y] += 1.0
    return x, y


def trained(x, y, epochs):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((10,)),
            keras.layers.Dense(128, "relu"),
            keras.layers.Dense(4, "softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=epochs, batch_size=100, verbose=0)
    return model


@pytest.fixture(scope="module")
def overfitted():
    x, y = data(np.random.default_rng(0))
    x_train, y_train, plan = hold_out(x, y, records=400, mislabelled=100, seed=1)
    return trained(x_train, y_train, 40), plan, x, y


def test_a_leak_is_bounded(overfitted, membership_audit, tmp_path):
    model, plan, *_ = overfitted
    audit = membership_audit(model, held_out=plan, attacks=FAST, questions=8)
    assert audit.auc > 0.7
    bound = audit.epsilon
    assert 1 < bound.epsilon < bound.ceiling
    assert bound.epsilon < bound.gaussian_epsilon
    assert bound.attack != "logistic"  # it learns from other records' coins
    assert [len(y) for y in audit.labels] == [plan.member.sum(), (~plan.member).sum()]
    assert audit.set_aside == 0
    assert f"epsilon at least {bound.epsilon:.2f} at 1e-05" in repr(audit)
    assert "of one law by construction" in audit.table().splitlines()[0]
    plan.save(tmp_path / "plan.npz")
    again = membership_audit(
        model, held_out=str(tmp_path / "plan.npz"), attacks=FAST, questions=8
    )
    assert again.epsilon == bound


def test_a_model_that_saw_all_records_shows_nothing(overfitted, membership_audit):
    # It can't be seen from outside; what it does to the bound is that it is too low.
    _, plan, x, y = overfitted
    audit = membership_audit(
        trained(x, y, 40), held_out=plan, attacks=FAST, questions=0
    )
    assert audit.epsilon.epsilon == 0
    assert audit.interval[0] < 0.5 < audit.interval[1]


def test_all_records_are_scored_so_that_the_coins_stay_fair(overfitted):
    model, plan, *_ = overfitted
    subject = HeldOutModel(model, plan)
    members, nonmembers = subject.outputs("base")
    assert len(members) == plan.member.sum()
    assert len(nonmembers) == (~plan.member).sum()
    assert subject.describe()["dataset"]["reference"] == 0
    assert "400 records of 500" in subject.describe()["dataset"]["source"]
    subject.ask_neighbors(12)  # neighbors come of all records, whatever the coins say
    assert subject.neighbors("base").labels.share().shape == (1, 400)


def test_equal_records_on_both_sides_are_no_copies():
    x = np.repeat(np.eye(3, 10, dtype="float32"), 40, axis=0)
    y = np.repeat([0, 1, 2], 40)
    *_, plan = hold_out(x, y, records=120, seed=0)
    HeldOutModel(trained(x, y, 1), plan)


def test_the_order_of_scores_is_that_of_the_coins(overfitted):
    _, plan, *_ = overfitted
    member, mislabelled = plan.members_first
    count = int(plan.member.sum())
    assert member[:count].all()
    assert not member[count:].any()
    np.testing.assert_array_equal(mislabelled[:count], plan.mislabelled[plan.member])
    np.testing.assert_array_equal(mislabelled[count:], plan.mislabelled[~plan.member])


@pytest.mark.parametrize("several", [dict, list])
def test_a_model_of_several_inputs(several, overfitted, membership_audit, tmp_path):
    model, one, x, y = overfitted
    inputs = {"a": keras.Input((4,), name="a"), "b": keras.Input((6,), name="b")}
    parts = {"a": x[:, :4], "b": x[:, 4:]}
    if several is list:
        inputs, parts = [*inputs.values()], [*parts.values()]
    joined = keras.layers.Concatenate()(keras.tree.flatten(inputs))
    split = keras.Model(inputs, model(joined))
    plan = hold_out(parts, y, records=400, mislabelled=100, seed=1)[2]
    np.testing.assert_array_equal(plan.member, one.member)
    plan.save(tmp_path / "plan.npz")
    settings = {"attacks": FAST, "questions": 0}
    found = membership_audit(split, held_out=tmp_path / "plan.npz", **settings)
    expected = membership_audit(model, held_out=one, **settings)
    assert found.auc == pytest.approx(expected.auc, abs=1e-4)
    assert found.epsilon.epsilon == pytest.approx(expected.epsilon.epsilon, abs=1e-3)


def test_invalid_usage(overfitted, membership_audit):
    model, plan, x, y = overfitted
    with pytest.raises(TypeError, match="`members` and `nonmembers`, or"):
        membership_audit(model)
    with pytest.raises(TypeError, match="`members` and `nonmembers`, or"):
        membership_audit(model, (x, y), held_out=plan)
    with pytest.raises(ValueError, match=r"above 0 and below 1 / 400.*delta=0"):
        membership_audit(model, held_out=plan, delta=0)
    with pytest.raises(
        ValueError, match=r"two questions.*epsilon.*`population`.*members"
    ):
        membership_audit(model, held_out=plan, population=(x, y))
    with pytest.raises(ValueError, match=r"two questions.*leave out `shadow_data`"):
        membership_audit(model, held_out=plan, shadow_data=(x, y))
    *_, several = hold_out({"a": x[:, :4], "b": x[:, 4:]}, y, records=60)
    with pytest.raises(ValueError, match=r"The model can't take the inputs"):
        membership_audit(model, held_out=several)
    audit = membership_audit(model, (x[:90], y[:90]), (x[90:], y[90:]), questions=0)
    with pytest.raises(ValueError, match=r"a coin held out.*held_out=None"):
        _ = audit.epsilon
    one = membership_audit(model, held_out=plan, attacks="loss", questions=0)
    assert f"epsilon at least {one.epsilon.epsilon:.2f} at 1e-05" in repr(one)
    told = membership_audit(model, held_out=plan, attacks="logistic", questions=0)
    assert "epsilon" not in repr(told)
    with pytest.raises(ValueError, match=r"told no membership.*Received: logistic"):
        _ = told.epsilon


def test_attacks_that_learn_from_coins_do_not_count():
    member = np.random.default_rng(0).random(300) < 0.5

    def scores(name):
        noise = np.random.default_rng(1).normal(size=300)
        return type("Scores", (), {"values": noise if name == "loss" else 1.0 * member})

    names = ("loss", "logistic", "loss_by_class")
    bound = held_out_bound(names, scores, member, np.zeros(300, bool))
    assert bound.attack == "loss"


def test_one_default_of_delta():
    assert held_out_options.DELTA == one_training.DELTA


def test_from_the_command_line(overfitted, pytester, monkeypatch):
    monkeypatch.setattr("keras_entropy.attacks.TARGET_ATTACKS", FAST)
    model, plan, *_ = overfitted
    model.save(pytester.path / "m.keras")
    plan.save(pytester.path / "plan.npz")
    result = pytester.runpytest_inprocess(
        *("-p", "no:cacheprovider", "-p", "no:xdist", "--pyargs", "eval_suite"),
        *("--model", "m.keras", "--held-out", "plan.npz", "--questions", "0"),
        *("--gate", "epsilon<=0.5", "--report", "-k", "held_out or membership or gate"),
        *("--tf-privacy", "off"),
    )
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(
        ["base: epsilon at least*", "fail*base*epsilon*inf]*<=0.5"]
    )
    report = pytester.path / "reports" / "latest"
    results = json.loads((report / "results.json").read_text())
    (row,) = results["one_training"]
    assert row["plan"] == plan.digest
    assert row["mislabelled"] == 100
    assert row["epsilon"] > 0.5
    kinds = {kind["kind"]: kind for kind in row["kinds"]}
    assert kinds["mislabelled"]["auc"] > kinds["as given"]["auc"]
    assert sum(kinds[kind]["members"] for kind in kinds) == plan.member.sum()
    assert results["threat_model"]["exchangeability"] is None
    assert results["dataset"]["reference"] == 0
    assert "of one law by construction" in (report / "report.md").read_text()
    assert "of one law by construction" in (report / "index.html").read_text()


def test_a_plan_of_several_inputs_is_audited_as_its_answers_are(membership_audit):
    rng = np.random.default_rng(0)
    x = {
        "a": rng.normal(size=(120, 4)).astype("float32"),
        "b": rng.normal(size=(120, 2)).astype("float32"),
    }
    *_, plan = hold_out(x, rng.integers(0, 3, 120), records=60, seed=1)
    inputs = {"a": keras.Input((4,), name="a"), "b": keras.Input((2,), name="b")}
    joined = keras.layers.Concatenate()([inputs["a"], inputs["b"]])
    two = keras.Model(inputs, keras.layers.Dense(3, "softmax")(joined))
    audit = membership_audit(two, held_out=plan, questions=0, delta=1e-3)
    sides = [
        each
        for inside, labels in (plan.members, plan.nonmembers)
        for each in (two.predict(inside, verbose=0), labels)
    ]
    expected = audit_outputs(*sides, attacks=["loss"]).get("loss").auc
    assert audit.audit.get("loss").auc == pytest.approx(expected, abs=1e-6)


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="strings")
def test_a_plan_of_strings_and_missing_numbers(membership_audit, tmp_path):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    x = {
        "town": rng.choice(np.array(["Bonn", "Köln", "Trier"], object), 200),
        "age": np.where(rng.random(200) < 0.1, np.nan, rng.normal(size=200)),
    }
    town = keras.Input((), name="town", dtype="string")
    age = keras.Input((), name="age", dtype="float32")
    words = keras.layers.StringLookup(
        vocabulary=["Bonn", "Köln", "Trier"], output_mode="one_hot"
    )
    known = keras.layers.Lambda(
        lambda a: keras.ops.expand_dims(keras.ops.nan_to_num(a), 1)
    )
    joined = keras.layers.Concatenate()([words(town), known(age)])
    hidden = keras.layers.Dense(64, "relu")(joined)
    answers = keras.layers.Dense(2, "softmax")(hidden)
    model = keras.Model({"town": town, "age": age}, answers)
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    x_train, y_train, plan = hold_out(x, y, records=120, seed=1)
    model.fit(x_train, y_train, epochs=2, verbose=0)
    plan.save(tmp_path / "plan.npz")
    audit = membership_audit(
        model, held_out=tmp_path / "plan.npz", attacks="loss", questions=0
    )
    members, labels = plan.members
    inside = model.predict(
        {"town": keras.ops.convert_to_tensor(members["town"]), "age": members["age"]},
        verbose=0,
    )
    np.testing.assert_allclose(audit.outputs[0], inside, atol=1e-6)
    np.testing.assert_array_equal(audit.labels[0], labels)
