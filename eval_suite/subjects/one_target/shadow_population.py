"""Shadow models of a user's model: its recipe, on random halves of a population."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import keras
import numpy as np

import keras_entropy
from eval_suite.datasets.datasets import Dataset
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.models import defending
from keras_entropy.shadow import Runner
from keras_entropy.shadow import Stack
from keras_entropy.shadow import check_compiled
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import model_seeds
from keras_entropy.shadow import predict
from keras_entropy.shadow import replicate
from keras_entropy.training.example_checks import distinct_rows
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class ShadowRecipe:
    """How shadow models are to be trained, where the saved model doesn't say it.

    Args:
        models: K, even, at least 4.
        batch_size: Examples in a batch.
        epochs: Integer, or `None`: as many as the steps of the model's optimizer show.
        seed: Integer: halves, initial weights and order of the examples.
    """

    models: int = 16
    batch_size: int = 32
    epochs: int | None = None
    seed: int = 0


class Population:
    """The target's examples and others, and shadow models trained on halves of them.

    The target's members and its scored non-members are in the population like all
    others, so each is in a random half of the shadows, whichever side it is on: online
    and offline attacks both apply, and no shadow has to be left out. So many examples
    of the pool join them that a half is as large as the set of members given.

    Args:
        model: The user's model, compiled. Defenses at its end go on the shadows as they
            are on the target, after training.
        members: What it was trained on, all of it.
        nonmembers: What it was not trained on and what is scored.
        reference: Examples in no model.
        pool: Further examples from the same distribution.
        recipe: How the shadows are trained.
        runner: Trains them.
        from_logits: Boolean, whether the model ends in logits.

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
    ) -> None:
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
        self._from_logits = from_logits
        self._recipe = recipe
        self.runner = runner
        self._reference = reference
        self._members = len(members.x)
        self._target = model
        self._trained_model = _without_defenses(model)
        drawn = np.random.default_rng(recipe.seed).permutation(len(pool.x))
        drawn = drawn[: size - known]
        sets = (members, nonmembers, pool.rows(drawn))
        self._x = np.concatenate([examples.x for examples in sets])
        self._y = np.concatenate([examples.y for examples in sets])
        self._scored = known
        self._plan = complementary_pairs(size, recipe.models, seed=recipe.seed)
        self._seeds = model_seeds(recipe.seed, recipe.models)
        self.epochs = recipe.epochs or _epochs(model, len(members.x), recipe.batch_size)
        self._stack: Stack | None = None

    @property
    def models(self) -> int:
        """Number of shadow models."""
        return self._recipe.models

    @property
    def batch_size(self) -> int:
        """Examples in a batch."""
        return self._recipe.batch_size

    def __str__(self) -> str:
        return f"{self.models} shadow models of {len(self._x) // 2} examples each"

    def shadows(self, name: str, *, undefended: keras.Model) -> Shadows:
        """Returns the shadows of the model behind a defense.

        Args:
            name: Name of a defense, or `"base"`.
            undefended: The target with class probabilities as its output.
        """
        defended = undefended, self._trained()
        if name != BASE:
            entry, rows = catalog.get(name), self._plan.rows()
            defended = self._defend(entry, self._trained(), rows, self._seeds)
        outputs = predict(*defended, self._x[: self._scored])
        return Shadows(outputs, self._plan.membership[:, : self._scored])

    def trained_on_target(self, name: str) -> Array:
        """Returns the target's answers behind a defense that is trained for it.

        Args:
            name: Name of a defense with a recipe.

        Returns:
            float32 array `(n + m, C)`, members first.
        """
        members = np.arange(self._members)[None]
        target = replicate(self._target, 1)
        entry, seeds = catalog.get(name), [self._recipe.seed]
        defended = self._defend(entry, target, members, seeds)
        return predict(*defended, self._x[: self._scored])[0]

    def _defend(
        self, entry: catalog.Entry, stack: Stack, rows: Array, seeds: list[int]
    ) -> tuple[keras.Model, Stack]:
        return defend_stack(
            entry,
            self._target,
            stack,
            self._training_data(self._y, rows, seeds),
            (self._reference.x, self._reference.y),
            from_logits=self._from_logits,
            fit_seed=self._recipe.seed,
        )

    def _trained(self) -> Stack:
        """Returns the trained shadows, with the target's own defenses' weights."""
        if self._stack is None:
            model = self._trained_model
            targets = targets_for(model, self._y)
            data = self._training_data(targets, self._plan.rows(), self._seeds)
            rest = replicate(self._target, self._recipe.models)
            self._stack = data.train_models(model).transfer(self._target, rest)
        return self._stack

    def _training_data(self, y: Array, rows: Array, seeds: list[int]) -> TrainingData:
        return TrainingData(
            x=self._x,
            y=y,
            rows=rows,
            seeds=seeds,
            epochs=self.epochs,
            batch_size=self._recipe.batch_size,
            train=self.runner.train,
        )


def check_pool(
    model: keras.Model, pool: Dataset, others: Mapping[str, Dataset]
) -> None:
    """Raises `ValueError` if a pool doesn't fit a model, or has others' examples."""
    for name, examples in others.items():
        if pool.x.shape[1:] != examples.x.shape[1:]:
            raise ValueError(
                f"--population must have examples of the shape of {name}. Received: "
                f"{pool.x.shape[1:]} and {examples.x.shape[1:]}"
            )
        shared = len(distinct_rows(examples.x) & distinct_rows(pool.x))
        if shared:
            raise ValueError(
                f"--population must not overlap the {name}: {shared} of its examples "
                "are among them. Take them out of the pool"
            )
    classes = max(2, model.outputs[0].shape[-1])
    if pool.y.max() >= classes:
        raise ValueError(
            f"The model has {classes} classes, so labels must be 0 to {classes - 1}. "
            f"Received: --population with label {pool.y.max()}"
        )


def targets_for(model: keras.Model, y: Array) -> Array:
    """Returns class indices in the form that the compiled loss takes."""
    loss = model.loss if isinstance(model.loss, str) else type(model.loss).__name__
    width = model.outputs[0].shape[-1]
    if "sparse" in loss.lower():
        return y
    if width == 1:
        return y[:, None].astype("float32")
    return np.eye(width, dtype="float32")[y]


def _without_defenses(model: keras.Model) -> keras.Model:
    """Returns what was trained: the model, without defenses at its end."""
    defenses = [x for x in model.layers if isinstance(x, keras_entropy.Defense)]
    if not defenses:
        return model
    stripped = defending.strip(model)
    stripped.compile_from_config(model.get_compile_config())
    return stripped


def _epochs(model: keras.Model, examples: int, batch_size: int) -> int:
    """Returns how often an optimizer has seen the examples, from its steps."""
    steps = int(keras.ops.convert_to_numpy(model.optimizer.iterations))
    epochs = round(steps / -(-examples // batch_size))
    if epochs < 1:
        raise ValueError(
            "The model's optimizer doesn't show how long it was trained: give "
            "--shadow-epochs, and --shadow-batch-size if it was not 32. Received: "
            f"{steps} steps of batch size {batch_size} on {examples} members"
        )
    return epochs
