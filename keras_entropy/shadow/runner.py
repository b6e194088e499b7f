"""Training in pieces: kept from run to run, and spread over processes or machines."""

import json
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import joblib
import keras
import numpy as np
from joblib.externals.loky.process_executor import TerminatedWorkerError

from keras_entropy._version import __version__
from keras_entropy.arrays import Array
from keras_entropy.shadow import arguments
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.backends.configuration import training_configuration
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.cache import describe
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_training import train
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
    ):
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
        rows: Array,
        *,
        epochs: int,
        batch_size: int,
        seeds: Sequence[int],
        class_weight: Mapping[int, float] | None = None,
        progress: Callable[[int], object] | None = None,
    ) -> Stack:
        """Train every model of a stack; arguments and result of `shadow.train`.

        Raises:
            ValueError: As `shadow.train`, or if the scheduler doesn't answer.
            RuntimeError: If a worker process died. What was done is kept.
        """
        progress = progress or (lambda done: None)
        settings = {
            "epochs": epochs,
            "batch_size": batch_size,
            "class_weight": class_weight,
        }
        arguments.check_compiled(model)
        x, own_x = arguments.examples(x, len(stack), model)
        y, own_y = arguments.targets(y, len(stack), x.shape[int(own_x)])
        rows = arguments.checked_rows(rows, len(stack), x.shape[int(own_x)])
        values = stack.values(model)
        # All that the training of some of the models depends on, but the model.
        pieces = [
            {
                "values": [value[group] for value in values],
                "x": x[group] if own_x else x,
                "y": y[group] if own_y else y,
                "rows": rows[group],
                "seeds": [int(seed) for seed in seeds[group]],
                "settings": settings,
            }
            for group in _groups(model, len(stack))
        ]
        keys = self._keys(model, pieces)
        trained = {}
        for number, (piece, key) in enumerate(zip(pieces, keys, strict=True)):
            stored = None if key is None else self._cache.find(key)
            if stored is not None:
                trained[number] = _in_order(stored)
                progress(len(piece["seeds"]) * epochs)
        missing = [number for number in range(len(pieces)) if number not in trained]
        if self._backend == "sequential":
            for number in missing:
                piece = pieces[number]
                trained[number] = self._get(
                    keys[number], lambda p=piece: _train(model, p, progress)
                )
        else:
            for number, values in self._distribute(model, pieces, missing):
                trained[number] = self._get(keys[number], lambda v=values: v)
                progress(len(pieces[number]["seeds"]) * epochs)
        parts = zip(*(trained[number] for number in range(len(pieces))), strict=True)
        values = [np.concatenate(part) for part in parts]
        return Stack(variables_of(model), values)

    def _keys(self, model, pieces):
        """Return the cache key of each piece, `None` for what isn't kept."""
        if self._cache is None:
            return [None] * len(pieces)
        try:
            text, sources = training_configuration(model)
        except (TypeError, NotImplementedError):
            return [None] * len(pieces)
        backend = keras.backend.backend()
        common = {
            **self._key,
            "task": "train",
            "model": text,
            "sources": sources,
            "keras_entropy": __version__,
            "keras": keras.__version__,
            "backend": backend,
            "backend_version": __import__(backend).__version__,
        }
        # All pieces hold the same inputs, unless each model has its own.
        known = {}
        for piece in pieces:
            for array in (piece["x"], piece["y"]):
                if id(array) not in known:
                    known[id(array)] = describe(array)
        return [
            {
                **common,
                **piece,
                "x": known[id(piece["x"])],
                "y": known[id(piece["y"])],
            }
            for piece in pieces
        ]

    def _get(self, key, compute):
        if key is None:
            return compute()
        stored = self._cache.get(
            key, lambda: {str(i): value for i, value in enumerate(compute())}
        )
        return _in_order(stored)

    def _distribute(self, model, pieces, missing):
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


def _in_order(stored):
    return [stored[str(i)] for i in range(len(stored))]


def _groups(model, models):
    size = _PIECE if engine.trains_at_once(model) else 1
    return [slice(k, min(k + size, models)) for k in range(0, models, size)]


def _train(model, piece, progress):
    stack = train(
        model,
        Stack(variables_of(model), piece["values"]),
        piece["x"],
        piece["y"],
        piece["rows"],
        seeds=piece["seeds"],
        progress=progress,
        **piece["settings"],
    )
    return stack.values(model)


def _train_elsewhere(number, config, piece):
    model = keras.saving.deserialize_keras_object(json.loads(config))
    return number, _train(model, piece, None)
