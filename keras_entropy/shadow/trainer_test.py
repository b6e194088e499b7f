import pickle
import random
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_entropy.shadow.trainer import Trainer
from keras_entropy.shadow.trainer import model_of_file
from keras_entropy.shadow.trainer import trained_file

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5)).astype("float32")
Y = RNG.integers(0, 3, 40)

SOURCE = """
import keras

def train(x, y, seed):
    layers = [keras.Input((5,)), keras.layers.Dense(3, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0)
    return model
"""


def small():
    return keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(3, activation="softmax")]
    )


def train(x, y, seed):
    model = small()
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    model.fit(x, y, epochs=2, verbose=0)
    return model


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    yield path
    sys.modules.pop("_file_mine", None)


def test_a_seed_tells_the_model_also_of_a_function_that_ignores_it():
    trainer = Trainer(train)
    before = random.getstate()
    first, other, again = (trainer(X, Y, seed).get_weights() for seed in (0, 1, 0))
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, two)
    assert not np.allclose(first[0], other[0])
    assert random.getstate() == before


def test_a_model_is_the_same_after_its_file():
    trainer = Trainer(train)
    expected = trainer(X, Y, 3).predict(X, verbose=0)
    found = model_of_file(trainer, trained_file(trainer, X, Y, 3, np.asarray))
    np.testing.assert_array_equal(found.predict(X, verbose=0), expected)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("mine", "Expected MODULE:NAME"),
        ("no_such_module:train", "no module 'no_such_module'.*current folder"),
        ("numpy:pie", "numpy has no 'pie'"),
        ("numpy:pi", "must be a function .*numpy:pi, of type float"),
        (3, "must be a function .*3, of type int"),
        (lambda x, y: None, "must take .x, y, seed.*unexpected keyword.*seed"),
        (lambda x, y, epochs: None, "must take .x, y, seed"),
        (lambda data, x, y, seed: None, "missing a required argument"),
    ],
)
def test_what_is_no_trainer_is_refused_before_work(given, reason):
    with pytest.raises(ValueError, match=f"`trainer`.*{reason}"):
        Trainer(given)


def unbuilt():
    return keras.Sequential([keras.layers.Dense(3)])


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (lambda: None, "None, as of a function without `return`"),
        (lambda: (small(), {}), "of type tuple"),
        (unbuilt, "which was never called"),
        (lambda: 1 / 0, "failed, on 40 examples with seed 5: ZeroDivisionError"),
    ],
)
def test_what_is_no_trained_model_is_refused(result, reason):
    with pytest.raises(ValueError, match=f"`trainer` .*{reason}"):
        Trainer(lambda x, y, seed: result())(X, Y, 5)


def test_one_object_is_no_two_models():
    kept = small()
    trainer = Trainer(lambda x, y, seed: kept)
    trainer(X, Y, 0)
    with pytest.raises(ValueError, match="same object twice"):
        trainer(X, Y, 1)


def test_the_key_is_the_text_of_the_file(file):
    first = Trainer(f"{file}:train").key
    assert first is not None
    assert Trainer(f"{file}:train").key == first
    file.write_text(SOURCE.replace("epochs=2", "epochs=3"))
    assert Trainer(f"{file}:train").key != first
    file.write_text(SOURCE + "train2 = train\n")
    assert Trainer(train).key["trainer"] == "train"


def test_what_a_file_does_not_tell_has_no_key():
    def inner(x, y, seed):
        return train(x, y, seed)

    class Made:
        def __call__(self, x, y, seed):
            return train(x, y, seed)

    assert Trainer(inner).key is None
    assert Trainer(lambda x, y, seed: None).key is None
    assert Trainer(Made()).key is None


def test_a_function_in_a_file_is_found_in_another_process_and_folder(
    file, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "elsewhere"
    path.mkdir()
    for name in ("mine.py:train", "mine:train"):
        (path / "t.pkl").write_bytes(pickle.dumps(Trainer(name)))
        code = "import pickle; print(pickle.load(open('t.pkl', 'rb')).name)"
        found = subprocess.run(
            [sys.executable, "-c", code],
            cwd=path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert found.stdout.strip().endswith(name)
    sys.modules.pop("mine", None)
