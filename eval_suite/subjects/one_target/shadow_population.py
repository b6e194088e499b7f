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
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.shadow_recipe import epochs_shown
from eval_suite.subjects.one_target.trained_models import TrainedModels
from eval_suite.subjects.one_target.user_files import check_pool
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import no_bar
from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.catalog import Entry
from keras_entropy.models import defending
from keras_entropy.models.copies import compile_like
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.models.copies import optimizer_like
from keras_entropy.prediction_quality import hits
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow import Runner
from keras_entropy.shadow import Stack
from keras_entropy.shadow import check_compiled
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import model_seeds
from keras_entropy.shadow import replicate
from keras_entropy.shadow.resemblance import Resemblance
from keras_entropy.shadow.resemblance import compare
from keras_entropy.shadow.trainer import Trainer
from keras_entropy.training.loss_targets import targets_for
from keras_entropy.training.recipe import TrainingData


class Population:
    """The target's examples and others, and shadow models trained on halves of them.

    The target's members and its scored non-members are in the population like all
    others, so each is in a random half of the shadows, whichever side it is on: online
    and offline attacks both apply, and no shadow has to be left out. So many examples
    of the pool join them that a half is as large as the set of members given.

    Args:
        model: The user's model, compiled unless a trainer trains the shadows. Defenses
            at its end go on the shadows as they are on the target, after training.
        members: What it was trained on, all of it.
        nonmembers: What it was not trained on and what is scored.
        reference: Examples in no model.
        pool: Further examples from the same distribution.
        recipe: How the shadows are trained.
        runner: Trains them.
        from_logits: Boolean, whether the model ends in logits.
        audited: Makes of a model that a trainer returns what is audited of it. Defaults
            to `None`: it is as it is.

    Raises:
        ValueError: If the model is not compiled or does not say how long it was
            trained, or the pool is too small, of another shape, or overlaps the others.
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
        from_logits: bool = False,
        audited: Callable[[keras.Model], keras.Model] | None = None,
    ) -> None:
        if recipe.trainer is None:
            check_compiled(model)
        check_pool(model, pool, {"members": members, "non-members": nonmembers})
        check_pool(model, pool, {"reference": reference})
        known = len(members.x) + len(nonmembers.x)
        size = max(2 * len(members.x), known + known % 2)
        if len(pool.x) < size - known:
            raise ValueError(
                f"--population needs at least {size - known} examples, so that shadow "
                f"models are trained on {size // 2}, as many as --members has. "
                f"Received: {len(pool.x)} in {pool.name}"
            )
        self._recipe = recipe
        self.runner = runner
        self.progress: ProgressBar = no_bar
        self.epochs = recipe.epochs
        self._trained_model = model
        if recipe.trainer is None:
            self.epochs = recipe.epochs or epochs_shown(
                model, len(members.x), recipe.batch_size
            )
            model = compiled_as_before(model, learning_rate=recipe.learning_rate)
            self._trained_model = _without_defenses(model)
        self._target = model
        self._members = len(members.x)
        drawn = np.random.default_rng(recipe.seed).permutation(len(pool.x))
        drawn = drawn[: size - known]
        sets = (members, nonmembers, pool.rows(drawn))
        self._x = np.concatenate([examples.x for examples in sets])
        self._y = np.concatenate([examples.y for examples in sets])
        self._scored = known
        self._plan = complementary_pairs(size, recipe.models, seed=recipe.seed)
        self._seeds = model_seeds(recipe.seed, recipe.models)
        every = np.arange(len(members.x))[None]
        self._shadows: DefendedStacks | TrainedModels
        if recipe.trainer is None:
            self._targets = targets_for(self._trained_model, self._y)
            self._shadows = self._behind(
                self._trained, self._plan.rows(), self._seeds, reference, from_logits
            )
        else:
            self._shadows = TrainedModels(
                recipe.trainer,
                model,
                self._x,
                self._y,
                self._plan.rows(),
                self._seeds,
                (reference.x, reference.y),
                lambda: self.runner,
                self._bar,
                from_logits=from_logits,
                seed=recipe.seed,
                audited=audited,
            )
        self._of_target = self._behind(
            lambda: (model, replicate(model, 1)),
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

    def __str__(self) -> str:
        told = f"{self.models} shadow models of {len(self._x) // 2} examples each"
        return told if self.trainer is None else f"{told}, by {self.trainer.name}"

    @functools.cached_property
    def resemblance(self) -> Resemblance:
        """How the shadows compare with the target, both without a defense."""
        y = self._y[: self._scored]
        of_target, of_shadows = (
            stacks.predict(None, self._x[: self._scored])
            for stacks in (self._of_target, self._shadows)
        )
        return compare(
            hits(of_target[0], y),
            np.stack([hits(answers, y) for answers in of_shadows]),
            y,
            np.arange(self._scored) < self._members,
            self._plan.membership[:, : self._scored],
        )

    def shadows(self, name: str) -> Shadows:
        """Returns the shadows of the model behind a defense.

        Args:
            name: Name of a defense, or `"base"`.
        """
        outputs = self._shadows.predict(
            self._can(entry_of(name)), self._x[: self._scored]
        )
        return Shadows(outputs, self._plan.membership[:, : self._scored])

    def trained_on_target(self, name: str) -> Array:
        """Returns the target's answers behind a defense that is trained for it.

        Args:
            name: Name of a defense with a recipe.

        Returns:
            float32 array `(n + m, C)`, members first.
        """
        entry = self._can(entry_of(name))
        return self._of_target.predict(entry, self._x[: self._scored])[0]

    def shadow_answer(self, entry: Entry | None) -> Answer:
        """Returns what asks the shadows behind a defense; `None` is no defense."""
        return self._shadows.answer(self._can(entry))

    def target_answer(self, entry: Entry) -> Answer:
        """Returns what asks the target behind a defense that is trained for it."""
        return self._of_target.answer(self._can(entry))

    def _can(self, entry: Entry | None) -> Entry | None:
        """Returns a defense, or raises `ValueError` if no shadow can have it."""
        if entry is not None and entry.is_trained and self.trainer is not None:
            raise ValueError(
                f"{entry.name}: trained with the model, as it is compiled, and the "
                "shadows are trained by --trainer. Leave one of them out"
            )
        return entry

    def _behind(
        self,
        undefended: Callable[[], Models],
        rows: Array,
        seeds: list[int],
        reference: Dataset,
        from_logits: bool,
    ) -> DefendedStacks:
        return DefendedStacks(
            undefended,
            self._training_data(self._y, rows, seeds, reference),
            (reference.x, reference.y),
            self._bar,
            probabilities=defending.probabilities_of(
                self._target, from_logits=from_logits
            ),
            from_logits=from_logits,
            draw_seed=self._recipe.seed,
            fit_seed=self._recipe.seed,
        )

    def _trained(self) -> Models:
        """Returns the trained shadows, with the target's own defenses' weights."""
        model = self._trained_model
        data = self._training_data(self._targets, self._plan.rows(), self._seeds)
        rest = replicate(self._target, self._recipe.models)
        title = f"training {self._recipe.models} shadow models"
        with self.progress(title, len(data.rows) * data.epochs) as advance:
            stack = data.train_models(model, progress=advance)
        return self._target, stack.transfer(self._target, rest)

    def _training_data(
        self,
        y: Array,
        rows: Array,
        seeds: list[int],
        reference: Dataset | None = None,
    ) -> TrainingData:
        return TrainingData(
            x=self._x,
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
