"""The answers of one model in each mode of execution that Keras has.

For the check of whole defenses (`eval_suite/test_contract.py`) and for the tests of
each layer (`keras_entropy/layers/contract_test.py`): all modes must agree.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats


def compiled(model: keras.Model, inputs: Floats, *, jit_compile: bool) -> Floats:
    """Returns what the model predicts as a graph, or through XLA."""
    copy = keras.Model(model.input, model.output)
    copy.compile(jit_compile=jit_compile)
    return copy.predict(inputs, verbose=0)


def row_by_row(model: keras.Model, inputs: Floats) -> Floats:
    """Returns the answers to batches of one."""
    return np.concatenate([ops.convert_to_numpy(model(row[None])) for row in inputs])


def saved_and_loaded(model: keras.Model, inputs: Floats, folder: Path) -> Floats:
    """Returns the answers of the model that a `.keras` file gives back."""
    path = folder / "model.keras"
    model.save(path)
    return ops.convert_to_numpy(keras.models.load_model(path)(inputs))


def cloned(model: keras.Model, inputs: Floats) -> Floats:
    """Returns the answers of a clone that is given the weights."""
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    return ops.convert_to_numpy(clone(inputs))


def as_json(part: Any) -> str:
    """Returns the configuration of a Keras object as it is saved."""
    return json.dumps(keras.saving.serialize_keras_object(part))


def from_json(data: str) -> Any:
    """Returns the Keras object of a saved configuration."""
    return keras.saving.deserialize_keras_object(json.loads(data))


@contextlib.contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Sets the global policy, such as `"mixed_float16"`, for a while."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
