"""Models of several outputs and subclassed ones, audited as they are."""

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import keras_entropy
from eval_suite.options.options import Options
from eval_suite.subjects.make_subject import check_options
from eval_suite.subjects.one_target.audited_model import audited_model
from eval_suite.subjects.one_target.shadow_population import no_bar

ONCE = {"attacks": ["loss", "entropy"], "questions": 0}
OWN = """
import keras

class Ways(keras.Model):
    def __init__(self, classes=3, **kwargs):
        super().__init__(**kwargs)
        self.classes = classes
        self.end = keras.layers.Dense(classes, "softmax")

    def call(self, x):
        return self.end(x)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}
"""


class Shy(keras.Model):
    """Can't be made anew: it hides what it was made of."""

    def __init__(self, *layers):
        super().__init__()
        self.parts = layers

    def call(self, x):
        for part in self.parts:
            x = part(x)
        return x


class Branching(Shy):
    def call(self, x):
        return super().call(x if float(x[0, 0]) > 0 else -x)


class Answering(Shy):
    def call(self, x):
        return {"kind": super().call(x), "size": keras.ops.sum(x, axis=-1)}


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 6)).astype("float32")
    y = rng.integers(0, 3, 400)
    return (x[:200], y[:200]), (x[200:], y[200:])


def trained(model, x, y, loss="sparse_categorical_crossentropy"):
    model.compile(keras.optimizers.Adam(0.05), loss)
    model.fit(x, y, epochs=20, verbose=0)
    return model


def two_outputs(form):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((6,))
    hidden = keras.layers.Dense(32, "relu")(inputs)
    kind = keras.layers.Dense(3, "softmax", name="kind_end")(hidden)
    size = keras.layers.Dense(1, name="size_end")(hidden)
    return keras.Model(inputs, form(kind, size))


def loss_auc(audit, probabilities):
    """AUC of the attack on the loss over the examples that were scored."""
    members, nonmembers = (
        probabilities(x)[np.arange(len(y)), y]
        for x, y in zip(audit.inputs, audit.labels, strict=True)
    )
    member = np.arange(len(members) + len(nonmembers)) < len(members)
    return roc_auc_score(member, np.concatenate([members, nonmembers]))


def loss_row(audit):
    (row,) = (row for row in audit.audit.attacks if row.attack == "loss")
    return row.auc


@pytest.mark.parametrize(
    ("form", "name", "answer"),
    [
        (lambda kind, size: {"kind": kind, "size": size}, "kind", lambda a: a["kind"]),
        (lambda kind, size: [size, kind], "kind_end", lambda answers: answers[1]),
    ],
)
def test_one_output_of_several_is_audited_by_name(
    sides, membership_audit, form, name, answer
):
    x, y = sides[0]
    losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
    targets = {"kind": y, "size": x.sum(axis=1)}
    model = two_outputs(form)
    if name == "kind_end":
        losses, targets = (list(each.values())[::-1] for each in (losses, targets))
    model = trained(model, x, targets, losses)
    audit = membership_audit(model, *sides, output=name, **ONCE)
    right = loss_auc(audit, lambda x: answer(model.predict(x, verbose=0)))
    assert right > 0.6
    assert loss_row(audit) == pytest.approx(right, abs=1e-6)


def test_an_output_that_is_not_named_or_not_there_is_refused(sides, membership_audit):
    model = two_outputs(lambda kind, size: {"kind": kind, "size": size})
    with pytest.raises(ValueError, match=r"has 2 outputs.*--output NAME.*kind"):
        membership_audit(model, *sides, **ONCE)
    with pytest.raises(ValueError, match=r"no such output. It has: .*kind"):
        membership_audit(model, *sides, output="kinds", **ONCE)
    with pytest.raises(ValueError, match="must end in class probabilities"):
        membership_audit(model, *sides, output="size", **ONCE)


def test_outputs_of_one_name_have_numbers(sides):
    inner = two_outputs(lambda kind, size: [kind, size])
    inputs = keras.Input((6,))
    model = keras.Model(inputs, inner(inputs))
    first = audited_model(model, sides[0][0], "0")
    np.testing.assert_array_equal(
        first.predict(sides[0][0], verbose=0),
        model.predict(sides[0][0], verbose=0)[0],
    )


