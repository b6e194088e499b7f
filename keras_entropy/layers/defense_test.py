import dataclasses

import keras
import numpy as np
import pytest

from keras_entropy import Claims
from keras_entropy import Defense
from keras_entropy import TemperatureScaling
from keras_entropy import TopK
from keras_entropy import catalog


def test_claims_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        TemperatureScaling.claims.injective = False


def test_nothing_but_determinism_and_export_is_claimed_unasked():
    assert dataclasses.asdict(Claims()) == {
        "raises_entropy": False,
        "keeps_argmax": False,
        "keeps_ranking": False,
        "deterministic": True,
        "injective": False,
        "permutation_equivariant": False,
        "export": ("tf_saved_model", "onnx"),
    }


@pytest.mark.parametrize("dtype", ["float16", "mixed_float16", "bfloat16", "float64"])
def test_another_precision_is_refused(dtype):
    with pytest.raises(ValueError, match=f"computes in float32.*dtype='{dtype}'"):
        TemperatureScaling(dtype=dtype)


def test_rank_one_is_refused():
    with pytest.raises(ValueError, match=r"\(batch, ..., classes\).*\(3,\)"):
        TemperatureScaling()(np.ones(3, "float32") / 3)


@pytest.mark.parametrize("classes", [None, 1])
def test_unknown_or_single_class_is_refused(classes):
    with pytest.raises(ValueError, match=rf"at least 2 classes.*\(None, {classes}\)"):
        TemperatureScaling()(keras.KerasTensor((None, classes)))


def test_one_class_is_sent_to_defend():
    with pytest.raises(ValueError, match="defend` turns one sigmoid unit into two"):
        TemperatureScaling()(np.ones((2, 1), "float32"))


def test_a_built_layer_refuses_another_number_of_classes():
    layer = TemperatureScaling()
    layer(np.full((2, 3), 1 / 3, "float32"))
    with pytest.raises(ValueError, match="incompatible with the layer"):
        layer(np.full((2, 4), 1 / 4, "float32"))


class Halved(Defense):
    """Somebody's own layer, which says nothing of `is_invertible`."""

    def call(self, inputs):
        return inputs / 2 + 0.5 / inputs.shape[-1]

    def invert(self, outputs):
        return 2 * outputs - 1 / outputs.shape[-1]


class HalvedTwice(Halved):
    def call(self, inputs):
        return super().call(super().call(inputs))

    def invert(self, outputs):
        return super().invert(super().invert(outputs))


class Renamed(Halved):
    pass


@pytest.mark.parametrize("cls", [Halved, HalvedTwice, Renamed])
def test_a_layer_that_defines_its_inverse_is_invertible(cls):
    layer = cls()
    assert layer.is_invertible
    rows = np.array([[0.75, 0.25], [0.5, 0.5]], "float32")
    np.testing.assert_array_equal(layer.invert(np.asarray(layer(rows))), rows)


def test_a_layer_without_an_inverse_says_so():
    layer = TopK(1)
    assert not layer.is_invertible
    with pytest.raises(NotImplementedError, match="`TopK` can't be undone"):
        layer.invert(np.eye(3))


def test_what_claims_to_be_injective_is_invertible():
    layers = [entry.create() for entry in catalog.entries()]
    injective = [layer for layer in layers if layer.claims.injective]
    assert injective
    assert [layer.name for layer in injective if not layer.is_invertible] == []
