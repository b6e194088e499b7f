"""Versions, machine and commit of a run."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np

from eval_suite.results.contents import Environment
from keras_entropy._version import __version__


def environment() -> Environment:
    """Returns versions, machine and commit, for results.json."""
    # Where outputs are given, Keras is not loaded.
    keras = sys.modules.get("keras")
    backend = keras.backend.backend() if keras else "none"
    commit, dirty = _commit()
    return {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "keras_entropy": __version__,
        "keras": _version("keras") or "none",
        "backend": backend,
        "backend_version": _version(backend),
        "numpy": np.__version__,
        "commit": commit,
        "dirty": dirty,
    }


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None  # nightly builds have other names


def _commit() -> tuple[str | None, bool | None]:
    """Returns the commit of the folder that pytest runs in, and whether it is dirty.

    Both are `None` where it is no checkout.
    """

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
        commit = git("rev-parse", "--short=12", "HEAD")
        return commit, bool(git("status", "--porcelain"))
    except (OSError, subprocess.SubprocessError):
        return None, None