def test_a_subclassed_model_is_audited_and_wrapped_as_it_is(sides, membership_audit):
    keras.utils.set_random_seed(0)
    model = trained(
        Shy(keras.layers.Dense(32, "relu"), keras.layers.Dense(3, "softmax")), *sides[0]
    )
    audit = membership_audit(model, *sides, **ONCE)
    right = loss_auc(audit, lambda x: model.predict(x, verbose=0))
    assert right > 0.6
    assert loss_row(audit) == pytest.approx(right, abs=1e-6)
    wrapped = audited_model(model, sides[0][0])
    assert wrapped.layers[-1] is model
    defended = keras_entropy.defend(wrapped, keras_entropy.TopK(1))
    answers = defended.predict(sides[0][0], verbose=0)
    np.testing.assert_array_equal(
        answers.argmax(axis=1), model.predict(sides[0][0], verbose=0).argmax(axis=1)
    )


def test_a_subclassed_model_of_several_outputs(sides, membership_audit):
    model = Answering(keras.layers.Dense(3, "softmax"))
    model(sides[0][0][:1])
    audit = membership_audit(model, *sides, output="kind", **ONCE)
    right = loss_auc(audit, lambda x: model.predict(x, verbose=0)["kind"])
    assert loss_row(audit) == pytest.approx(right, abs=1e-6)


def test_a_subclassed_model_of_one_logit(sides, membership_audit):
    binary = [(x, y % 2) for x, y in sides]
    keras.utils.set_random_seed(0)
    model = Shy(keras.layers.Dense(1))
    model(sides[0][0][:1])
    audit = membership_audit(model, *binary, from_logits=True, **ONCE)

    def probabilities(x):
        one = 1 / (1 + np.exp(-model.predict(x, verbose=0)))
        return np.hstack([1 - one, one])

    assert loss_row(audit) == pytest.approx(loss_auc(audit, probabilities), abs=1e-6)


def test_what_needs_surgery_on_a_subclassed_model_is_named(sides, membership_audit):
    model = Shy(keras.layers.Dense(3, "softmax"))
    with pytest.raises(ValueError, match="was never called"):
        membership_audit(model, *sides, **ONCE)
    model(sides[0][0][:1])
    wrapped = audited_model(model, sides[0][0])
    with pytest.raises(ValueError, match=r"Shy, a class of its own.*from_logits=True"):
        keras_entropy.defend(wrapped, keras_entropy.LinearHead())
    with pytest.raises(ValueError, match=r"Give --trainer, a function"):
        membership_audit(model, *sides, population=sides[0], **ONCE)
    one = Shy(keras.layers.Dense(1, "sigmoid"))
    one(sides[0][0][:1])
    with pytest.raises(ValueError, match=r"return logits and pass .from_logits=True"):
        membership_audit(one, *sides, **ONCE)


def test_what_no_graph_can_call_is_sent_to_its_answers(sides, membership_audit):
    model = Branching(keras.layers.Dense(3, "softmax"))
    model.parts[0].build((None, 6))
    model.built = True
    with pytest.raises(ValueError, match=r"can't be called in a graph.*audit_outputs"):
        membership_audit(model, *sides, **ONCE)


def test_a_trainer_makes_shadows_of_a_model_of_several_outputs(sides, membership_audit):
    x, y = sides[0]
    rng = np.random.default_rng(1)
    more = rng.normal(size=(100, 6)).astype("float32"), rng.integers(0, 3, 100)

    def train(x, y, seed):
        model = two_outputs(lambda kind, size: {"kind": kind, "size": size})
        targets = {"kind": y, "size": x.sum(axis=1)}
        losses = {"kind": "sparse_categorical_crossentropy", "size": "mse"}
        return trained(model, x, targets, losses)

    audit = membership_audit(
        *(train(x, y, 0), *sides),
        output="kind",
        population=more,
        trainer=train,
        shadows=4,
        questions=0,
        attacks=["loss", "shadow_stacked"],
    )
    assert audit.shadows.outputs.shape == (4, 370, 3)


def test_the_command_line_takes_both(sides, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own_ways.py").write_text(OWN)
    for name, (x, y) in zip(("in", "out"), sides, strict=True):
        np.savez(tmp_path / f"{name}.npz", x=x, y=y)
    files = {"members": tmp_path / "in.npz", "nonmembers": tmp_path / "out.npz"}
    space = {}
    exec(OWN, space)
    model = space["Ways"]()
    model(sides[0][0])
    model.save(tmp_path / "own.keras")
    several = two_outputs(lambda kind, size: {"kind": kind, "size": size})
    several.save(tmp_path / "two.keras")
    for file, given, answers in (
        ("own.keras", {"imports": ("own_ways.py",)}, model.predict),
        (
            "two.keras",
            {"output": "kind"},
            lambda *a, **k: several.predict(*a, **k)["kind"],
        ),
    ):
        options = Options(model=tmp_path / file, questions=0, **files, **given)
        options.check()
        subject = check_options(options)(no_bar, lambda: tmp_path)
        np.testing.assert_allclose(
            subject.outputs("base")[0], answers(sides[0][0], verbose=0), atol=1e-6
        )
