"""Attacks in processes of their own, while this one trains and asks models."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from typing import Protocol
from typing import TypeVar

from eval_suite.measurements.processes.python_process import run_module

T = TypeVar("T")

# Bytes of work that may wait: this process goes on training meanwhile.
_MOST_WAITING = 1 << 29
_WORKER = "eval_suite.measurements.processes.attack_worker"


class Start(Protocol):
    """Starts some work, and returns what waits for its result."""

    def __call__(self, work: Callable[[], T], /) -> Callable[[], T]:
        """Starts it.

        Args:
            work: Function without arguments.
        """
        ...


def at_once(work: Callable[[], T], /) -> Callable[[], T]:
    """Does the work here and now."""
    found = work()
    return lambda: found


class AttackProcesses:
    """Does work in other processes, which load no Keras.

    They are started with the first work, and take it in the order given.

    Args:
        count: Integer, processes at a time.
    """

    def __init__(self, count: int) -> None:
        # A thread for each process hands work over, and waits.
        self._threads = ThreadPoolExecutor(count)
        self._own = threading.local()
        self._lock = threading.Lock()
        self._closed = False
        self._processes: list[subprocess.Popen[bytes]] = []
        self._waiting: deque[tuple[Future[Any], int]] = deque()

    def start(self, work: Callable[[], T], /) -> Callable[[], T]:
        """Starts some work, and returns what waits for its result.

        Returns at once, unless much is waiting.

        Args:
            work: Function that can be pickled, such as a `functools.partial` of a
                function of a module and arrays. What answers to neighbors it has must
                be its keyword `neighbors`: labels that many share are learned from
                once in each process.
        """
        packed = pickle.dumps(work, protocol=pickle.HIGHEST_PROTOCOL)
        self._make_room(len(packed))
        future = self._threads.submit(self._hand_over, packed)
        self._waiting.append((future, len(packed)))
        return future.result

    def close(self) -> None:
        """Ends the processes, also at their work."""
        with self._lock:
            self._closed = True
            for process in self._processes:
                process.kill()
        self._threads.shutdown(cancel_futures=True)
        for process in self._processes:
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with contextlib.suppress(BrokenPipeError):  # unsent work
                    pipe.close()

    def _make_room(self, size: int) -> None:
        waiting = self._waiting
        while waiting and (
            waiting[0][0].done()
            or size + sum(kept for _, kept in waiting) > _MOST_WAITING
        ):
            # What fails tells so to whoever asks for the result.
            waiting.popleft()[0].exception()

    def _hand_over(self, packed: bytes) -> Any:
        process = self._process()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(packed)
            process.stdin.flush()
            worked, found = pickle.load(process.stdout)
        except (BrokenPipeError, EOFError, OSError) as error:
            raise RuntimeError(
                "A process that ran attacks died, perhaps for lack of memory. "
                f"Received: exit status {process.wait()}"
            ) from error
        if not worked:
            raise found
        return found

    def _process(self) -> subprocess.Popen[bytes]:
        """Returns the process of this thread."""
        own: subprocess.Popen[bytes] | None = getattr(self._own, "process", None)
        if own is not None:
            return own
        with self._lock:
            if self._closed:
                raise RuntimeError("The processes that run attacks were ended")
            own = run_module(_WORKER, stdout=subprocess.PIPE)
            self._processes.append(own)
        self._own.process = own
        return own
