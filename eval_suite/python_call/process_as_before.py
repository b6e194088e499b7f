"""A session within a process that goes on: what it sets is set back."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def process_as_before(folder: Path) -> Iterator[io.StringIO]:
    """Sets the environment, paths, streams, threads and hypothesis back at the end.

    Args:
        folder: Where hypothesis may write.

    Yields:
        What is written to standard output and error in between.
    """
    from threadpoolctl import threadpool_limits

    environment, path = dict(os.environ), list(sys.path)
    # NumPy has read the environment long ago: see `plugin.set_up_process`.
    threads = None if "OPENBLAS_NUM_THREADS" in environment else 1
    # Of the user's own tests: such as to spread them over processes.
    os.environ.pop("PYTEST_ADDOPTS", None)
    os.environ.pop("PYTEST_PLUGINS", None)
    # Plugins of other packages, such as one that shuffles, are not asked for.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    written = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(written),
            contextlib.redirect_stderr(written),
            threadpool_limits(threads, user_api="blas"),
            _hypothesis_as_before(folder),
        ):
            yield written
    finally:
        os.environ.clear()
        os.environ.update(environment)
        sys.path[:] = path


@contextlib.contextmanager
def _hypothesis_as_before(folder: Path) -> Iterator[None]:
    from hypothesis import configuration
    from hypothesis import settings

    # There is a function that sets it, and none that tells it.
    home = getattr(configuration, "__hypothesis_home_directory", None)
    profile = settings()
    configuration.set_hypothesis_home_dir(str(folder))
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(home)
        settings.register_profile("before eval_suite", profile)
        settings.load_profile("before eval_suite")
