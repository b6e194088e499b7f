"""Trainings of the catalog in the game: two controls, and recipes that may protect."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import keras

from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.catalog.entry import Entry
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.models.copies import copy_of
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.private_steps import PrivateSteps
from keras_entropy.training.recipe import TrainingData

# Models that nothing defends, of other examples: what every defense has to be better
# than, in accuracy or in privacy.
REFERENCE_ONLY = "reference-only"
CONTROLS = (REFERENCE_ONLY, "with-reference")
# Recipes of the catalog that leak less than no defense in the committed example.
RECIPES = (
    "early-stopping",
    "relax-loss",
    "dmp",
    "reference-start",
    "disjoint-mean",
    "dp-sgd-reference",
    "dp-sgd-reference-strict",
)


@dataclasses.dataclass(frozen=True)
class Retrained:
    """The models of a game after another training.

    Args:
        entry: How they were trained.
        model: The defended model, whose live weights mean nothing.
        stack: The weights of the K models.
    """

    entry: Entry
    model: keras.Model
    stack: Stack

    def answer(self, x: Array) -> Floats:
        """Returns float32 `(K, n, C)`: what the models answer to inputs `(n, ...)`."""
        return predict(self.model, self.stack, x)


@dataclasses.dataclass(frozen=True)
class Retraining:
    """Trains the models of a game in another way.

    Args:
        model: The classifier that was trained.
        undefended: The weights of the undefended models, addressed by it.
        data: What they were trained on, with class indices as targets, and reference
            examples that are in none of them.
        from_logits: Boolean, whether the model ends in logits.
        learning_rate: Float, or `None` for that at which the model's training began.
        ask: Function from what answers inputs `(n, ...)` by `(K, n, C)` to what it
            answers to neighbors of the examples, or to `None` where none are asked.
    """

    model: keras.Model
    undefended: Stack
    data: TrainingData
    from_logits: bool
    learning_rate: float | None
    ask: Callable[[Answer], Neighbors | None]

    def train(self, name: str) -> Retrained:
        """Returns the models trained by an entry of the catalog.

        Raises:
            ValueError: If this model, or so few examples, can't be trained so.
        """
        entry = catalog.get(name)
        # Recipes write into the layers of the model that they are given.
        clone = copy_of(self.model, learning_rate=self.learning_rate)
        values = self.undefended.values(self.model)
        model, stack = defend_stack(
            entry,
            clone,
            Stack(variables_of(clone), values),
            self.data,
            self.data.reference,
            from_logits=self.from_logits,
        )
        return Retrained(entry, model, stack)


def proved_bound(entry: Entry, members: int) -> float | None:
    """Returns what is proved of any attack's AUC on one member, or `None`.

    Args:
        entry: How a model is trained.
        members: Integer, number of examples that it is trained on, beside a reference
            that holds none of them.
    """
    if entry.name == REFERENCE_ONLY:
        return 0.5  # It has seen no member.
    if not isinstance(entry.recipe, PrivateSteps):
        return None
    bound = entry.recipe.guarantee(members).auc_bound
    return None if math.isnan(bound) else bound
