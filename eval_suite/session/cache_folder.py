"""The folder in which trained models are kept from run to run, if there can be one."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import pytest

_SAID = pytest.StashKey[bool]()


def kept_in(config: pytest.Config) -> Path | None:
    """Returns a folder in pytest's cache, or `None` where nothing can be kept.

    That is under `-p no:cacheprovider`, and in a checkout that can't be written into,
    which is said once.
    """
    kept = getattr(config, "cache", None)
    if kept is None:
        return None
    try:
        folder = Path(kept.mkdir("keras_entropy"))
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        if not config.stash.get(_SAID, False):
            config.stash[_SAID] = True
            warnings.warn(
                "What is trained here is not kept for the next run, as pytest's cache "
                f"can't be written into ({error}). `-o cache_dir=FOLDER` keeps it",
                pytest.PytestWarning,
                stacklevel=2,
            )
        return None
