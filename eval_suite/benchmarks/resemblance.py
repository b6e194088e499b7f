"""What honest retraining varies in accuracy, and what wrong retraining does.

Run from a checkout: `python -m eval_suite.benchmarks.resemblance`. Many targets are
trained in some way, and shadow models on halves as the suite trains them; the table
says in which share of cases `keras_entropy.shadow.resemblance` refuses the shadows. An
honest user is to be refused in next to none, a wrong learning rate is to be refused in
next to all.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeAlias

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.prediction_quality import hits
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.shadow import train
from keras_entropy.shadow.resemblance import Resemblance
from keras_entropy.shadow.resemblance import compare

Rate: TypeAlias = float | keras.optimizers.schedules.LearningRateSchedule

_RATE = 1e-2
_EPOCHS, _BATCH = 30, 32
_SHADOWS = 8


@dataclasses.dataclass(frozen=True)
class Task:
    """Examples of classes that overlap.

    Args:
        name: For the table.
        shares: How common each class is.
        distance: Of the classes' centres, in standard deviations.
        members: Integer, examples that a model is trained on.
        inputs: Integer, features.
    """

    name: str
    shares: tuple[float, ...]
    distance: float
    members: int
    inputs: int = 10

    def draw(self, seed: int) -> tuple[Array, Integers]:
        """Returns inputs and labels: members, then as many others."""
        rng = np.random.default_rng(seed)
        centres = self.distance * rng.normal(size=(len(self.shares), self.inputs))
        y = rng.choice(len(self.shares), 2 * self.members, p=self.shares)
        x = centres[y] + rng.normal(size=(len(y), self.inputs))
        return x.astype("float32"), y

    def model(self, rate: Rate) -> keras.Model:
        """Returns a compiled network."""
        model = keras.Sequential(
            [
                keras.Input((self.inputs,)),
                keras.layers.Dense(64, activation="relu"),
                keras.layers.Dense(len(self.shares), activation="softmax"),
            ]
        )
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        return model


TASKS = (
    Task("3 classes, 600 members", (0.3, 0.3, 0.4), 0.6, 600),
    Task("10 classes, 600 members", (0.1,) * 10, 0.8, 600),
    Task("2 classes, 5 % of one, 1,000 members", (0.95, 0.05), 0.7, 1000),
    Task("2 classes, 40 members", (0.5, 0.5), 0.5, 40),
)


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How models are trained.

    Args:
        name: For the table.
        rate: Learning rate, times the usual one.
        epochs: Times the usual number.
        batch: Examples in a batch, times the usual number.
        lowered: Whether the rate falls to a hundredth for the last fifth.
    """

    name: str
    rate: float = 1.0
    epochs: float = 1.0
    batch: float = 1.0
    lowered: bool = False

    def accuracies(
        self, task: Task, x: Array, y: Integers, rows: Integers, seeds: Sequence[int]
    ) -> Floats:
        """Returns the hits `(K, N)` of models that are trained so."""
        epochs = max(1, round(_EPOCHS * self.epochs))
        batch = max(1, round(_BATCH * self.batch))
        rate = self.rate * _RATE
        schedule: Rate = rate
        if self.lowered:
            steps = epochs * -(-rows.shape[1] // batch)
            schedule = keras.optimizers.schedules.PiecewiseConstantDecay(
                [round(0.8 * steps)], [rate, rate / 100]
            )
        model = task.model(schedule)
        start = initialize(model, seeds)
        stack = train(
            model, start, x, y, rows, epochs=epochs, batch_size=batch, seeds=seeds
        )
        return np.stack([hits(answers, y) for answers in predict(model, stack, x)])


USUAL = Recipe("the same")
HONEST = (
    USUAL,
    Recipe("target's rate lowered at the end, shadows' not", lowered=True),
    Recipe("target stopped at half of the epochs", epochs=0.5),
    Recipe("target trained twice as long", epochs=2),
    Recipe("target of batches four times as large", batch=4),
    Recipe("target at half the rate", rate=0.5),
)
WRONG = (
    Recipe("shadows at a thousandth of the rate", rate=1e-3),
    Recipe("shadows at a hundredth of the rate", rate=1e-2),
    Recipe("shadows trained for one epoch", epochs=1e-3),
    Recipe("shadows at 100 times the rate", rate=100),
)


def refused(
    task: Task, target: Recipe, shadows: Recipe, runs: int
) -> list[Resemblance]:
    """Returns what is said of so many targets."""
    x, y = task.draw(0)
    member = np.arange(len(y)) < task.members
    rows = np.tile(np.flatnonzero(member), (runs, 1))
    targets = target.accuracies(task, x, y, rows, range(runs))
    found = []
    plan = complementary_pairs(len(y), _SHADOWS, seed=1)
    anew = shadows.accuracies(task, x, y, plan.rows(), range(100, 100 + _SHADOWS))
    for own in targets:
        found.append(compare(own, anew, y, member, plan.membership))
    return found


def main(runs: int = 20) -> None:
    """Prints the table."""
    pairs = [(recipe, USUAL) for recipe in HONEST] + [(USUAL, r) for r in WRONG]
    for task in TASKS:
        print(task.name)
        for target, shadows in pairs:
            found = refused(task, target, shadows, runs)
            name = target.name if shadows is USUAL else shadows.name
            share = np.mean([not one.resembles for one in found])
            apart = np.abs(
                [
                    np.subtract(
                        (*one.target, *one.balanced_target),
                        (*one.anew, *one.balanced_anew),
                    )
                    for one in found
                ]
            ).max(axis=0)
            print(
                f"  {name:48} refused {share:4.0%}, largest differences "
                f"{np.round(apart, 2)}, allowed "
                f"{np.round((*found[0].allowed, *found[0].balanced_allowed), 2)}"
            )


if __name__ == "__main__":
    main()
