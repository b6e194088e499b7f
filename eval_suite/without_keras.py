"""Attacks without Keras: they need none, and it takes seconds to load."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

# The parts of the package that need no Keras.
_WITHOUT_KERAS = ("adam", "arrays", "attacks", "prediction_quality")


def leave_keras_out() -> None:
    """Makes `keras_entropy.attacks` importable without importing Keras.

    The package's own `__init__` imports Keras, and that the backend, which takes
    seconds and may not even be installed where outputs are judged. Until something of
    the package itself is asked for, an empty module stands in for it.
    """
    name = "keras_entropy"
    if name in sys.modules:
        return
    spec = importlib.util.find_spec(name)
    loader = None if spec is None else spec.loader
    if spec is None or loader is None:
        raise ModuleNotFoundError(f"No package named {name!r}", name=name)
    package = importlib.util.module_from_spec(spec)

    def fill(attribute: str) -> Any:
        if attribute.startswith("__") or attribute in _WITHOUT_KERAS:
            raise AttributeError(attribute)  # and a module is imported alone
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, attribute)

    package.__dict__["__getattr__"] = fill
    sys.modules[name] = package
