"""Models of one architecture behind each defense."""

from __future__ import annotations

import functools
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.catalog import Entry
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.queries.asking import Answer
from keras_entropy.queries.layer_answers import LayerAnswers
from keras_entropy.shadow import Stack
from keras_entropy.shadow import predict
from keras_entropy.shadow.stack import variables_of
from keras_entropy.training.recipe import TrainingData

# Bytes of the models' last answers that are kept.
_MOST_KEPT = 1 << 26

# A model, whose live weights mean nothing, and the weights of K of them.
Models = tuple[keras.Model, Stack]


class DefendedStacks:
    """Trains or fits what is needed when it is asked for, and keeps it.

    The training of a defense that is trained and fitted is kept for itself: others
    may share it.

    Args:
        undefended: Function that returns the undefended models.
        data: What they were trained on.
        reference: Inputs and class indices that no model was trained on, or `None`.
        progress: Opens a progress bar.
        probabilities: The undefended model with class probabilities as its output.
            Defaults to the undefended model itself.
        from_logits: Boolean, whether the undefended models end in logits. Defaults to
            `False`.
        draw_seed: Integer, of random layers that are asked more than once. Defaults to
            `0`.
        **settings: As for `defend_stack`.
    """

    def __init__(
        self,
        undefended: Callable[[], Models],
        data: TrainingData,
        reference: tuple[Array, Array] | None,
        progress: ProgressBar,
        *,
        probabilities: keras.Model | None = None,
        from_logits: bool = False,
        draw_seed: int = 0,
        **settings: Any,
    ) -> None:
        self._undefended = undefended
        self._data = data
        self._reference = reference
        self._progress = progress
        self._probabilities = probabilities
        self._from_logits = from_logits
        self._draw_seed = draw_seed
        self._settings = settings
        self._kept: dict[str, Models] = {}
        self._layers: dict[str, LayerAnswers | None] = {}
        self._answers = _LastAnswers()

    def behind(self, entry: Entry | None) -> Models:
        """Returns the models behind a defense, or with `None` the undefended ones."""
        text = text_of(entry)
        if text not in self._kept:
            self._kept[text] = self._defend(entry) if entry else self._undefended()
        return self._kept[text]

    def predict(self, entry: Entry | None, x: Array) -> Array:
        """Returns float32 `(K, N, C)`: what the models behind a defense answer.

        Args:
            entry: The defense, or `None` for none.
            x: Inputs `(N, ...)`.
        """
        layer = self._last_layer(entry)
        if entry is None or layer is None:
            return self._predict(entry, x)
        return layer(self._predict(entry.training, x))

    def answer(self, entry: Entry | None) -> Answer:
        """Returns what asks the models behind a defense, one question after another.

        Args:
            entry: The defense, or `None` for none.
        """
        if entry is None or entry.is_trained or entry.claims.deterministic:
            return functools.partial(self.predict, entry)
        # A stack begins each prediction in one state: a random layer would draw the
        # same numbers for each question.
        layer = LayerAnswers(entry.create(seed=self._draw_seed))
        return lambda x: layer(self._predict(None, x))

    def _predict(self, entry: Entry | None, x: Array) -> Array:
        """Asks the models themselves; layers behind them ask about the same inputs."""
        return self._answers.get(text_of(entry), x, lambda: self._ask_models(entry, x))

    def _ask_models(self, entry: Entry | None, x: Array) -> Array:
        model, stack = self.behind(entry)
        if entry is None and self._probabilities is not None:
            model = self._probabilities
        return predict(model, stack, x)

    def _last_layer(self, entry: Entry | None) -> LayerAnswers | None:
        """Returns what answers by the answers of the models before it, if it can."""
        text = text_of(entry)
        if text not in self._layers:
            found = None
            if entry is not None and _reads_answers(entry):
                found = self._layer_of(entry)
            self._layers[text] = found
        return self._layers[text]

    def _layer_of(self, entry: Entry) -> LayerAnswers:
        if not entry.is_fitted:
            return LayerAnswers(entry.create())
        model, stack = self.behind(entry)
        layer = model.layers[-1]
        addresses = map(id, variables_of(model))
        known = dict(zip(addresses, stack.values(model), strict=True))
        own = [known[id(variable)] for variable in layer.weights]
        return LayerAnswers(layer, list(zip(*own, strict=True)))

    def _defend(self, entry: Entry) -> Models:
        *before, last = entry.stages
        model, stack = self.behind(before[0] if before else None)
        models = f"{len(stack)} models" if len(stack) > 1 else "a model"
        title = f"training {models} with {entry.name}"
        return defend_stack(
            last,
            model,
            stack,
            self._data,
            self._reference,
            from_logits=self._from_logits and not before,
            bar=lambda total: self._progress(title, total),
            **self._settings,
        )


class _LastAnswers:
    """Keeps what models answered last: layers behind them ask the same questions."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, bytes], Array] = OrderedDict()

    def get(self, models: str, x: Array, ask: Callable[[], Array]) -> Array:
        """Returns what was answered, or asks.

        Args:
            models: Which models are asked.
            x: Inputs `(N, ...)`.
            ask: Asks them about `x`.
        """
        if x.dtype.hasobject:
            return ask()
        kind = f"{models}, {x.dtype}, {x.shape}"
        key = kind, hashlib.blake2b(np.ascontiguousarray(x).data).digest()
        answers = self._kept.pop(key) if key in self._kept else ask()
        self._kept[key] = answers
        while sum(found.nbytes for found in self._kept.values()) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return answers


def _reads_answers(entry: Entry) -> bool:
    """Whether a defense ends in a layer whose answers those without it tell.

    A random layer has states of its own behind each model. One that iterates does so
    on all answers at once, which is faster than in K models that are compiled as one.
    """
    last = entry.stages[-1]
    return (
        not last.is_trained
        and last.claims.deterministic
        and last.create().expects == "probabilities"
    )


def entry_of(defense: str | Entry) -> Entry | None:
    """Returns the entry that is meant; `None` is no defense."""
    if isinstance(defense, Entry):
        return defense
    return None if defense == BASE else catalog.get(defense)


def text_of(entry: Entry | None) -> str:
    """Returns what a defense is and does, whatever its name; `None` is no defense."""
    if entry is None:
        return BASE
    stages = entry.recipe, entry.cross_fitting
    return repr((entry.layer.__name__, dict(entry.config), *stages))
