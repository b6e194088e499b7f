"""Tasks side by side in the threads of this process."""

import os
import threading
from collections.abc import Callable
from collections.abc import Sequence
from concurrent import futures
from typing import TypeVar

Item = TypeVar("Item")
# Called with what has been done since the last call, like `tqdm.update`.
Progress = Callable[[int], object]


def run(
    task: Callable[[Item, Progress], object],
    items: Sequence[Item],
    progress: Progress,
    concurrent: bool,
) -> None:
    """Do a task for every item, and return when all are done.

    An exception, or an interrupt, ends the tasks in other threads at the next progress
    that they report.

    Args:
        task: Called as `task(item, progress)`.
        items: What the tasks are done for.
        progress: Called with whatever the tasks report, by one thread at a time.
        concurrent: Whether to use as many threads as there are processors.
    """
    if not concurrent or len(items) == 1:
        for item in items:
            task(item, progress)
        return
    lock = threading.Lock()
    stopped = threading.Event()

    def report(done: int) -> None:
        if stopped.is_set():
            raise futures.CancelledError
        with lock:
            progress(done)

    with futures.ThreadPoolExecutor(_processors()) as pool:
        submitted = [pool.submit(task, item, report) for item in items]
        try:
            for future in futures.as_completed(submitted):
                future.result()
        except BaseException:
            stopped.set()
            for future in submitted:
                future.cancel()
            raise


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
