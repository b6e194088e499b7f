"""Controls of attacks whose code has not changed are not run again.

They run on planted data with a fixed seed, so that the same code on the same versions
says the same. In a second run they would take longer than the attacks that they vouch
for. One that failed is not kept, and runs again.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy
import sklearn

import keras_entropy.attacks
from eval_suite.source_digest import source_digest
from keras_entropy.attacks import Control

Controls = Callable[[Sequence[str] | None], list[Control]]


def controls_of(
    folder: Path, run: Controls, attacks: Sequence[str] | None
) -> list[Control]:
    """Returns what controls say of attacks, from a folder where it is there.

    Args:
        folder: Where it is kept.
        run: Function that runs the controls of the attacks that it is given.
        attacks: Names, or `None` for all attacks.
    """
    file = folder / "controls" / f"{_digest(run, attacks)}.json"
    kept = _read(file)
    if kept:
        return kept
    controls = run(attacks)
    if all(control.passed for control in controls):
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps([control.row() for control in controls]))
    return controls


def _read(file: Path) -> list[Control]:
    """Returns the controls in a file, none where it is missing or not whole."""
    try:
        return [Control(**row) for row in json.loads(file.read_text())]
    except (OSError, ValueError, TypeError):
        return []


def _digest(run: Controls, attacks: Sequence[str] | None) -> str:
    """Returns what tells apart all that the controls depend on."""
    package = Path(keras_entropy.attacks.__file__).parent.parent
    versions = [module.__version__ for module in (np, scipy, sklearn)]
    parts = [
        *(run.__name__, None if attacks is None else list(attacks)),
        *(source_digest(package), platform.python_version(), platform.machine()),
        *versions,
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
