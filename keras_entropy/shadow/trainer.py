"""A user's own training of one model: a function `(x, y, seed) -> model`."""

from __future__ import annotations

import functools
import hashlib
import inspect
import os
import random
import sys
import weakref
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.saved_bytes import model_of_bytes
from keras_entropy.models.saved_bytes import saved_bytes
from keras_entropy.named_objects import named_object

# What trains one model: inputs, class numbers and `seed=` in, a trained model out.
TrainerFunction = Callable[..., keras.Model]

# All that trainers have returned in this process, as long as it lives.
_returned: list[weakref.ref[keras.Model]] = []


class Trainer:
    """Trains one model as the user does.

    Before each call the random generators of Python, NumPy and the backend are set by
    the seed, so that a function which draws from them starts each model elsewhere, and
    a run that is taken up again ends with the same models.

    Args:
        given: Function `(x, y, seed) -> model` that trains a new Keras model on inputs
            `(n, ...)`, or a dict or list of them, as those of the members are, and
            class numbers `(n,)`; or its name, `"MODULE:NAME"` or `"FILE.py:NAME"`.
            Modules of the current folder are found as well.

    Raises:
        ValueError: If there is no such function, or it takes other arguments.

    Example:

    >>> def train(x, y, seed):
    ...     keras.utils.set_random_seed(seed)
    ...     model = make_model()
    ...     model.fit(x, y, class_weight={0: 1.0, 1: 20.0}, callbacks=[...])
    ...     return model
    >>> model = Trainer(train)(x, y, seed=0)
    """

    def __init__(self, given: TrainerFunction | str) -> None:
        self._given = _beyond_folder(given) if isinstance(given, str) else given
        self.name = given if isinstance(given, str) else _name_of(given)
        try:
            function = named_object(given) if isinstance(given, str) else given
        except ValueError as error:
            raise ValueError(f"`trainer`: {error}") from error
        if not callable(function):
            raise ValueError(
                "`trainer` must be a function (x, y, seed) -> model, or its name. "
                f"Received: {self.name}, of type {type(function).__name__}"
            )
        self._function: TrainerFunction = function
        try:
            signature = inspect.signature(function)
        except ValueError:  # Some of those written in C tell none.
            return
        try:
            signature.bind(None, None, seed=0)
        except TypeError as error:
            raise ValueError(
                "`trainer` must take (x, y, seed): inputs, class numbers and an "
                f"integer. Received: {self.name}{signature}, which fails with: {error}"
            ) from error

    def __reduce__(self) -> tuple[Any, ...]:
        # By name, as a module that was read from a file is in no other process.
        return _in_other_process, (self._given, os.getcwd())

    @functools.cached_property
    def key(self) -> dict[str, str] | None:
        """All that is known of the function, for the key of a cache.

        That is its name, and the text of the file that it is in. What it calls in other
        files, and data that it reads, are not looked at. `None` where even its own text
        tells too little: of functions made in functions, and of other objects that can
        be called.
        """
        function = self._function
        if not inspect.isfunction(function) or "<" in function.__qualname__:
            return None
        file = inspect.getsourcefile(function)
        try:
            source = Path(file).read_bytes() if file else b""
        except OSError:  # As in a notebook.
            return None
        digest = hashlib.sha256(source).hexdigest()
        return {"trainer": function.__qualname__, "source": digest}

    def __call__(self, x: Any, y: Integers, seed: int) -> keras.Model:
        """Returns a model that was trained on these examples.

        Raises:
            ValueError: If the function fails, or what it returns is no trained model,
                or one that it has returned before.
        """
        with seeded(seed):
            try:
                model = self._function(x, y, seed=seed)
            except Exception as error:  # whatever a user's own function raises
                raise ValueError(
                    f"`trainer` {self.name} failed, on {len(y)} examples with seed "
                    f"{seed}: {type(error).__name__}: {error}"
                ) from error
        if not isinstance(model, keras.Model):
            raise ValueError(
                f"`trainer` {self.name} must return the Keras model that it trained. "
                f"Received: {_told(model)}"
            )
        if not model.built:
            raise ValueError(
                f"`trainer` {self.name} must return a model that was trained. "
                f"Received: {model.name!r}, which was never called"
            )
        if any(model is before() for before in _returned):
            raise ValueError(
                f"`trainer` {self.name} must make a new model in each call. It has "
                f"returned the same object twice, {model.name!r}: its second training "
                "went on where the first had ended"
            )
        _returned[:] = [ref for ref in _returned if ref() is not None]
        _returned.append(weakref.ref(model))
        return model


def trained_file(
    trainer: Trainer,
    x: Array,
    y: Integers,
    seed: int,
    inputs: Callable[[Array], Any],
) -> list[Array]:
    """Returns the `.keras` file of a model that was trained, as bytes in an array.

    Args:
        trainer: Trains it.
        x: Rows `(n, ...)` of a table of inputs.
        y: Integers `(n,)`: their classes.
        seed: Integer.
        inputs: Function that makes of `x` what the trainer takes.
    """
    model = trainer(inputs(x), y, seed)
    try:
        content = saved_bytes(model)
    except Exception as error:  # Keras raises many kinds
        raise ValueError(
            f"`trainer` {trainer.name} must return a model that can be saved. "
            f"Received: {model.name!r}, which fails with: {error}"
        ) from error
    return [np.frombuffer(content, dtype=np.uint8)]


def model_of_file(trainer: Trainer, result: list[Array]) -> keras.Model:
    """Returns the uncompiled model whose file `trained_file` has returned."""
    try:
        # The user's own functions have made it just before.
        return model_of_bytes(result[0].tobytes())
    except Exception as error:  # Keras raises many kinds
        reason = str(error).strip().splitlines()[0][:300]
        raise ValueError(
            f"`trainer` {trainer.name} must return a model that can be loaded "
            "again: layers of your own must be registered with "
            "`keras.saving.register_keras_serializable`, in the trainer's module. "
            f"Received: {reason}"
        ) from error


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seeds Python, NumPy and the backend; the first two are left as they were.

    Args:
        seed: Integer.
    """
    numpys: Any = np.random  # whose old state the function may draw from
    before = random.getstate(), numpys.get_state()
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before[0])
        numpys.set_state(before[1])


def _name_of(given: object) -> str:
    return getattr(given, "__qualname__", None) or repr(given)


def _told(value: object) -> str:
    if value is None:
        return "None, as of a function without `return`"
    return f"{value!r:.80} of type {type(value).__name__}"


def _beyond_folder(name: str) -> str:
    """Returns the name of a function in a file so that all folders have it."""
    where, _, function = name.rpartition(":")
    if not where.endswith(".py"):
        return name
    return f"{Path(where).resolve()}:{function}"


def _in_other_process(given: TrainerFunction | str, folder: str) -> Trainer:
    if folder not in sys.path:
        sys.path.append(folder)
    return Trainer(given)
