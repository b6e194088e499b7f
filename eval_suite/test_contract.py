"""One function in every mode: eager, compiled, XLA, saved, cloned, low precision."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from keras import ops

import keras_entropy
from eval_suite.measurements.one_layer import execution_modes
from eval_suite.measurements.one_layer.built_layer import create
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats

CLASSES = 10
ATOL = 1e-6


@pytest.fixture(scope="module")
def model(defense: str) -> Any:
    """A small classifier with the defense, every kind of row among its answers."""
    keras.utils.set_random_seed(0)
    base = keras.Sequential(
        [
            keras.Input((CLASSES,)),
            keras.layers.Dense(CLASSES, kernel_initializer="identity"),
            keras.layers.Softmax(),
        ]
    )
    return keras_entropy.defend(base, create(defense, CLASSES))


@pytest.fixture(scope="module")
def inputs() -> Floats:
    """Logits: saturated, equal, and ordinary."""
    rows = np.random.default_rng(0).normal(scale=4, size=(32, CLASSES))
    rows[:CLASSES] = 200 * np.eye(CLASSES)
    rows[CLASSES] = 0
    return rows.astype("float32")


@pytest.fixture(scope="module")
def expected(model: Any, inputs: Floats) -> Array:
    return ops.convert_to_numpy(model(inputs))


def assert_same(found: Array, expected: Array, mode: str) -> None:
    error = np.abs(found - expected).max()
    assert error <= ATOL, f"{mode} differs from eager by {error:.2g}; expected {ATOL}"


@pytest.mark.claims("deterministic")
@pytest.mark.parametrize("jit_compile", [False, True], ids=["graph", "XLA"])
def test_compiled(
    model: Any, inputs: Floats, expected: Array, jit_compile: bool
) -> None:
    found = execution_modes.compiled(model, inputs, jit_compile=jit_compile)
    assert_same(found, expected, "XLA" if jit_compile else "the graph")


@pytest.mark.claims("deterministic")
def test_single_rows(model: Any, inputs: Floats, expected: Array) -> None:
    found = execution_modes.row_by_row(model, inputs)
    assert_same(found, expected, "one row at a time")


@pytest.mark.claims("deterministic")
def test_saved_and_loaded(
    model: Any, inputs: Floats, expected: Array, tmp_path: Path
) -> None:
    found = execution_modes.saved_and_loaded(model, inputs, tmp_path)
    assert_same(found, expected, "the loaded model")


@pytest.mark.claims("deterministic")
def test_cloned(model: Any, inputs: Floats, expected: Array) -> None:
    assert_same(execution_modes.cloned(model, inputs), expected, "the clone")


def test_configuration_survives(defense: str) -> None:
    layer = catalog.get(defense).create()
    data = execution_modes.as_json(layer)
    revived = execution_modes.from_json(data)
    assert execution_modes.as_json(revived) == data
    for name, value in catalog.get(defense).config.items():
        given, kept = (
            config[name] for config in (layer.get_config(), revived.get_config())
        )
        assert given == kept, f"get_config() loses {name}={value!r}"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_float32_in_mixed_precision(defense: str, inputs: Floats, policy: str) -> None:
    layer = create(defense, CLASSES)
    rows = inputs if layer.expects == "logits" else ops.softmax(inputs)
    with execution_modes.dtype_policy(policy):
        out = create(defense, CLASSES)(rows)
    assert keras.backend.standardize_dtype(out.dtype) == "float32"
    error = np.abs(ops.convert_to_numpy(out).sum(axis=-1) - 1).max()
    assert error <= 1e-5, f"a row sums to 1 +- {error:.2g} under {policy}"
