"""What says how far a run is, and that it still runs."""

from __future__ import annotations

import threading
import time
from typing import TextIO

import pytest

from eval_suite.session.status_line import StatusLine
from eval_suite.session.status_line import can_rewrite

# Seconds without a word that nobody has to wait.
EVERY = 20.0
# Seconds from one state of the line on a terminal to the next.
_MOVES = 1.0


class Heartbeat:
    """Plugin of the process that talks to the user.

    From the start of the session to the end of its report, from a thread of its own:
    on a terminal one line that is rewritten in place, elsewhere a line now and then.

    Args:
        stream: Where the lines go.
        every: Float, seconds from one line to the next, or `None` for what suits the
            stream.
    """

    def __init__(self, stream: TextIO, every: float | None = None) -> None:
        self._stream = stream
        self._status = StatusLine(stream) if can_rewrite(stream) else None
        usual = EVERY if self._status is None else _MOVES
        self._every = usual if every is None else every
        self._start = time.perf_counter()
        self._total = 0
        self._ended = 0
        self._running = "collecting the checks"
        self._over = threading.Event()
        self._writing = threading.Lock()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def pytest_sessionstart(self) -> None:
        """Starts to tell: to load Keras and to collect takes time too."""
        self._thread.start()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Counts the checks; with pytest-xdist nobody knows how many there are."""
        self._total = len(session.items)
        self._running = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remembers what runs."""
        self._make_way()
        self._running = nodeid.rpartition("/")[2]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self) -> None:
        """Makes way for pytest's dot."""
        self._make_way()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logfinish(self) -> None:
        """Counts what has ended."""
        self._make_way()
        self._ended += 1

    # Around what writes the report, and within what prints the summary.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self) -> object:
        """Tells also while the report is written, and then no more."""
        self._running = "writing the report"
        try:
            return (yield)
        finally:
            self._over.set()
            if self._thread.is_alive():
                self._thread.join()
            self._make_way()

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            with self._writing:
                if self._status is not None:
                    self._status.show(self.line())
                    continue
                # Below the dots, not among them.
                self._stream.write(f"\n{self.line()}\n")
                self._stream.flush()

    def _make_way(self) -> None:
        if self._status is not None:
            with self._writing:
                self._status.clear()

    def line(self) -> str:
        """Returns how much is done after which time, and what runs."""
        minutes, seconds = divmod(int(time.perf_counter() - self._start), 60)
        of = f" of {self._total:,}" if self._total else ""
        now = f", now {self._running}" if self._running else ""
        return f"[{minutes}:{seconds:02d}] {self._ended:,}{of} checks done{now}"
