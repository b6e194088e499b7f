"""The search for a model that its user trains in a way of their own."""

import logging

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy.search import playing
from keras_entropy.search import recommending
from keras_entropy.search.candidates import CANDIDATES
from keras_entropy.training.own_training import OwnTraining

CALLS = []


def network(units=48, ending="softmax"):
    return keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(3, activation=ending),
        ]
    )


def train(x, y, seed):
    """Without `compile` or `fit`, so that this function alone can train the model."""
    CALLS.append((len(x), y.dtype, seed))
    return trained(network(), x, y)


def trained(model, x, y):
    """Random features, and the ridge regression of the classes on them."""
    first, last = model.layers
    hidden = np.maximum(x @ first.get_weights()[0] + first.get_weights()[1], 0)
    ridge = hidden.T @ hidden + 0.01 * np.eye(hidden.shape[1])
    weights = 8 * np.linalg.solve(ridge, hidden.T @ (np.eye(3)[y] - 1 / 3))
    last.set_weights([weights, np.zeros(3)])
    return model


def always_the_same(x, y, seed):
    keras.utils.set_random_seed(0)
    return network()


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200)
    x = (rng.normal(size=(200, 8)) + 0.8 * np.eye(8)[y]).astype("float32")
    return (x[:120], y[:120]), (x[120:], y[120:])


@pytest.fixture(autouse=True)
def few_layers(monkeypatch):
    monkeypatch.setattr(recommending, "CANDIDATES", CANDIDATES[:2])


def search(model, data, trainer=train, **settings):
    members, reference = data
    settings = {"models": 8, "questions": 0, **settings}
    return keras_entropy.recommend(
        model, reference, members=members, trainer=trainer, **settings
    )


def test_all_models_are_the_trainers(data, monkeypatch):
    keras.utils.set_random_seed(0)
    model = trained(network(), *data[0])
    before = model.get_weights()
    games = []

    def played(*args, **kwargs):
        games.append(playing.play(*args, **kwargs))
        return games[-1]

    monkeypatch.setattr(recommending, "play", played)
    CALLS.clear()
    found = search(model, data)
    rows = {row.name: row for row in found.table}
    assert rows["no defense"].auc > 0.6
    assert found.resemblance.resembles
    assert not found.refused
    # K of halves, K of the reference alone, five of four fifths of it, which a fitted
    # temperature asks, and K of both.
    sizes = [size for size, _, _ in CALLS]
    half, alone, fold, both = sizes[0], sizes[8], sizes[16], sizes[-1]
    assert sizes == [half] * 8 + [alone] * 8 + [fold] * 5 + [both] * 8
    assert fold == alone * 4 // 5
    assert both == half + alone
    assert {dtype for _, dtype, _ in CALLS} == {np.dtype("int64")}
    # The game's models are those that the trainer makes of the same examples.
    game, retraining, _ = games[0]
    rows_of, seeds = retraining.data.rows, retraining.data.seeds
    x, y = retraining.data.x, retraining.data.y
    keras.utils.set_random_seed(seeds[3])
    alike = train(x[rows_of[3]], y[rows_of[3]], seeds[3])
    np.testing.assert_allclose(game.outputs[3], alike.predict(x, verbose=0), atol=1e-5)
    for value, kept in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, kept)


def test_models_unlike_the_target_decide_nothing(data, caplog):
    def other(x, y, seed):
        return network()

    keras.utils.set_random_seed(0)
    model = trained(network(), *data[0])
    with caplog.at_level(logging.WARNING):
        found = search(model, data, trainer=other)
    assert not found.resemblance.resembles
    assert found.name == "no defense"
    assert "resemble" in caplog.text


def test_logits_stay_logits(data):
    (x, y), _ = data
    rows = np.array([np.arange(60), np.arange(60, 120)])

    def logits(x, y, seed):
        return trained(network(ending=None), x, y)

    trainer = recommending.given_trainer(logits, None, None, 32, False)
    model = network(ending=None)
    stack = OwnTraining(trainer, np.asarray, from_logits=True)(
        model, None, x, np.eye(3)[y], rows, epochs=1, batch_size=32, seeds=[0, 1]
    )
    for number, chosen in enumerate(rows):
        expected = trainer(x[chosen], y[chosen], number)
        stack.assign_to(model, number)
        np.testing.assert_allclose(
            model.predict(x, verbose=0), expected.predict(x, verbose=0), atol=1e-5
        )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"epochs": 3}, r"leave out epochs"),
        ({"batch_size": 8, "learning_rate": 0.1}, "learning_rate and batch_size"),
        ({"trainer": always_the_same}, "equal weights for other examples"),
        ({"retrain": True}, "leave out `trainer`, or `retrain`"),
        ({"trainer": 3}, r"must be a function \(x, y, seed\)"),
        ({"trainer": lambda x, y: None}, r"must take \(x, y, seed\)"),
        (
            {"trainer": lambda x, y, seed: network(5)},
            r"with other weights.*`membership_audit",
        ),
        (
            {"trainer": lambda x, y, seed: network(ending="sigmoid")},
            r"3 sigmoids",
        ),
    ],
)
def test_what_can_not_be_is_refused(data, settings, message):
    keras.utils.set_random_seed(0)
    model = network()
    with pytest.raises(ValueError, match=message):
        search(model, data, **settings)
