"""Shadow models of a user's model: its recipe, on random halves of a population."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np

import keras_entropy
from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.defended_stacks import Models
from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.one_target.shadow_examples import halves_of_other_data
from eval_suite.subjects.one_target.shadow_examples import halves_of_population
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.shadow_recipe import epochs_shown
from eval_suite.subjects.one_target.stand_in import StandIn
from eval_suite.subjects.one_target.trained_models import TrainedModels
from eval_suite.subjects.one_target.user_files import check_pool
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import no_bar
from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.catalog import Entry
from keras_entropy.examples.input_form import InputForm
from keras_entropy.models import defending
from keras_entropy.models.copies import compile_like
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.models.copies import optimizer_like
from keras_entropy.models.input_table import check_inputs
from keras_entropy.prediction_quality import hits
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow import Runner
from keras_entropy.shadow import Stack
from keras_entropy.shadow import check_compiled
from keras_entropy.shadow import model_seeds
from keras_entropy.shadow import replicate
from keras_entropy.shadow.resemblance import Resemblance
from keras_entropy.shadow.resemblance import compare
from keras_entropy.shadow.trainer import Trainer
from keras_entropy.training.loss_targets import targets_for
from keras_entropy.training.recipe import TrainingData


class Population:
    """The target's examples and others, and shadow models trained on halves of them.

    Args:
        model: The user's model, compiled unless something else says how the shadows
            are trained. Defenses at its end go on the shadows as they are on the
            target, after training.
        members: What it was trained on, all of it.
        nonmembers: What it was not trained on and what is scored.
        reference: Examples in no model.
        pool: Further examples: from the same distribution, or other data.
        recipe: How the shadows are trained.
        runner: Trains them.
        other_data: Boolean, whether the pool is of another distribution: the shadows
            are then trained on halves of the pool alone. Defaults to `False`.
        from_logits: Boolean, whether the model ends in logits.
        audited: Makes of a model that a trainer returns what is audited of it. Defaults
            to `None`: it is as it is.

    Raises:
        ValueError: If what is trained is not compiled or does not say how long, can't
            stand for the target, or the pool is too small, of another shape, or
            overlaps the others.
    """

    def __init__(
        self,
        model: keras.Model,
        members: Dataset,
        nonmembers: Dataset,
        reference: Dataset,
        pool: Dataset,
        recipe: ShadowRecipe,
        runner: Runner,
        *,
        other_data: bool = False,
        from_logits: bool = False,
        audited: Callable[[keras.Model], keras.Model] | None = None,
    ) -> None:
        own = recipe.trainer is None and recipe.model is None
        if own:
            check_compiled(model)
        option = "--shadow-data" if other_data else "--population"
        sides = {"members": members, "non-members": nonmembers, "reference": reference}
        check_pool(model, pool, sides, option)
        form = members.form or InputForm()
        check_inputs(model, form.names, members.x)
        halves = halves_of_other_data if other_data else halves_of_population
        self._examples = halves(members, nonmembers, pool, recipe.models, recipe.seed)
        self._recipe = recipe
        self.runner = runner
        self.progress: ProgressBar = no_bar
        self.epochs = recipe.epochs
        in_logits = from_logits
        if own:
            self.epochs = recipe.epochs or epochs_shown(
                model, len(members.x), recipe.batch_size
            )
            model = compiled_as_before(model, learning_rate=recipe.learning_rate)
        self._target = self._shadow_model = model
        trained = model
        if recipe.model is not None:
            check_compiled(recipe.model)
            self.epochs = recipe.epochs or epochs_shown(
                recipe.model, self._examples.rows.shape[1], recipe.batch_size
            )
            stand_in = StandIn(model, "--shadow-model", from_logits=from_logits)
            stand_in.check(recipe.model, members.x[:2], form)
            trained = compiled_as_before(
                recipe.model, learning_rate=recipe.learning_rate
            )
            self._shadow_model, in_logits = stand_in.defended(trained)
        self._trained_model = trained
        self._members = len(members.x)
        self._seeds = model_seeds(recipe.seed, recipe.models)
        every = np.arange(len(members.x))[None]
        self._shadows: DefendedStacks | TrainedModels
        if recipe.trainer is None:
            self._trained_model = _without_defenses(trained)
            self._targets = targets_for(self._trained_model, self._examples.y)
            self._shadows = self._behind(
                self._trained,
                self._shadow_model,
                self._examples.rows,
                self._seeds,
                reference,
                in_logits,
            )
        else:
            self._shadows = TrainedModels(
                recipe.trainer,
                model,
                self._examples.x,
                self._examples.y,
                self._examples.rows,
                self._seeds,
                (reference.x, reference.y),
                lambda: self.runner,
                self._bar,
                from_logits=from_logits,
                seed=recipe.seed,
                audited=audited,
                form=form,
            )
        self._of_target = self._behind(
            lambda: (model, replicate(model, 1)),
            model,
            every,
            [recipe.seed],
            reference,
            from_logits,
        )

    @property
    def models(self) -> int:
        """Number of shadow models."""
        return self._recipe.models

    @property
    def batch_size(self) -> int | None:
        """Examples in a batch, or `None` where a trainer alone knows it."""
        return self._recipe.batch_size if self.trainer is None else None

    @property
    def trainer(self) -> Trainer | None:
        """What trains the shadows, or `None`: they are trained as it is compiled."""
        return self._recipe.trainer

    @property
    def paired(self) -> bool:
        """Whether the shadows were trained on halves of the scored examples."""
        return self._examples.paired

    def __str__(self) -> str:
        told = str(self._examples)
        if self._recipe.model is not None:
            return f"{told}, each a {self._recipe.model.name!r}"
        return told if self.trainer is None else f"{told}, by {self.trainer.name}"

    @functools.cached_property
    def resemblance(self) -> Resemblance | None:
        """How the shadows compare with the target, both without a defense.

        `None` where they learned none of the target's examples.
        """
        if not self.paired:
            return None
        y = self._examples.y[: self._examples.scored]
        of_target, of_shadows = (
            stacks.predict(None, self._scored)
            for stacks in (self._of_target, self._shadows)
        )
        return compare(
            hits(of_target[0], y),
            np.stack([hits(answers, y) for answers in of_shadows]),
            y,
            np.arange(len(y)) < self._members,
            self._examples.membership,
        )

    @property
    def _scored(self) -> Array:
        return self._examples.x[: self._examples.scored]

    def shadows(self, name: str) -> Shadows:
        """Returns the shadows of the model behind a defense.

        Args:
            name: Name of a defense, or `"base"`.
        """
        outputs = self._shadows.predict(self._can(entry_of(name)), self._scored)
        return Shadows(outputs, self._examples.membership)

    def trained_on_target(self, name: str) -> Array:
        """Returns the target's answers behind a defense that is trained for it.

        Args:
            name: Name of a defense with a recipe.

        Returns:
            float32 array `(n + m, C)`, members first.
        """
        entry = self._can(entry_of(name))
        return self._of_target.predict(entry, self._scored)[0]

    def shadow_answer(self, entry: Entry | None) -> Answer:
        """Returns what asks the shadows behind a defense; `None` is no defense."""
        return self._shadows.answer(self._can(entry))

    def target_answer(self, entry: Entry) -> Answer:
        """Returns what asks the target behind a defense that is trained for it."""
        return self._of_target.answer(self._can(entry))

    def _can(self, entry: Entry | None) -> Entry | None:
        """Returns a defense, or raises `ValueError` if no shadow can have it."""
        otherwise = self._recipe.told_otherwise
        if entry is not None and entry.is_trained and otherwise is not None:
            raise ValueError(
                f"{entry.name}: trained with the model, as it is compiled, and the "
                f"shadows are trained by {otherwise}. Leave one of them out"
            )
        return entry

    def _behind(
        self,
        undefended: Callable[[], Models],
        model: keras.Model,
        rows: Array,
        seeds: list[int],
        reference: Dataset,
        from_logits: bool,
    ) -> DefendedStacks:
        return DefendedStacks(
            undefended,
            self._training_data(self._examples.y, rows, seeds, reference),
            (reference.x, reference.y),
            self._bar,
            probabilities=defending.probabilities_of(model, from_logits=from_logits),
            from_logits=from_logits,
            draw_seed=self._recipe.seed,
            fit_seed=self._recipe.seed,
        )

    def _trained(self) -> Models:
        """Returns the trained shadows, with the target's own defenses' weights."""
        data = self._training_data(self._targets, self._examples.rows, self._seeds)
        rest = replicate(self._shadow_model, self._recipe.models)
        title = f"training {self._recipe.models} shadow models"
        with self.progress(title, len(data.rows) * data.epochs) as advance:
            stack = data.train_models(self._trained_model, progress=advance)
        return self._shadow_model, stack.transfer(self._shadow_model, rest)

    def _training_data(
        self,
        y: Array,
        rows: Array,
        seeds: list[int],
        reference: Dataset | None = None,
    ) -> TrainingData:
        return TrainingData(
            x=self._examples.x,
            y=y,
            rows=rows,
            seeds=seeds,
            # Known, so that a run can be repeated: these models stay here.
            noise_seed=0,
            epochs=self.epochs or 0,  # Unknown to all but a trainer.
            batch_size=self._recipe.batch_size,
            train=self._train,
            reference=None if reference is None else (reference.x, reference.y),
        )

    def _bar(
        self, title: str, total: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        # What opens bars may be set after the data are made, and the runner likewise.
        return self.progress(title, total)

    def _train(self, *args: Any, **kwargs: Any) -> Stack:
        return self.runner.train(*args, **kwargs)


def _without_defenses(model: keras.Model) -> keras.Model:
    """Returns what was trained: the model, without defenses at its end."""
    defenses = [x for x in model.layers if isinstance(x, keras_entropy.Defense)]
    if not defenses:
        return model
    stripped = defending.strip(model)
    compile_like(stripped, model, optimizer_like(model.optimizer))
    return stripped
