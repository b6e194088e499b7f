"""One session of pytest that is called from Python and returns what it found."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Generator
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from eval_suite import plugin
from eval_suite.python_call.call_arguments import as_written
from eval_suite.python_call.call_arguments import command_line_of
from eval_suite.python_call.call_arguments import objects_in
from eval_suite.python_call.checks_bar import ChecksBar
from eval_suite.python_call.process_as_before import process_as_before
from eval_suite.session.evaluation_session import CALL
from eval_suite.session.evaluation_session import EvalSession

# The user's own settings of pytest are for the user's own tests.
_AS_SHIPPED = (
    *("-c", os.devnull, "--noconftest", f"--rootdir={plugin.PACKAGE.parent}"),
    # Its descriptors are the whole process's.
    *("--capture=sys", "-p", "no:faulthandler"),
)


class CalledSession:
    """Plugin that hands over what was given in Python, and keeps what comes of it.

    Args:
        given: Arguments of the call, by name of the option.
        progress: Boolean, whether a bar shows how far it is.

    Attributes:
        found: The session, once there is one.
        refused: What is wrong with the arguments, or `None`.
    """

    def __init__(self, given: Mapping[str, Any], progress: bool) -> None:
        self._given = given
        self._stream = sys.stderr if progress else None
        self.found: EvalSession | None = None
        self.refused: str | None = None

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_parse(self) -> Generator[None, object, object]:
        """Keeps what the parser refuses."""
        return (yield from self._kept_refusal())

    @pytest.hookimpl(wrapper=True)
    def pytest_cmdline_main(self) -> Generator[None, object, object]:
        """Keeps what the checks before any work refuse."""
        return (yield from self._kept_refusal())

    def _kept_refusal(self) -> Generator[None, object, object]:
        try:
            return (yield)
        except pytest.UsageError as error:
            self.refused = str(error)
            raise

    # Before the suite's own, which reads the options.
    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Hands over objects that no command line can name, and the bar."""
        for name, value in objects_in(self._given).items():
            setattr(config.option, f"eval_suite_{name}", value)
        config.stash[CALL] = as_written(self._given)
        config.stash[plugin.TERMINAL] = self._stream
        if self._stream is not None:
            config.pluginmanager.register(ChecksBar(self._stream), "eval_suite_bar")

    @pytest.hookimpl(tryfirst=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Keeps the session, which holds the results."""
        self.found = config.pluginmanager.get_plugin("eval_suite_session")


def run_session(
    given: Mapping[str, Any], cache: Path | str | None, progress: bool
) -> tuple[EvalSession, Path, bool]:
    """Runs the suite.

    Args:
        given: Arguments of the call, by name of the option.
        cache: Folder in which what is trained is kept, or `None`.
        progress: Boolean, whether a bar shows how far it is.

    Returns:
        The session, the path of its page, and whether everything passed.

    Raises:
        ValueError: If the command line would refuse the arguments; the same message.
        KeyboardInterrupt: If it was interrupted.
        RuntimeError: If pytest itself failed; with all that was printed.
    """
    import pytest_benchmark.plugin

    called = CalledSession(given, progress)
    kept = ("-p", "no:cacheprovider")
    if cache is not None:
        kept = ("-o", f"cache_dir={Path(cache).absolute()}")
    words = [*_AS_SHIPPED, *kept, str(plugin.PACKAGE), "--report"]
    with (
        tempfile.TemporaryDirectory() as folder,
        process_as_before(Path(folder)) as written,
    ):
        words += [f"--benchmark-storage=file://{folder}", *command_line_of(given)]
        plugins = [plugin, pytest_benchmark.plugin, called]
        status = pytest.main(words, plugins=plugins)
    if called.refused is not None:
        raise ValueError(_last_words(called.refused))
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt("The evaluation was interrupted")
    if called.found is None or called.found.page is None:
        raise RuntimeError(f"The evaluation did not end:\n{written.getvalue()}")
    return called.found, called.found.page, status == pytest.ExitCode.OK


def _last_words(refused: str) -> str:
    """Returns the message alone, without the usage that a parser puts before it."""
    return refused.rpartition(": error: ")[2].partition("\n  inifile:")[0].strip()
