"""NumPy arrays: their types, by what they hold (shapes are in docstrings), softmax.

And what is raised for a file that holds none.
"""

import zipfile
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.floating[Any]]
Integers = npt.NDArray[np.integer[Any]]
Booleans = npt.NDArray[np.bool_]

# The least positive float32: what a probability of 0 counts as in a logarithm.
SMALLEST_FLOAT32 = 2.0**-149

# Whatever is raised for a file that is no `.npz`, or a damaged one: a TypeError for an
# `.npy` file, whose array is no context manager.
UNREADABLE_NPZ = (
    ValueError,
    OSError,
    EOFError,
    TypeError,
    AttributeError,
    KeyError,
    zipfile.BadZipFile,
)


def softmax(logits: Floats) -> Floats:
    """Returns the softmax along the last axis."""
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)
