import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.subjects.given_model import read_target
from eval_suite.subjects.one_target.user_model import UserModel
from eval_suite.subjects.questions import Questions
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)


def dataset(name, x, y):
    return Dataset(name, name, x.astype("float32"), y.astype("int64"), ())


@pytest.fixture
def sets():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 5)), rng.integers(0, 4, 200)
    return dataset("members", x[:120], y[:120]), dataset("others", x[120:], y[120:])


def classifier(classes=4, activation="softmax"):
    return keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(classes, activation=activation)]
    )


def test_outputs_and_utility(sets):
    subject = UserModel(classifier(), *sets)
    members, others = subject.outputs("temperature")
    assert members.shape == (120, 4)
    assert others.shape == (68, 4)  # the rest is the reference set
    assert subject.outputs("ranks-1")[1].shape == (68, 4)
    base, defended = subject.utility("base"), subject.utility("temperature")
    assert base["accuracy"] == defended["accuracy"]
    assert base["entropy_mean"] < defended["entropy_mean"]
    assert base["accuracy_low"] <= base["accuracy"] <= base["accuracy_high"]
    described = subject.describe()
    assert described["dataset"]["examples"] == 200
    assert described["dataset"]["reference"] == 12
    assert described["profile"]["targets"] == 1


def test_logits_and_one_sigmoid_unit(sets):
    logits = UserModel(classifier(activation=None), *sets, from_logits=True)
    assert logits.outputs("base")[0].sum(axis=1) == pytest.approx(np.ones(120))
    binary = [dataset(s.name, s.x, s.y % 2) for s in sets]
    sigmoid = UserModel(classifier(1, "sigmoid"), *binary)
    assert sigmoid.outputs("temperature")[1].shape == (68, 2)


def test_logits_without_saying_so(sets):
    with pytest.raises(ValueError, match="from_logits=True"):
        UserModel(classifier(activation=None), *sets)


@pytest.mark.parametrize("examples", [1, 2])
def test_too_few_non_members_to_set_some_aside(sets, examples):
    members, others = sets
    few = dataset("few", others.x[:examples], others.y[:examples])
    with pytest.raises(ValueError, match=f"At least 3 non-members.*15%.*: {examples}"):
        UserModel(classifier(), members, few)


def test_three_non_members_are_two_and_one(sets):
    members, others = sets
    subject = UserModel(
        classifier(), members, dataset("few", others.x[:3], others.y[:3])
    )
    assert len(subject.outputs("base")[1]) == 2
    assert len(subject.reference.x) == 1


def test_overlap(sets):
    members, others = sets

    def with_copies(count):
        x = np.concatenate([others.x, members.x[:count]])
        return dataset("both", x, np.r_[others.y, members.y[:count]])

    half = len(members.x) // 2
    with pytest.raises(
        ValueError, match=rf"must not overlap: {half} of {2 * half} members and {half} "
    ):
        UserModel(classifier(), members, with_copies(half))
    UserModel(classifier(), members, with_copies(3))
    wider = dataset("wide", members.x.astype("float64"), members.y)
    with pytest.raises(ValueError, match="must not overlap"):
        UserModel(classifier(), members, wider)


def test_shapes_and_labels(sets):
    members, others = sets
    narrow = dataset("narrow", others.x[:, :4], others.y)
    with pytest.raises(ValueError, match=r"members \(5,\), non-members \(4,\)"):
        UserModel(classifier(), members, narrow)
    with pytest.raises(ValueError, match=r"expects examples of shape \(5,\)"):
        UserModel(classifier(), dataset("m", members.x[:, :4], members.y), narrow)
    with pytest.raises(ValueError, match="labels must be 0 to 1"):
        UserModel(classifier(2), members, others)


def test_files(tmp_path, sets):
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    for path, data in zip(paths, sets, strict=True):
        np.savez(path, x=data.x, y=data.y)
    model = tmp_path / "m.keras"
    with pytest.raises(ValueError, match=r"m\.keras: no such file"):
        read_target(model, *paths, from_logits=False)
    model.write_bytes(b"no model at all")
    with pytest.raises(ValueError, match="not a Keras model that can be loaded"):
        read_target(model, *paths, from_logits=False)
    classifier().save(model)
    subject = read_target(model, *paths, from_logits=False)
    assert len(subject.outputs("base")[0]) == 120


def test_a_model_named_as_the_studys_is_not_the_studys(sets):
    layers = [keras.Input((5,)), keras.layers.Dense(4, activation="softmax")]
    model = keras.Sequential(layers, name="study_mlp_mine")
    described = UserModel(model, *sets).describe()
    assert described["profile"]["architecture"] == "study_mlp_mine"
    assert described["is_reference_study"] is False


