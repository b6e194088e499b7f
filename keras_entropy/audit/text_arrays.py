"""Arrays of strings as bytes, which a file keeps as they are."""

from __future__ import annotations

import json

import numpy as np

from keras_entropy.arrays import Array


def packed(texts: Array) -> Array:
    """Returns an array of strings as bytes.

    NumPy's own strings would lose zeros at an end.

    Args:
        texts: Array of objects `str`, of any shape.

    Returns:
        Uint8 array, of one axis.
    """
    text = json.dumps({"shape": texts.shape, "texts": texts.ravel().tolist()})
    return np.frombuffer(text.encode(), np.uint8)


def unpacked(given: Array) -> Array:
    """Returns the array of strings that `packed` was given.

    Raises:
        ValueError: If it is not of `packed`.
    """
    try:
        found = json.loads(given.tobytes().decode())
        texts = np.empty(len(found["texts"]), object)
        texts[:] = found["texts"]
        return texts.reshape(found["shape"])
    except (KeyError, TypeError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"not an array of strings: {error}") from error
