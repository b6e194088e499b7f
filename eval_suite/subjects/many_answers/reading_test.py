"""Models that answer for each step, or for several labels, in the fixture."""

import csv

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from eval_suite.audit_model import audit_model
from keras_entropy.attacks import audit_labels
from keras_entropy.attacks import audit_outputs

N, STEPS, CLASSES, LABELS = 120, 6, 3, 4


def trained(model, loss, x, y, epochs=60):
    model.compile(keras.optimizers.Adam(0.02), loss)
    model.fit(x[: N // 2], y[: N // 2], epochs=epochs, batch_size=60, verbose=0)
    return model


def halves(x, y):
    return (x[: N // 2], y[: N // 2]), (x[N // 2 :], y[N // 2 :])


@pytest.fixture(scope="module")
def tagger():
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.integers(0, 30, (N, STEPS))
    y = rng.integers(0, CLASSES, (N, STEPS))
    model = keras.Sequential(
        [
            keras.Input((STEPS,), dtype="int32"),
            keras.layers.Embedding(30, 16),
            keras.layers.GRU(64, return_sequences=True),
            keras.layers.Dense(CLASSES, "softmax"),
        ]
    )
    return trained(model, "sparse_categorical_crossentropy", x, y), x, y


def two_inputs(last):
    a, b = keras.Input((5,), name="a"), keras.Input((5,), name="b")
    hidden = keras.layers.Dense(96, "relu")(keras.layers.Concatenate()([a, b]))
    return keras.Model({"a": a, "b": b}, last(hidden))


@pytest.fixture(scope="module")
def labelled():
    rng = np.random.default_rng(1)
    return rng.normal(size=(N, 10)).astype("float32"), rng.integers(0, 2, (N, LABELS))


@pytest.fixture(scope="module")
def multi_label(labelled):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((10,)),
            keras.layers.Dense(96, "relu"),
            keras.layers.Dense(LABELS, "sigmoid"),
        ]
    )
    return trained(model, "binary_crossentropy", *labelled)


def test_the_unit_of_steps_is_the_sequence(tagger, membership_audit):
    model, x, y = tagger
    members, nonmembers = halves(x, y)
    audit = membership_audit(model, members, nonmembers)
    right = np.take_along_axis(model.predict(x, verbose=0), y[..., None], 2)[..., 0]
    score = np.log(right.astype("float64")).mean(axis=1)
    expected = roc_auc_score(np.arange(N) < N // 2, score)
    assert audit.audit.get("loss").auc == pytest.approx(expected, abs=1e-6)
    assert audit.audit.get("loss").n_members == N // 2
    assert audit.auc > 0.9
    assert "of the mean over 6 steps" in repr(audit)
    assert "attacks of many questions: not made" in audit.table()
    with pytest.raises(ValueError, match="several sigmoids"):
        _ = audit.by_label


def test_one_example_on_a_side_is_refused(tagger, membership_audit):
    model, x, y = tagger
    for members, others in ((1, 60), (60, 1)):
        sides = (x[:members], y[:members]), (x[-others:], y[-others:])
        with pytest.raises(ValueError, match=r"At least 2 (non)?members .*: 1$"):
            membership_audit(model, *sides)


def test_forms_of_steps_are_one(tagger):
    model, x, y = tagger
    settings = {"attacks": "loss"}
    expected = audit_model(model, *halves(x, y), **settings).auc
    one_hot = np.eye(CLASSES, dtype="float32")[y]
    assert audit_model(model, *halves(x, one_hot), **settings).auc == expected
    column = audit_model(model, *halves(x, y[..., None]), **settings)
    assert column.auc == expected
    logits = keras.Sequential(
        [*model.layers[:-1], keras.layers.Dense(CLASSES, name="last")]
    )
    logits.build((None, STEPS))
    logits.layers[-1].set_weights(model.layers[-1].get_weights())
    found = audit_model(logits, *halves(x, y), from_logits=True, **settings)
    assert found.auc == pytest.approx(expected, abs=1e-4)


def test_pixels_and_one_sigmoid_a_step(membership_audit):
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(N, 4, 4, 1)).astype("float32")
    y = rng.integers(0, 2, (N, 4, 4))
    model = keras.Sequential(
        [
            keras.Input((4, 4, 1)),
            keras.layers.Conv2D(32, 3, activation="relu", padding="same"),
            keras.layers.Conv2D(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    model.compile("adam", "binary_crossentropy")
    members, nonmembers = halves(x, y)
    audit = membership_audit(model, members, nonmembers, attacks="loss")
    answers = model.predict(x, verbose=0)
    sides = [each for part in halves(answers, y) for each in part]
    expected = audit_outputs(*sides, attacks="loss").auc
    assert audit.auc == pytest.approx(expected, abs=1e-6)
    assert audit.interval[0] < 0.5 < audit.interval[1]


def test_several_labels_are_audited_each(labelled, multi_label, membership_audit):
    members, nonmembers = halves(*labelled)
    audit = membership_audit(multi_label, members, nonmembers, attacks=("loss",))
    sides = [
        each
        for x, y in (members, nonmembers)
        for each in (multi_label.predict(x, verbose=0), y)
    ]
    expected = audit_labels(*sides, attacks="loss")
    assert audit.auc == expected.auc > 0.9
    assert [each.auc for each in audit.by_label.labels] == [
        each.auc for each in expected.labels
    ]
    which = "all" if expected.number is None else f"label {expected.number}"
    assert f"of {which} of {LABELS} labels" in repr(audit)


def test_labels_of_logits_are_told_by_the_labels(labelled, multi_label):
    x, y = labelled
    last = keras.layers.Dense(LABELS)
    logits = keras.Sequential([*multi_label.layers[:-1], last])
    logits.build((None, 10))
    last.set_weights(multi_label.layers[-1].get_weights())
    settings = {"attacks": "loss"}
    expected = audit_model(multi_label, *halves(x, y), **settings).auc
    found = audit_model(logits, *halves(x, y), from_logits=True, **settings)
    assert found.auc == pytest.approx(expected, abs=1e-4)
    # The same model, of classes that exclude each other.
    one_hot = np.eye(LABELS)[y.argmax(axis=1)]
    once = audit_model(logits, *halves(x, one_hot), from_logits=True, attacks="loss")
    assert once.labels[0].ndim == 1


class Own(keras.Model):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def call(self, x):
        return self.inner(x)


def test_a_subclassed_model_is_audited_as_it_is(labelled, multi_label, tagger):
    own = Own(multi_label)
    own(labelled[0][:2])
    expected = audit_model(multi_label, *halves(*labelled), attacks="loss").auc
    assert audit_model(own, *halves(*labelled), attacks="loss").auc == expected
    model, x, y = tagger
    steps = Own(model)
    steps(x[:2])
    expected = audit_model(model, *halves(x, y), attacks="loss").auc
    assert audit_model(steps, *halves(x, y), attacks="loss").auc == expected


def test_one_of_several_outputs_on_a_dict_of_inputs(labelled):
    x, y = labelled
    last = keras.layers.Dense(LABELS, "sigmoid", name="tags")
    model = two_inputs(lambda hidden: {"tags": last(hidden), "h": hidden})
    parts = {"a": x[:, :5], "b": x[:, 5:]}
    sides = [
        ({name: part[rows] for name, part in parts.items()}, y[rows])
        for rows in (slice(0, N // 2), slice(N // 2, N))
    ]
    audit = audit_model(model, *sides, output="tags", attacks="loss")
    answers = model.predict(parts, verbose=0)["tags"]
    expected = audit_labels(
        *(each for part in halves(answers, y) for each in part), attacks="loss"
    )
    assert audit.auc == pytest.approx(expected.auc, abs=1e-6)


def test_files_and_batches(labelled, multi_label, tmp_path):
    expected = audit_model(multi_label, *halves(*labelled), attacks="loss").auc
    paths = [tmp_path / "in.npz", tmp_path / "out.npz"]
    for path, (x, y) in zip(paths, halves(*labelled), strict=True):
        np.savez(path, x=x, y=y)
    assert audit_model(multi_label, *paths, attacks="loss").auc == expected
    lists = [(x.tolist(), y.tolist()) for x, y in halves(*labelled)]
    assert audit_model(multi_label, *lists, attacks="loss").auc == expected


def test_a_regression_of_a_label_is_seen(labelled, multi_label, tmp_path):
    sides = halves(*labelled)
    names = ("loss", "entropy")
    audit = audit_model(multi_label, *sides, attacks=names)
    assert ("base", "loss of label 3") in audit.baseline.rows
    fresh = keras.models.clone_model(multi_label)
    before = audit_model(fresh, *sides, attacks=names)
    before.baseline.write(tmp_path / "b.json")
    before.assert_no_regression(tmp_path / "b.json")
    with pytest.raises(AssertionError, match=r"loss of label 2"):
        audit.assert_no_regression(tmp_path / "b.json")
    audit.write_scores(tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open() as file:
        assert len([*csv.DictReader(file)]) == N


def test_inputs_and_labels_that_tell_are_seen(labelled, multi_label):
    (x, y), (other, z) = halves(*labelled)
    fair = audit_model(multi_label, (x, y), (other, z), attacks="loss")
    assert not fair.exchangeability.confounded
    z = np.zeros_like(z)
    told = audit_model(multi_label, (x, y), (other, z), attacks="loss")
    assert told.exchangeability.confounded


def test_what_can_not_be_audited(labelled, multi_label, tagger):
    x, y = labelled
    members, nonmembers = halves(x, y)
    audit = audit_model
    with pytest.raises(ValueError, match=r"ends in 4 sigmoids.*to_categorical"):
        audit(multi_label, *halves(x, y[:, 0]))
    with pytest.raises(ValueError, match=r"ends in 4 sigmoids.*\(60, 3\)"):
        audit(multi_label, *halves(x, y[:, :3]))
    with pytest.raises(ValueError, match=r"population, trainer: needs a model that"):
        audit(multi_label, members, nonmembers, population=(x, y), trainer="a:b")
    with pytest.raises(ValueError, match=r"questions: needs a model that answers once"):
        audit(multi_label, members, nonmembers, questions=8)
    with pytest.raises(ValueError, match=r"`attacks` must be.*label_share"):
        audit(multi_label, members, nonmembers, attacks="neighbors:label_share")
    with pytest.raises(ValueError, match="must not overlap"):
        audit(multi_label, members, members)
    model, x, y = tagger
    with pytest.raises(ValueError, match=r"a class for each: y of shape \(N, 6\)"):
        audit(model, *halves(x, y[:, 0]))
    with pytest.raises(ValueError, match=r"`attacks` must be.*logistic"):
        audit(model, *halves(x, y), attacks="logistic")
    with pytest.raises(ValueError, match=r"integers from 0 to 2"):
        audit(model, *halves(x, y + 1))
    tags = keras.Sequential([*model.layers[:-1], keras.layers.Dense(3, "sigmoid")])
    tags.build((None, STEPS))
    with pytest.raises(ValueError, match=r"3 sigmoids.*audit_labels"):
        audit(tags, *halves(x, y))
