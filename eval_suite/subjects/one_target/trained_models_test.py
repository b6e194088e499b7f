"""Shadow models that a user's own function trains."""

import keras
import numpy as np
import pytest
from scipy import special
from sklearn.linear_model import RidgeClassifier

import keras_entropy
from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.trained_models import TrainedModels
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner
from keras_entropy.shadow.trainer import Trainer


def draw():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(480, 6)).astype("float32")
    return x, (x[:, :3] + 0.7 * rng.normal(size=(480, 3))).argmax(axis=1)


X, Y = draw()
SETS = [
    Dataset(name, name, X[rows], Y[rows], ())
    for name, rows in (
        ("members", slice(0, 160)),
        ("others", slice(160, 320)),
        ("pool", slice(320, 480)),
    )
]
WEIGHTS = {0: 1.0, 1: 3.0, 2: 1.0}
calls = []


def train(x, y, seed, hidden=24, activation="softmax", epochs=True, classes=3):
    """What no compiled model says: random features, and scikit-learn on them."""
    calls.append(seed)
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(x.shape[1], hidden)), rng.normal(size=hidden)
    last = rng.normal(size=(hidden, classes)), np.zeros(classes)
    if epochs:
        features = np.maximum(x @ first[0] + first[1], 0)
        found = RidgeClassifier(0.1, class_weight=WEIGHTS).fit(features, y)
        last = 5 * found.coef_.T, 5 * found.intercept_
    model = keras.Sequential(
        [
            keras.Input((x.shape[1],)),
            keras.layers.Dense(hidden, activation="relu"),
            keras.layers.Dense(classes, activation=activation),
        ]
    )
    model.set_weights([*first, *last])
    return model


def wider(x, y, seed):
    return train(x, y, seed, hidden=16 + seed)


def of_logits(x, y, seed):
    return train(x, y, seed, activation=None)


@pytest.fixture(scope="module")
def victim():
    return train(X[:160], Y[:160], 77)


def shadowed(model, trainer=train, runner=None, from_logits=False, **recipe):
    subject = UserModel(model, *SETS[:2], from_logits=from_logits)
    recipe = ShadowRecipe(trainer=Trainer(trainer), **{"models": 4, **recipe})
    subject.train_shadows_on(SETS[2], recipe, runner or Runner())
    return subject


def trained_here(subject, trainer=train):
    """The models of the plan, trained by the test itself."""
    population = subject._population
    found = population._examples
    return [
        trainer(found.x[rows], found.y[rows], seed=seed)
        for rows, seed in zip(found.rows, population._seeds, strict=True)
    ]


def inputs(subject):
    return np.concatenate([subject.members.x, subject.nonmembers.x])


def answers(models, x, temperature=1.0):
    """Probabilities, computed from the weights by NumPy."""
    logits = []
    for model in models:
        w, b, v, c = model.get_weights()
        logits.append(np.maximum(x @ w + b, 0) @ v + c)
    return special.softmax(np.stack(logits) / temperature, axis=2)


@pytest.fixture
def counted():
    calls.clear()
    return calls


@pytest.mark.parametrize("trainer", [train, wider])
def test_shadows_answer_as_models_that_the_function_trains(victim, trainer):
    subject = shadowed(victim, trainer)
    found = subject.shadows("base")
    models = trained_here(subject, trainer)
    x = inputs(subject)
    np.testing.assert_allclose(found.outputs, answers(models, x), atol=1e-5)
    assert found.membership.shape == found.outputs.shape[:2]
    # Of one architecture they are asked at once.
    assert len(subject._population._shadows._asked) == (1 if trainer is train else 4)
    # Layers go on each of them, and are fitted to each.
    cooled = subject.shadows("temperature").outputs
    np.testing.assert_allclose(cooled, answers(models, x, 4.0), atol=1e-5)
    layer = keras_entropy.catalog.get("binned-1").create()
    y = subject.reference.y
    binned = subject.shadows("binned-1").outputs
    for model, rows in zip(models, binned, strict=True):
        layer.fit(answers([model], subject.reference.x)[0], y)
        (own,) = answers([model], x)
        np.testing.assert_allclose(rows, np.asarray(layer(own)), atol=1e-5)
    assert "by " in subject.describe()["profile"]["name"]
    assert subject.describe()["profile"]["epochs"] is None
    noisy = subject.shadows("gaussian-noise").outputs - found.outputs
    assert np.abs(np.corrcoef(noisy[:, :, 0])[0, 1:]).max() < 0.2


def test_shadows_are_asked_about_neighbors(victim):
    subject = shadowed(victim, wider)
    subject.ask_neighbors(12)
    share = subject.shadow_neighbors("base").labels.share()
    assert share.shape == (4, len(inputs(subject)))
    assert 0.5 < share.mean() < 1


