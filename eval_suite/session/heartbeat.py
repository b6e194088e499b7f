"""A line now and then that says how far a run is, and that it still runs."""

from __future__ import annotations

import threading
import time
from typing import TextIO

import pytest

# Seconds without a word that nobody has to wait.
EVERY = 20.0


class Heartbeat:
    """Plugin of the process that talks to the user.

    Args:
        stream: Where the lines go.
        every: Float, seconds from one to the next. Where the stream is a terminal,
            only if no check has ended meanwhile, as the dots show the others.
    """

    def __init__(self, stream: TextIO, every: float = EVERY) -> None:
        self._stream = stream
        self._every = every
        self._start = time.perf_counter()
        self._total = 0
        self._ended = 0
        self._told = 0
        self._running = ""
        self._over = threading.Event()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Counts the checks; with pytest-xdist nobody knows how many there are."""
        self._total = len(session.items)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> object:
        """Tells the progress from a thread of its own while the checks run."""
        thread = threading.Thread(target=self._beat, daemon=True)
        thread.start()
        try:
            return (yield)
        finally:
            self._over.set()
            thread.join()

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Remembers what runs."""
        self._running = nodeid.rpartition("/")[2]

    def pytest_runtest_logfinish(self) -> None:
        """Counts what has ended."""
        self._ended += 1

    def _beat(self) -> None:
        while not self._over.wait(self._every):
            moved = self._ended != self._told
            self._told = self._ended
            if not (moved and self._stream.isatty()):
                from tqdm import tqdm

                # Above a bar that is on the screen, if one is.
                tqdm.write(f"\n{self.line()}", file=self._stream)
                self._stream.flush()

    def line(self) -> str:
        """Returns how much is done after which time, and what runs."""
        minutes, seconds = divmod(int(time.perf_counter() - self._start), 60)
        of = f" of {self._total:,}" if self._total else ""
        now = f", now {self._running}" if self._running else ""
        return f"[{minutes}:{seconds:02d}] {self._ended:,}{of} checks done{now}"
