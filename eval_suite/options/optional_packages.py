"""Optional packages: whether they are there, and if not, why."""

from __future__ import annotations

import importlib.util
import sys


def why_no_tf_privacy() -> str | None:
    """Returns why TensorFlow Privacy's attacks can't be run here, or `None`."""
    if importlib.util.find_spec("tensorflow_privacy") is not None:
        return None
    version = ".".join(map(str, sys.version_info[:2]))
    if sys.version_info >= (3, 12):
        return f"TensorFlow Privacy needs Python < 3.12, and this is {version}"
    return "TensorFlow Privacy is not installed: pip install 'keras-entropy[eval]'"
