"""Tests of a module that is changed in memory, in a process of their own."""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import CodeType

from eval_suite.benchmarks.mutants.mutations import Mutation
from eval_suite.benchmarks.mutants.mutations import mutated

# Loaded once, before the processes are forked: most of the time would go into it.
# Nothing of the project's own, which a change has to reach.
_PRELOADED = (
    *("keras", "scipy.stats", "sklearn.ensemble", "hypothesis", "pytest"),
    "pytest_benchmark.plugin",
)


# A machine that is busy with other things gives a tenth of its time.
_WAITED = 20


def preload() -> None:
    """Loads the libraries that tests need."""
    for name in _PRELOADED:
        importlib.import_module(name)
    # Else each process would look through all of that again.
    gc.freeze()


def source_of(module: str) -> tuple[str, str]:
    """Returns the text of a module and its path, without loading it."""
    path = Path(*module.split(".")).with_suffix(".py")
    return path.read_text(), str(path.resolve())


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module with one change."""

    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation
        super().__init__(mutation.module, source_of(mutation.module)[1])

    def get_code(self, fullname: str) -> CodeType:
        source, path = source_of(fullname)
        return mutated(source, self._mutation.number, path)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the module that is changed, and leaves all others alone."""

    def __init__(self, mutation: Mutation) -> None:
        self._mutation = mutation

    def find_spec(
        self, fullname: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self._mutation.module:
            return None
        return importlib.util.spec_from_loader(fullname, _Loader(self._mutation))


def passes(tests: Sequence[str], mutation: Mutation | None, limit: float) -> bool:
    """Returns whether tests pass on a changed module.

    Args:
        tests: Paths of test files.
        mutation: The change, or `None` for the module as it is.
        limit: Float, seconds of the processor; tests that take longer don't pass.
    """
    child = os.fork()
    if not child:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(limit),) * 2)
            _run(tests, mutation)
        finally:
            os._exit(1)
    # A change that waits for ever takes no processor.
    last = time.monotonic() + _WAITED * limit
    while time.monotonic() < last:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def _run(tests: Sequence[str], mutation: Mutation | None) -> None:
    """Ends the process: with 0 if the tests pass."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    if mutation is not None:
        sys.meta_path.insert(0, _Finder(mutation))
    import pytest

    # pytest's own import hook would load the project's modules, and miss the change.
    options = ("-x", "-q", "-p", "no:cacheprovider", "--assert=plain")
    os._exit(int(pytest.main([*options, *tests], plugins=[_AnyExample()])))


class _AnyExample:
    """Lets hypothesis stop at the first example that fails, be it a long one."""

    def pytest_configure(self) -> None:
        """After the conftest, which loads a profile."""
        from hypothesis import Phase
        from hypothesis import settings

        settings.register_profile(
            "mutants", settings(), phases=[Phase.explicit, Phase.generate]
        )
        settings.load_profile("mutants")
