import keras
import numpy as np
import pytest

from eval_suite.datasets import example_files
from eval_suite.options.options import Options
from eval_suite.subjects import given_model
from eval_suite.subjects.make_subject import check_options
from eval_suite.subjects.subject import no_bar
from keras_entropy.shadow import workers


def test_a_cluster_that_does_not_answer_is_said_before_any_work(monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra 'dask'")
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    options = Options(shadow_backend="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ValueError, match=r"`scheduler` must be.*127\.0\.0\.1:9"):
        check_options(options)


def test_what_was_read_before_any_work_is_not_read_again(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    for name, size in (("in", 60), ("out", 60), ("pool", 80)):
        x, y = rng.normal(size=(size, 4)), rng.integers(0, 3, size)
        np.savez(tmp_path / f"{name}.npz", x=x, y=y)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x, y, verbose=0)
    model.save(tmp_path / "m.keras")
    options = Options(
        model=tmp_path / "m.keras",
        members=tmp_path / "in.npz",
        nonmembers=tmp_path / "out.npz",
        population=tmp_path / "pool.npz",
        shadow_epochs=1,
        shadows=6,
    )
    make = check_options(options)
    monkeypatch.setattr(example_files, "read_examples", None)
    monkeypatch.setattr(given_model, "load_model", None)
    subject = make(no_bar, lambda: tmp_path / "cache")
    assert subject.classes == 3
    assert subject.reason_without("records") is None
    assert subject.reason_without("shadows") is None
    assert (
        "6 shadow models of 60 examples each" in subject.describe()["profile"]["name"]
    )
    # Trained shadows are kept in the folder that the subject was made with.
    assert subject.record_answers("base").confidence.shape == (6, 60)
    assert list((tmp_path / "cache").iterdir())


TRAINER = """
import keras

def train(x, y, seed):
    layers = [keras.Input((4,)), keras.layers.Dense(3, activation="softmax")]
    return keras.Sequential(layers)
"""


def test_a_trainer_is_named_on_the_command_line_and_what_it_trained_is_kept(tmp_path):
    rng = np.random.default_rng(0)
    for name, size in (("in", 60), ("out", 60), ("pool", 80)):
        x, y = rng.normal(size=(size, 4)), rng.integers(0, 3, size)
        np.savez(tmp_path / f"{name}.npz", x=x, y=y)
    (tmp_path / "mine.py").write_text(TRAINER)
    # Not compiled: its recipe is the trainer's.
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, "softmax")])
    model.save(tmp_path / "m.keras")
    options = Options(
        model=tmp_path / "m.keras",
        members=tmp_path / "in.npz",
        nonmembers=tmp_path / "out.npz",
        population=tmp_path / "pool.npz",
        trainer=f"{tmp_path / 'mine.py'}:train",
        shadows=4,
        questions=0,
    )
    subject = check_options(options)(no_bar, lambda: tmp_path / "cache")
    assert subject.shadows("base").outputs.shape == (4, 110, 3)
    assert len(list((tmp_path / "cache").glob("*.npz"))) == 4  # one model a file
    assert "mine.py:train" in subject.describe()["profile"]["name"]


def test_the_suites_own_network_is_the_studys(tmp_path):
    game = check_options(Options(shadows=6))(None, lambda: tmp_path)
    assert game.is_reference_study
    assert game.reason_without("records") is None
    assert game.reason_without("shadows") is None
    assert not game.sees_loss_only
    assert check_options(Options(shadows=4))(None, lambda: tmp_path).reason_without(
        "records"
    )


def test_what_is_asked_is_checked_before_any_work(tmp_path):
    make = check_options(Options(questions=40, shadows=4))
    assert make(no_bar, lambda: tmp_path).questions["count"] == 40
    once = check_options(Options(questions=0, shadows=4))(no_bar, lambda: tmp_path)
    assert once.questions is None
    with pytest.raises(ValueError, match="`questions` must be at least"):
        check_options(Options(questions=1))
    own = tmp_path / "mine.py"
    own.write_text("def shaken(x, seed):\n    return x + (1 + seed % 97) / 100\n")
    given = Options(shadows=4, neighbors=f"{own}:shaken")
    asked = check_options(given)(no_bar, lambda: tmp_path)
    assert asked.questions["families"][-1]["name"] == "given"
    with pytest.raises(ValueError, match="has no 'shake'"):
        check_options(Options(neighbors=f"{own}:shake"))
