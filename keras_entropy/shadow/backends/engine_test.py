import keras
import pytest

from keras_entropy import shadow
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.stack_training_test import dense_model


def test_programs_are_used_again_until_they_are_cleared():
    model = dense_model()
    trainer, predictor = engine.trainer(model, None), engine.predictor(model, None)
    assert engine.trainer(model, None) is trainer
    assert engine.predictor(model, None) is predictor
    shadow.clear_programs()
    assert engine.trainer(model, None) is not trainer
    assert engine.predictor(model, None) is not predictor


def test_what_was_not_used_for_longest_is_forgotten():
    def others(start, count):
        for rate in range(start, start + count):
            engine.trainer(dense_model(keras.optimizers.Adam(float(rate))), None)

    shadow.clear_programs()
    model = dense_model()
    trainer = engine.trainer(model, None)
    others(1, 7)
    assert engine.trainer(model, None) is trainer
    others(10, 8)
    assert engine.trainer(model, None) is not trainer


def test_another_backend_is_refused(monkeypatch):
    shadow.clear_programs()
    monkeypatch.setattr(keras.backend, "backend", lambda: "numpy")
    with pytest.raises(ValueError, match=r"TensorFlow, JAX or PyTorch.*'numpy'"):
        engine.predictor(dense_model(), None)
