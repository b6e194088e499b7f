"""What a run was made with."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from keras_entropy._version import __version__


def environment() -> dict[str, Any]:
    """Returns versions, machine and commit, for results.json."""
    # Where outputs are given, Keras is not loaded.
    keras = sys.modules.get("keras")
    backend = keras.backend.backend() if keras else "none"
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "keras_entropy": __version__,
        "keras": _version("keras") or "none",
        "backend": backend,
        "backend_version": _version(backend),
        "numpy": np.__version__,
        **_commit(),
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None  # nightly builds have other names


def _commit() -> dict[str, Any]:
    """Returns the commit of the folder that pytest runs in, if it is a checkout."""

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *arguments],
            cwd=Path.cwd(),
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        ).stdout.strip()

    try:
        return {
            "commit": git("rev-parse", "--short=12", "HEAD"),
            "dirty": bool(git("status", "--porcelain")),
        }
    except (OSError, subprocess.SubprocessError):
        return {"commit": None, "dirty": None}
