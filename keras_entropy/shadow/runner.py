"""Training in pieces: kept from run to run, and spread over processes or machines."""

import functools
import importlib
import json
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import joblib
import keras
import numpy as np
from joblib.externals.loky.process_executor import TerminatedWorkerError

from keras_entropy._version import __version__
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.shadow import arguments
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.backends.configuration import training_configuration
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.cache import describe_array
from keras_entropy.shadow.groups import groups_of
from keras_entropy.shadow.pieces import Piece
from keras_entropy.shadow.pieces import Slot
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_training import train
from keras_entropy.shadow.threads import Progress
from keras_entropy.shadow.workers import workers

BACKENDS = ("sequential", "loky", "dask", "ray")
# Models of one piece that are trained at once. The same whatever the backend, because
# the last digits of a sum may depend on how many models are stacked.
_PIECE = 8


class Runner:
    """Trains stacks in pieces, each of which is kept as soon as it is done.

    A run that was killed goes on with the first piece that is missing, and ends with
    the same numbers: a piece is one model, or eight where models are trained at once,
    whatever the backend.

    Args:
        cache: Optional `Cache` for the trained values. Models with functions of the
            user's own in their configuration are never kept, because nothing tells
            whether these have changed.
        key: Optional mapping of what else the results depend on, such as a digest of
            the code, for the keys of the cache.
        backend: String: `"sequential"` trains in this process, `"loky"` in processes on
            this machine, `"dask"` and `"ray"` on a cluster. All but the first need
            layers that are registered with `keras.saving` and can be imported there.
            Ray hands its pieces over when all are done, the others one by one.
        jobs: Integer, pieces at a time for `"loky"`; -1 for one on every core.
        scheduler: String, address of the cluster, such as `"tcp://10.0.0.1:8786"`
            (`"dask"`) or `"auto"` (`"ray"`).

    Raises:
        ValueError: If the backend is unknown, its scheduler is not given, or it is not
            installed.

    Example:

    >>> runner = Runner(cache=Cache(folder), backend="loky", jobs=2)
    >>> stack = runner.train(model, start, x, y, rows, epochs=20, ...)
    """

    def __init__(
        self,
        *,
        cache: Cache | None = None,
        key: Mapping[str, Any] | None = None,
        backend: str = "sequential",
        jobs: int = -1,
        scheduler: str | None = None,
    ) -> None:
        if backend not in BACKENDS:
            raise ValueError(
                f"`backend` must be one of {BACKENDS}. Received: backend={backend!r}"
            )
        if (backend in ("dask", "ray")) != (scheduler is not None):
            raise ValueError(
                "`scheduler` must be the cluster's address for the backends 'dask' and "
                "'ray', and must be left out for others. "
                f"Received: backend={backend!r}, scheduler={scheduler!r}"
            )
        self._cache = cache
        self._key = dict(key or {})
        self._backend = backend
        self._jobs = jobs
        self._scheduler = scheduler

    def check_cluster(self) -> None:
        """Raises `ValueError` if there is a cluster to train on and it is not there."""
        if self._scheduler is not None:
            with workers(self._backend, self._jobs, self._scheduler):
                pass

    def train(
        self,
        model: keras.Model,
        stack: Stack,
        x: Array,
        y: Array,
        rows: Integers,
        *,
        epochs: int,
        batch_size: int,
        seeds: Sequence[int],
        class_weight: Mapping[int, float] | None = None,
        progress: Progress | None = None,
    ) -> Stack:
        """Train every model of a stack; arguments and result of `shadow.train`.

        Raises:
            ValueError: As `shadow.train`, or if the scheduler doesn't answer.
            RuntimeError: If a worker process died. What was done is kept.
        """
        progress = progress or (lambda done: None)
        arguments.check_compiled(model)
        model = compiled_as_before(model)
        x, own_x = arguments.checked_inputs(x, len(stack), model)
        y, own_y = arguments.checked_targets(y, len(stack), x.shape[int(own_x)])
        rows = arguments.checked_rows(rows, len(stack), x.shape[int(own_x)])
        values = stack.values(model)
        size = _PIECE if engine.trains_at_once(model) else 1
        pieces = [
            Piece(
                values=[value[group] for value in values],
                x=x[group] if own_x else x,
                y=y[group] if own_y else y,
                rows=rows[group],
                seeds=[int(seed) for seed in seeds[group]],
                epochs=epochs,
                batch_size=batch_size,
                class_weight=class_weight,
            )
            for group in groups_of(len(stack), size)
        ]
        slots = self._slots(model, pieces)
        trained: dict[int, list[Array]] = {}
        for number, (piece, slot) in enumerate(zip(pieces, slots, strict=True)):
            stored = slot.find()
            if stored is not None:
                trained[number] = stored
                progress(piece.model_epochs)
        missing = [number for number in range(len(pieces)) if number not in trained]
        if self._backend == "sequential":
            for number in missing:
                compute = functools.partial(_train, model, pieces[number], progress)
                trained[number] = slots[number].get(compute)
        else:
            for number, values in self._distribute(model, pieces, missing):
                compute = functools.partial(list, values)
                trained[number] = slots[number].get(compute)
                progress(pieces[number].model_epochs)
        parts = zip(*(trained[number] for number in range(len(pieces))), strict=True)
        return Stack(variables_of(model), [np.concatenate(part) for part in parts])

    def _slots(self, model: keras.Model, pieces: Sequence[Piece]) -> list[Slot]:
        """Return the place of each piece in the cache."""
        nowhere = [Slot(None, {}) for _ in pieces]
        if self._cache is None:
            return nowhere
        try:
            configuration = training_configuration(model)
        except (TypeError, NotImplementedError):
            return nowhere
        backend = keras.backend.backend()
        common = {
            **self._key,
            "task": "train",
            "model": configuration.text,
            "sources": configuration.sources,
            "keras_entropy": __version__,
            "keras": keras.__version__,
            "backend": backend,
            "backend_version": importlib.import_module(backend).__version__,
        }
        # All pieces hold the same inputs, unless each model has its own.
        arrays = {id(array): array for piece in pieces for array in (piece.x, piece.y)}
        known = {key: describe_array(array) for key, array in arrays.items()}
        return [
            Slot(
                self._cache,
                {
                    **common,
                    **vars(piece),
                    "x": known[id(piece.x)],
                    "y": known[id(piece.y)],
                },
            )
            for piece in pieces
        ]

    def _distribute(
        self, model: keras.Model, pieces: Sequence[Piece], missing: Sequence[int]
    ) -> Iterator[tuple[int, list[Array]]]:
        """Train pieces in other processes, and yield them as they come."""
        # As text: a cluster may give a piece to another worker with arguments that the
        # first one has used, and Keras takes apart what it is given.
        config = json.dumps(keras.saving.serialize_keras_object(model))
        tasks = [
            joblib.delayed(_train_elsewhere)(number, config, pieces[number])
            for number in missing
        ]
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


def _train(model: keras.Model, piece: Piece, progress: Progress | None) -> list[Array]:
    stack = train(
        model,
        Stack(variables_of(model), piece.values),
        piece.x,
        piece.y,
        piece.rows,
        epochs=piece.epochs,
        batch_size=piece.batch_size,
        seeds=piece.seeds,
        class_weight=piece.class_weight,
        progress=progress,
    )
    return stack.values(model)


def _train_elsewhere(number: int, config: str, piece: Piece) -> tuple[int, list[Array]]:
    model = keras.saving.deserialize_keras_object(json.loads(config))
    return number, _train(model, piece, None)
