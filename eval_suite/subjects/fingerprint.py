"""The code and the versions that cached outputs depend on, besides their data."""

from __future__ import annotations

import functools
import hashlib
import importlib
from pathlib import Path

import keras
import numpy as np

import keras_entropy


@functools.cache
def fingerprint() -> dict[str, str]:
    """Returns a digest of the package's source and the versions it runs on.

    A layer that was mended must not be judged by what it answered before.
    """
    backend = keras.backend.backend()
    return {
        "source": source_digest(Path(keras_entropy.__file__).parent),
        "keras": keras.__version__,
        "backend": backend,
        "backend_version": importlib.import_module(backend).__version__,
        "numpy": np.__version__,
    }


def source_digest(package: Path) -> str:
    """Returns a digest of the modules of the package that outputs depend on.

    That is all but its tests and the folder `attacks`: attacks read outputs and make
    none. It is the same wherever the package lies.

    Args:
        package: The package's folder.
    """
    source = hashlib.sha256()
    for path in sorted(package.rglob("*.py")):
        inside = path.relative_to(package)
        if not path.name.endswith("_test.py") and inside.parts[0] != "attacks":
            source.update(inside.as_posix().encode() + path.read_bytes())
    return source.hexdigest()