def test_parts_that_a_lone_model_lacks(sets):
    subject = UserModel(classifier(), *sets)
    assert subject.reason_without("inputs") is None
    assert subject.reason_without("model") is None
    assert subject.reason_without("shadows")
    for part, ask in (
        ("pairs", lambda: subject.paired_models("base")),
        ("records", lambda: subject.record_answers("base")),
    ):
        reason = subject.reason_without(part)
        with pytest.raises(ValueError, match=reason):
            ask()


@pytest.mark.parametrize("name", ["M-4", "gaussian-noise"])
def test_a_random_defense_draws_by_the_seed_of_the_run(sets, name):
    keras.utils.set_random_seed(0)
    model = classifier()

    def outputs(seed, process):
        # Whatever else has drawn random numbers in the process.
        keras.utils.set_random_seed(process)
        return UserModel(model, *sets, seed=seed).outputs(name)[0]

    np.testing.assert_array_equal(outputs(1, process=2), outputs(1, process=3))
    assert np.abs(outputs(1, process=2) - outputs(4, process=2)).max() > 1e-3


def test_a_lone_model_is_asked_about_neighbors_when_it_is_attacked(sets, monkeypatch):
    subject = UserModel(classifier(), *sets)
    assert "--questions 0" in subject.reason_without("questions")
    subject.ask_neighbors(12)
    assert subject.reason_without("questions") is None
    assert subject.describe()["questions"] == subject.questions
    monkeypatch.setattr(Questions, "ask_all", None)
    subject.outputs("temperature")  # asks about nothing but the examples
    with pytest.raises(TypeError):
        subject.neighbors("base")
    monkeypatch.undo()
    known, own = subject.neighbors("base"), subject.neighbors("temperature")
    assert own.labels is known.labels
    assert own.labels.share().shape == (1, 188)
    assert subject.neighbors("gaussian-noise").labels is not known.labels
    comparison = AttackComparison(subject, ["temperature"], seed=0)
    often = [r.attack for r in comparison.attacked("base").results]
    assert set(LONE_NEIGHBOR_ATTACKS) <= set(often)
    kinds = comparison.strongest_by_kind("temperature")
    assert kinds["asked_often"].attack in LONE_NEIGHBOR_ATTACKS
    assert not kinds["asked_once"].attack.startswith("neighbors")
    assert kinds["labels_alone"].attack in ("label_only", "neighbors:label_share")


def test_few_examples_are_asked_about_with_what_there_is(sets):
    members, others = sets
    few = dataset("few", others.x[:3], others.y[:3])
    subject = UserModel(classifier(), members, few)
    subject.ask_neighbors(12)  # one example is set aside: no neighbors come of it
    assert subject.neighbors("base").labels.share().shape == (1, 122)


def test_too_few_questions_are_refused(sets):
    with pytest.raises(ValueError, match="`questions` must be at least"):
        UserModel(classifier(), *sets).ask_neighbors(1)


def test_single_member_is_refused_before_any_work(sets):
    members, others = sets
    with pytest.raises(ValueError, match=r"At least 2 members are needed.*Received: 1"):
        UserModel(classifier(), members.rows([0]), others)


OWN = """
import keras

class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x
"""


@pytest.mark.parametrize("named", ["own_layers", "own_layers.py"])
def test_layers_of_ones_own_are_found_in_a_module(tmp_path, sets, monkeypatch, named):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for path, data in zip(("a.npz", "b.npz"), sets, strict=True):
        np.savez(path, x=data.x, y=data.y)
    # As in a script: neither registered nor in a module that can be imported.
    scope = {"__name__": "__main__"}
    exec(OWN, scope)
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input((5,)), scope["Doubled"](), *classifier().layers]
    )
    model.save("m.keras")
    files = [Path(name) for name in ("m.keras", "a.npz", "b.npz")]
    with pytest.raises(ValueError, match="given by `--import MODULE`"):
        read_target(*files, from_logits=False)
    (tmp_path / "own_layers.py").write_text(OWN)
    subject = read_target(*files, from_logits=False, imports=[named])
    np.testing.assert_allclose(
        subject.outputs("base")[0], model.predict(sets[0].x, verbose=0), atol=1e-6
    )
    with pytest.raises(ValueError, match=r"--import nowhere: There is no module"):
        read_target(*files, from_logits=False, imports=["nowhere"])
    for name in ("own_layers", "_file_own_layers"):
        sys.modules.pop(name, None)
