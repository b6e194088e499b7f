"""One progress bar of a call from Python: checks that have run, of all."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import TextIO

import pytest

if TYPE_CHECKING:
    from tqdm import tqdm


class ChecksBar:
    """Plugin of a session that was called from Python.

    Args:
        stream: Where the bar goes, a terminal or a notebook's standard error.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: tqdm | None = None

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Opens the bar."""
        from tqdm import tqdm

        self._bar = tqdm(
            total=len(session.items),
            desc="evaluation",
            unit="check",
            file=self._stream,
            dynamic_ncols=True,
        )

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Says what runs."""
        if self._bar is not None:
            check = nodeid.rpartition("::")[2].removeprefix("test_")
            self._bar.set_postfix_str(check, refresh=False)

    def pytest_runtest_logfinish(self) -> None:
        """Counts what has ended."""
        if self._bar is not None:
            self._bar.update()

    def pytest_unconfigure(self) -> None:
        """Leaves the bar as it is."""
        if self._bar is not None:
            self._bar.close()
