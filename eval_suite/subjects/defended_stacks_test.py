import contextlib

import keras
import numpy as np
import pytest

from eval_suite.subjects import defended_stacks
from eval_suite.subjects.defended_stacks import DefendedStacks
from keras_entropy import catalog
from keras_entropy.shadow import predict
from keras_entropy.shadow.stack import initialize
from keras_entropy.training.recipe import TrainingData

MODELS, EXAMPLES, CLASSES = 2, 400, 5
RNG = np.random.default_rng(0)
X = RNG.normal(size=(EXAMPLES, 4)).astype(np.float32)
Y = RNG.integers(0, CLASSES, EXAMPLES)
TRANSFORMS = [entry.name for entry in catalog.entries() if not entry.is_trained]


@pytest.fixture
def stacks():
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(CLASSES, activation="softmax")]
    )
    data = TrainingData(
        x=X,
        y=Y,
        rows=np.stack([np.arange(100), np.arange(100, 200)]),
        seeds=(0, 1),
        epochs=1,
        batch_size=32,
    )
    stack = initialize(model, data.seeds)
    return DefendedStacks(
        lambda: (model, stack),
        data,
        (X[200:], Y[200:]),
        lambda title, total: contextlib.nullcontext(lambda done: None),
    )


@pytest.fixture
def asked(monkeypatch):
    """The number of inputs that each prediction by models was asked for."""
    found = []

    def counted(model, stack, x):
        found.append(len(x))
        return predict(model, stack, x)

    monkeypatch.setattr(defended_stacks, "predict", counted)
    return found


@pytest.mark.parametrize("name", TRANSFORMS)
def test_layers_answer_as_the_defended_models_do(stacks, name):
    entry = catalog.get(name)
    if not entry.claims.deterministic:
        pytest.skip("draws by the state of each model")
    expected = predict(*stacks.behind(entry), X)
    found = stacks.predict(entry, X)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=2e-6)


def test_layers_ask_the_models_once_for_the_same_inputs(stacks, asked):
    for name in ("M-1", "label-only", "top-1"):
        stacks.predict(catalog.get(name), X)
        stacks.answer(None)(X)
    assert asked == [EXAMPLES]
    stacks.answer(catalog.get("M-1"))(X + 1)
    assert asked == [EXAMPLES, EXAMPLES]


def test_only_so_many_answers_are_kept(stacks, asked, monkeypatch):
    one = 4 * MODELS * EXAMPLES * CLASSES
    monkeypatch.setattr(defended_stacks, "_MOST_KEPT", one)
    expected = stacks.predict(None, X)
    stacks.predict(None, X + 1)
    np.testing.assert_array_equal(stacks.predict(None, X), expected)
    assert len(asked) == 3
    monkeypatch.setattr(defended_stacks, "_MOST_KEPT", one - 1)
    np.testing.assert_array_equal(stacks.predict(None, X), expected)
    stacks.predict(None, X)
    assert len(asked) == 4
