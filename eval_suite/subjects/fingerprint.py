"""The code and the versions that cached outputs depend on, besides their data."""

from __future__ import annotations

import functools
import importlib
from pathlib import Path

import keras
import numpy as np

import keras_entropy
from eval_suite.source_digest import source_digest


@functools.cache
def fingerprint() -> dict[str, str]:
    """Returns a digest of the package's source and the versions it runs on.

    A layer that was mended must not be judged by what it answered before. Attacks read
    outputs and make none, so that theirs is left out.
    """
    backend = keras.backend.backend()
    return {
        "source": source_digest(
            Path(keras_entropy.__file__).parent, without=("attacks",)
        ),
        "keras": keras.__version__,
        "backend": backend,
        "backend_version": importlib.import_module(backend).__version__,
        "numpy": np.__version__,
    }
