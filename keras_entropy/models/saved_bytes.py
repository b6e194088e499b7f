"""Models as the bytes of a `.keras` file, to be kept or sent to other processes."""

from __future__ import annotations

import tempfile
from pathlib import Path

import keras


def saved_bytes(model: keras.Model) -> bytes:
    """Returns the bytes of the `.keras` file of a model.

    Raises:
        Exception: Of many kinds, where Keras can't save it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        model.save(path)
        return path.read_bytes()


def model_of_bytes(content: bytes) -> keras.Model:
    """Returns the model that `saved_bytes` was given, uncompiled.

    Only bytes of one's own are safe: functions in them are run.

    Args:
        content: The bytes.

    Raises:
        Exception: Of many kinds, where Keras can't load it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.saving.load_model(path, compile=False, safe_mode=False)
