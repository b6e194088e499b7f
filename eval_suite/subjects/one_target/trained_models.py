"""Models that a user's own trainer has trained, asked behind each defense."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.one_target.stand_in import StandIn
from eval_suite.subjects.subject import ProgressBar
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.catalog import Entry
from keras_entropy.examples.input_form import InputForm
from keras_entropy.models import defending
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow import Runner
from keras_entropy.shadow import Stack
from keras_entropy.shadow import replicate
from keras_entropy.shadow.cache import describe_array
from keras_entropy.shadow.trainer import Trainer
from keras_entropy.shadow.trainer import model_of_file
from keras_entropy.shadow.trainer import trained_file
from keras_entropy.training.own_training import PROBE
from keras_entropy.training.own_training import equal_weights
from keras_entropy.training.own_training import stack_of
from keras_entropy.training.own_training import weights_digest
from keras_entropy.training.recipe import TrainingData


class TrainedModels:
    """K models of a user's trainer, trained when they are first asked.

    Where they are the target with other weights, their weights are a stack, and all
    are asked at once. Others, of whatever architecture, are asked one after another.

    Args:
        trainer: Trains one of them.
        target: The target, whose defenses at its end go on each of them.
        x: Inputs `(N, ...)` of the population.
        y: Integers `(N,)`: their classes.
        rows: Integers `(K, n)`: what each model is trained on.
        seeds: K integers.
        reference: Inputs and class indices that no model was trained on.
        runner: Function that returns what trains and keeps them.
        progress: Opens a progress bar.
        from_logits: Boolean, whether the target ends in logits.
        seed: Integer, of random layers and fits.
        audited: Makes of each of them what is audited. Defaults to `None`: it is as it
            is.
        form: How rows of `x` are what the trainer takes. Defaults to `None`: as they
            are.
    """

    def __init__(
        self,
        trainer: Trainer,
        target: keras.Model,
        x: Array,
        y: Integers,
        rows: Integers,
        seeds: Sequence[int],
        reference: tuple[Array, Array],
        runner: Callable[[], Runner],
        progress: ProgressBar,
        *,
        from_logits: bool,
        seed: int,
        audited: Callable[[keras.Model], keras.Model] | None = None,
        form: InputForm | None = None,
    ) -> None:
        self._trainer = trainer
        self._target = target
        self._probabilities = defending.probabilities_of(
            target, from_logits=from_logits
        )
        self._stand_in = StandIn(
            target, f"`trainer` {trainer.name}", from_logits=from_logits
        )
        self._x, self._y = x, y
        self._rows, self._seeds = rows, seeds
        self._reference = reference
        self._runner = runner
        self._progress = progress
        self._from_logits = from_logits
        self._seed = seed
        self._audited = audited
        self._form = form or InputForm()
        self._warned = False
        self._failure: ValueError | None = None

    def predict(self, entry: Entry | None, x: Array) -> Array:
        """Returns float32 `(K, N, C)`: what the models behind a defense answer.

        Args:
            entry: The defense, or `None` for none.
            x: Inputs `(N, ...)`.
        """
        return np.concatenate([asked.predict(entry, x) for asked in self._asked])

    def answer(self, entry: Entry | None) -> Answer:
        """Returns what asks the models behind a defense, one question after another.

        Args:
            entry: The defense, or `None` for none.
        """
        answers = [asked.answer(entry) for asked in self._asked]
        return lambda x: np.concatenate([answer(x) for answer in answers])

    @functools.cached_property
    def _asked(self) -> list[DefendedStacks]:
        if self._failure is not None:
            raise self._failure  # Trained once, however many checks ask.
        try:
            models = self._train()
        except ValueError as error:
            self._failure = error
            raise
        together = self._together(models)
        if together is not None:
            return [self._stacks(*together, slice(None), self._from_logits)]
        return [
            self._stacks(model, replicate(model, 1), slice(k, k + 1), from_logits)
            for k, (model, from_logits) in enumerate(
                map(self._stand_in.defended, models)
            )
        ]

    def _stacks(
        self, model: keras.Model, stack: Stack, which: slice, from_logits: bool
    ) -> DefendedStacks:
        data = TrainingData(
            x=self._x,
            y=self._y,
            rows=self._rows[which],
            seeds=self._seeds[which],
            # No defense is trained behind models of a trainer.
            epochs=0,
            batch_size=1,
        )
        return DefendedStacks(
            lambda: (model, stack),
            data,
            self._reference,
            self._progress,
            probabilities=defending.probabilities_of(model, from_logits=from_logits),
            from_logits=from_logits,
            # Random layers must not draw alike behind each model.
            draw_seed=self._seed + (which.start or 0),
            fit_seed=self._seed,
        )

    def _train(self) -> list[keras.Model]:
        """Returns the models, trained now or kept from an earlier run."""
        models: dict[int, keras.Model] = {}
        seen: dict[bytes, int] = {}

        def check(number: int, result: list[Array]) -> None:
            model = model_of_file(self._trainer, result)
            if self._audited is not None:
                model = self._audited(model)
            self._check(model)
            other = seen.setdefault(weights_digest(model), number)
            if other != number:
                seeds = self._seeds[other], self._seeds[number]
                raise ValueError(equal_weights(self._trainer, *seeds))
            models[number] = model

        def arguments(number: int) -> tuple[Any, ...]:
            rows, seed = self._rows[number], self._seeds[number]
            inputs = self._form.inputs
            return self._trainer, self._x[rows], self._y[rows], seed, inputs

        title = f"training {len(self._rows)} models by {self._trainer.name}"
        if self._trainer.key is None:
            title += " (not kept: its source is not known)"
        with self._progress(title, len(self._rows)) as advance:
            self._runner().compute(
                trained_file, arguments, self._keys(), check=check, progress=advance
            )
        return [models[number] for number in range(len(models))]

    def _keys(self) -> list[dict[str, Any] | None]:
        trainer = self._trainer.key
        if trainer is None:
            return [None] * len(self._rows)
        population = [describe_array(self._x), describe_array(self._y)]
        return [
            {"task": "trainer", **trainer, "on": population, "rows": rows, "seed": seed}
            for rows, seed in zip(self._rows, self._seeds, strict=True)
        ]

    def _check(self, model: keras.Model) -> None:
        """Raises `ValueError` if a model can't stand for the target."""
        self._stand_in.check(model, self._x[:2], self._form)
        in_logits = self._stand_in.in_logits(model)
        if in_logits and not (self._from_logits or self._warned):
            self._warned = True
            warnings.warn(
                f"The models of `trainer` {self._trainer.name} end in logits, and the "
                "target in probabilities: a softmax is added to them",
                stacklevel=2,
            )

    def _together(self, models: list[keras.Model]) -> tuple[keras.Model, Stack] | None:
        """Returns the target and the models' weights in it, if it answers alike."""
        probe = self._x[:PROBE]
        taken = self._form.inputs(probe)
        alone = [
            answers.predict_on_batch(taken)
            for answers in map(self._stand_in.probabilities_of, models)
        ]
        bases = [(self._target, self._probabilities)]
        if self._stand_in.defends:
            stripped = defending.strip(self._target)
            bases.append((stripped, defending.probabilities_of(stripped)))
        for base, probabilities in bases:
            stack = stack_of(models, base, probabilities, probe, np.stack(alone))
            if stack is not None:
                rest = replicate(self._target, len(models))
                return self._target, stack.transfer(self._target, rest)
        return None
