"""Attacks in processes of their own, while this one trains and asks models."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import pickle
from collections import OrderedDict
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any
from typing import Protocol
from typing import TypeVar

from joblib.externals.loky.process_executor import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError

from eval_suite.without_keras import leave_keras_out
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors

T = TypeVar("T")

# Bytes of work that may wait: this process goes on training meanwhile.
_MOST_WAITING = 1 << 29
# Seconds after which a process without work ends, as when this one was killed.
_PATIENCE = 60
# Labels that a process keeps: many defenses share those of the undefended models.
_MOST_LABELS = 4
_labels: OrderedDict[bytes, NeighborLabels] = OrderedDict()


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
        self._count = count
        self._executor: ProcessPoolExecutor | None = None
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
        if self._executor is None:
            self._executor = ProcessPoolExecutor(
                self._count, timeout=_PATIENCE, initializer=leave_keras_out
            )
        future = self._executor.submit(_work, packed)
        self._waiting.append((future, len(packed)))
        return functools.partial(_result, future)

    def close(self) -> None:
        """Ends the processes, also at their work."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, kill_workers=True)
            self._executor = None

    def _make_room(self, size: int) -> None:
        waiting = self._waiting
        while waiting and (
            waiting[0][0].done()
            or size + sum(kept for _, kept in waiting) > _MOST_WAITING
        ):
            # What fails tells so to whoever asks for the result.
            waiting.popleft()[0].exception()


def _result(future: Future[T]) -> T:
    try:
        return future.result()
    except TerminatedWorkerError as error:
        raise RuntimeError(
            "A process that ran attacks died, perhaps for lack of memory. "
            f"Received: {error}"
        ) from error


def _work(packed: bytes) -> Any:
    work = pickle.loads(packed)
    if isinstance(work, functools.partial) and work.keywords.get("neighbors"):
        neighbors: Neighbors = work.keywords["neighbors"]
        shared = dataclasses.replace(neighbors, labels=_shared(neighbors.labels))
        work = functools.partial(work, neighbors=shared)
    return work()


def _shared(labels: NeighborLabels) -> NeighborLabels:
    """Returns equal labels that were seen before, with what was learned from them."""
    digest = hashlib.blake2b()
    for family, bits in labels.right.items():
        digest.update(f"{family}, {bits.shape}".encode())
        digest.update(bits.data if bits.flags.c_contiguous else bits.tobytes())
    key = digest.digest()
    found = _labels.pop(key, labels)
    _labels[key] = found
    while len(_labels) > _MOST_LABELS:
        _labels.popitem(last=False)
    return found
