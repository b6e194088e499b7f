"""Work that is kept as it comes, done here or spread over other processes."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import joblib
from joblib.externals.loky.process_executor import TerminatedWorkerError

from keras_entropy.arrays import Array
from keras_entropy.shadow.pieces import Slot
from keras_entropy.shadow.workers import workers

BACKENDS = ("sequential", "loky", "dask", "ray")


class Spread:
    """Where work is done; the arguments are those of `Runner`."""

    def __init__(self, backend: str, jobs: int, scheduler: str | None) -> None:
        self._backend = backend
        self._jobs = jobs
        self._scheduler = scheduler

    @property
    def is_here(self) -> bool:
        """Whether all is done in this process."""
        return self._backend == "sequential"

    def check_cluster(self) -> None:
        """Raise `ValueError` if there is a cluster to work on and it is not there."""
        if self._scheduler is not None:
            with workers(self._backend, self._jobs, self._scheduler):
                pass

    def complete(
        self,
        slots: Sequence[Slot],
        here: Callable[[int], list[Array]],
        elsewhere: Callable[[int], Any],
        done: Callable[[int], object],
        check: Callable[[int, list[Array]], object] = lambda number, result: None,
    ) -> list[list[Array]]:
        """Return what each slot holds, and compute what is missing.

        Args:
            slots: The places of the results.
            here: Computes the result of a number in this process, and reports its
                progress itself.
            elsewhere: Returns joblib's call that returns a number and its result.
            done: Called with the number of each result that came some other way.
            check: Called once with each number and result, before it is kept.

        Raises:
            ValueError: If the scheduler doesn't answer.
            RuntimeError: If a worker process died.
        """
        found: dict[int, list[Array]] = {}
        checked: set[int] = set()

        def good(number: int, result: list[Array]) -> list[Array]:
            if number not in checked:
                check(number, result)
                checked.add(number)
            return result

        for number, slot in enumerate(slots):
            stored = slot.find()
            if stored is not None:
                found[number] = good(number, stored)
                done(number)
        missing = [number for number in range(len(slots)) if number not in found]
        if self.is_here:

            def compute(number: int) -> list[Array]:
                return good(number, here(number))

            for number in missing:
                # What another process has kept meanwhile is checked as well.
                result = slots[number].get(functools.partial(compute, number))
                found[number] = good(number, result)
        else:
            for number, result in self._distribute(map(elsewhere, missing)):
                good(number, result)
                found[number] = slots[number].get(functools.partial(list, result))
                done(number)
        return [found[number] for number in range(len(slots))]

    def _distribute(self, tasks: Iterable[Any]) -> Iterator[tuple[int, list[Array]]]:
        """Compute in other processes, and yield numbers and results as they come."""
        with workers(self._backend, self._jobs, self._scheduler) as options:
            parallel = joblib.Parallel(batch_size=1, **options)
            try:
                yield from parallel(tasks)
            except TerminatedWorkerError as error:
                raise RuntimeError(
                    "A worker process died, perhaps for lack of memory; use fewer "
                    "`jobs`. What was done is kept in the `cache`, if there is one. "
                    f"Received: {error}"
                ) from error