def test_what_is_trained_is_kept_one_by_one(victim, tmp_path, counted, monkeypatch):
    def interrupted(self, x, y, seed):
        if len(counted) == 2:
            raise KeyboardInterrupt
        return original(self, x, y, seed)

    original = Trainer.__call__
    monkeypatch.setattr(Trainer, "__call__", interrupted)
    subject = shadowed(victim, runner=Runner(cache=Cache(tmp_path)))
    with pytest.raises(KeyboardInterrupt):
        subject.shadows("base")
    monkeypatch.undo()
    subject = shadowed(victim, runner=Runner(cache=Cache(tmp_path)))
    found = subject.shadows("base").outputs
    assert counted == subject._population._seeds
    again = shadowed(victim, runner=Runner(cache=Cache(tmp_path)))
    np.testing.assert_array_equal(again.shadows("base").outputs, found)
    assert len(counted) == 4
    other = shadowed(victim, runner=Runner(cache=Cache(tmp_path)), seed=1)
    assert not np.allclose(other.shadows("base").outputs, found)
    assert len(counted) == 8


def test_a_defense_at_the_end_of_the_target_goes_on_its_shadows(victim):
    layer = keras_entropy.TemperatureScaling(5.0)
    defended = keras_entropy.defend(victim, layer)
    for trainer in (train, wider):
        subject = shadowed(defended, trainer)
        models = trained_here(subject, trainer)
        expected = answers(models, inputs(subject), temperature=5.0)
        found = subject.shadows("base").outputs
        np.testing.assert_allclose(found, expected, atol=1e-5)


def test_logits_and_probabilities_are_reconciled(victim):
    with pytest.warns(UserWarning, match="end in logits, and the target in"):
        mixed = shadowed(victim, of_logits).shadows("base").outputs
    logits = of_logits(X[:160], Y[:160], 77)
    alike = shadowed(logits, of_logits, from_logits=True).shadows("base").outputs
    np.testing.assert_allclose(mixed, alike, atol=1e-5)
    assert mixed.sum(axis=2) == pytest.approx(1, abs=1e-5)
    other = shadowed(logits, train, from_logits=True).shadows("base").outputs
    plain = shadowed(victim, train).shadows("base").outputs
    np.testing.assert_allclose(other, plain, atol=1e-5)


def test_models_that_were_trained_on_nothing_do_not_resemble_the_target(victim):
    def untrained(x, y, seed):
        return train(x, y, seed, epochs=False)

    subject = shadowed(victim, untrained)
    assert not subject.resemblance.resembles
    assert subject.shadows("base") is None
    assert "SHADOWS DO NOT RESEMBLE" in subject.reason_without("shadows")
    assert shadowed(victim).resemblance.resembles


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"classes": 4}, "as many classes as the target, 3. .* of 4"),
        ({"activation": "relu"}, "must end in class probabilities"),
    ],
)
def test_a_model_of_another_kind_is_refused_at_the_first(
    victim, counted, change, reason, tmp_path
):
    def other(x, y, seed):
        return train(x, y, seed, **{"epochs": False, **change})

    subject = shadowed(victim, other, Runner(cache=Cache(tmp_path)))
    for _ in range(2):  # The second check to ask trains nothing.
        with pytest.raises(ValueError, match=f"`trainer` .*{reason}"):
            subject.shadows("base")
    assert len(counted) == 1
    assert not list(tmp_path.glob("*.npz"))


def test_another_input_shape_is_refused(victim):
    def narrow(x, y, seed):
        return train(x[:, :4], y, seed, epochs=False)

    with pytest.raises(
        ValueError, match=r"like the target's: .*shape \(4,\)\. Received: x \(6,\)"
    ):
        shadowed(victim, narrow).shadows("base")


def test_models_of_equal_weights_are_refused(victim, counted):
    def ignores_all(x, y, seed):
        return train(x, y, 5, epochs=False)

    with pytest.raises(ValueError, match="equal weights for other examples"):
        shadowed(victim, ignores_all).shadows("base")
    assert len(counted) == 2


def test_what_a_trainer_leaves_no_place_for(victim):
    with pytest.raises(ValueError, match="leave out --shadow-epochs and --shadow-le"):
        ShadowRecipe(trainer=Trainer(train), epochs=3, learning_rate=0.1)
    subject = shadowed(victim)
    for ask in (subject.shadows, subject.outputs):
        with pytest.raises(ValueError, match="M-9: trained with the model"):
            ask("M-9")


def test_models_are_trained_in_other_processes(victim, tmp_path, monkeypatch):
    (tmp_path / "far.py").write_text(
        "import keras\n"
        "def train(x, y, seed):\n"
        "    model = keras.Sequential([keras.Input((6,)),\n"
        "        keras.layers.Dense(3, 'softmax')])\n"
        "    model.compile('adam', 'sparse_categorical_crossentropy')\n"
        "    model.fit(x, y, epochs=4, verbose=0)\n"
        "    return model\n"
    )
    monkeypatch.chdir(tmp_path)
    spread, here = (
        shadowed(victim, "far.py:train", runner)._population._shadows
        for runner in (Runner(backend="loky", jobs=1), Runner())
    )
    assert isinstance(here, TrainedModels)
    np.testing.assert_allclose(
        spread.predict(None, X), here.predict(None, X), atol=1e-6
    )
