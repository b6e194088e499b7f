"""Training in pieces: kept from run to run, and spread over processes or machines."""

import importlib
import json
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import joblib
import keras
import numpy as np

from keras_entropy._version import __version__
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.models.saved_bytes import model_of_bytes
from keras_entropy.models.saved_bytes import saved_bytes
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow import arguments
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.backends.configuration import layers_of
from keras_entropy.shadow.backends.configuration import training_configuration
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.cache import Key
from keras_entropy.shadow.cache import describe_array
from keras_entropy.shadow.groups import groups_of
from keras_entropy.shadow.pieces import Piece
from keras_entropy.shadow.pieces import Slot
from keras_entropy.shadow.spread import BACKENDS
from keras_entropy.shadow.spread import Spread
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_training import train
from keras_entropy.shadow.threads import Progress

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
        self._spread = Spread(backend, jobs, scheduler)

    def check_cluster(self) -> None:
        """Raises `ValueError` if there is a cluster to train on and it is not there."""
        self._spread.check_cluster()

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
        privacy: PrivateGradients | None = None,
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
                privacy=privacy,
            )
            for group in groups_of(len(stack), size)
        ]
        # As text or bytes: a cluster may give a piece to another worker with arguments
        # that the first one has used, and Keras takes apart what it is given.
        sent = ("", b"") if self._spread.is_here else _as_sent(model)
        trained = self._spread.complete(
            self._slots(model, pieces),
            lambda number: _train(model, pieces[number], progress),
            lambda number: joblib.delayed(_train_elsewhere)(
                number, sent, pieces[number]
            ),
            lambda number: progress(pieces[number].model_epochs),
        )
        parts = zip(*trained, strict=True)
        return Stack(variables_of(model), [np.concatenate(part) for part in parts])

    def compute(
        self,
        task: Callable[..., list[Array]],
        arguments: Callable[[int], Sequence[Any]],
        keys: Sequence[Key | None],
        *,
        check: Callable[[int, list[Array]], object],
        progress: Progress | None = None,
    ) -> list[list[Array]]:
        """Call a function several times; results are kept and calls spread likewise.

        Args:
            task: Returns arrays. For other processes, it must be importable there.
            arguments: Returns those of call number i.
            keys: One for each call: all that its result depends on beside the runner's
                own key, or `None` for a result that can't be kept.
            check: Called with each result's number and arrays, also with those that
                were kept. Where it raises, nothing is kept, and no call follows.
            progress: Optional callable, called with the number of calls done.

        Returns:
            The results, in order.

        Raises:
            ValueError: If the scheduler doesn't answer.
            RuntimeError: If a worker process died. What was done is kept.
        """
        advance = progress or (lambda done: None)
        slots = [
            Slot(None, {})
            if key is None
            else Slot(self._cache, {**self._common(), **key})
            for key in keys
        ]

        def here(number: int) -> list[Array]:
            result = task(*arguments(number))
            advance(1)
            return result

        return self._spread.complete(
            slots,
            here,
            lambda number: joblib.delayed(_numbered)(number, task, *arguments(number)),
            lambda number: advance(1),
            check,
        )

    def _slots(self, model: keras.Model, pieces: Sequence[Piece]) -> list[Slot]:
        """Return the place of each piece in the cache."""
        nowhere = [Slot(None, {}) for _ in pieces]
        if self._cache is None:
            return nowhere
        try:
            configuration = training_configuration(model)
        except (TypeError, NotImplementedError):
            return nowhere
        common = {
            **self._common(),
            "task": "train",
            "model": configuration.text,
            "sources": configuration.sources,
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
                    "privacy": piece.privacy and vars(piece.privacy),
                },
            )
            for piece in pieces
        ]

    def _common(self) -> dict[str, Any]:
        """Return what is in the key of everything that is kept."""
        backend = keras.backend.backend()
        return {
            **self._key,
            "keras_entropy": __version__,
            "keras": keras.__version__,
            "backend": backend,
            "backend_version": importlib.import_module(backend).__version__,
        }


def _as_sent(model: keras.Model) -> tuple[str, bytes]:
    """Returns the configuration as text, and the file if the text lacks something."""
    config = keras.saving.serialize_keras_object(model)
    if not any(hasattr(layer, "adapt") for layer in layers_of(model)):
        return json.dumps(config), b""
    # What such layers have adapted to is in no configuration.
    return json.dumps(config["compile_config"]), saved_bytes(model)


def _received(text: str, file: bytes) -> keras.Model:
    config = json.loads(text)
    if not file:
        return keras.saving.deserialize_keras_object(config)
    model = model_of_bytes(file)
    model.compile_from_config(config)
    return model


def _numbered(
    number: int, task: Callable[..., list[Array]], *arguments: Any
) -> tuple[int, list[Array]]:
    return number, task(*arguments)


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
        privacy=piece.privacy,
        progress=progress,
    )
    return stack.values(model)


def _train_elsewhere(
    number: int, sent: tuple[str, bytes], piece: Piece
) -> tuple[int, list[Array]]:
    return number, _train(_received(*sent), piece, None)
