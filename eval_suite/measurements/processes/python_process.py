"""Another Python that runs a module of this package."""

from __future__ import annotations

import os
import subprocess
import sys


def run_module(module: str, *, stdout: int) -> subprocess.Popen[bytes]:
    """Starts a module with the paths of this process, and a pipe to its input.

    Not as `multiprocessing` does, which imports the script that runs, whatever that
    does.

    Args:
        module: Its full name.
        stdout: Where its output goes, as for `subprocess.Popen`.
    """
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=stdout,
        env={**os.environ, "PYTHONPATH": path},
    )
