"""The recipe of students whose teachers were not trained on what they are asked."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Defense
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.label_losses import compile_with
from keras_entropy.training.published.soft_labels import train_on_soft_labels
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData


@dataclasses.dataclass(frozen=True)
class SelfDistillation:
    """Trains a student on what models that do not know an example answer about it.

    SELENA. Split-AI: `parts` models are trained, each of them without `left_out /
    parts` of the private examples, and each example is left out by `left_out` of them.
    Self-distillation: the student is trained on all private examples, with the mean
    answer of those that left an example out for its label.

    The paper has 25 models, of which 10 leave an example out; the share is the same
    here with the fewest models, as each costs a training. It draws the models that
    leave an example out anew for each. Here they are drawn so that all models have as
    many examples, which trains them at once.

    Args:
        parts: Integer. Defaults to `5`.
        left_out: Integer, at least 1 and below `parts`. Defaults to `2`.

    Raises:
        ValueError: If `left_out` is out of its range; when a model is trained, if there
            are fewer private examples than `parts`.

    Reference:
        [Tang et al., 2022](https://arxiv.org/abs/2110.08324)
    """

    parts: int = 5
    left_out: int = 2
    trains_on_reference: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not 1 <= self.left_out < self.parts:
            raise ValueError(
                "`left_out` must be at least 1 and below `parts`. "
                f"Received: left_out={self.left_out}, parts={self.parts}"
            )

    def model_epochs(self, data: TrainingData) -> int:
        return (self.parts + 1) * data.epochs * len(data.rows)

    def __call__(
        self,
        layer: Defense,
        model: keras.Model,
        stack: Stack,
        data: TrainingData,
        *,
        from_logits: bool = False,
        progress: Progress | None = None,
    ) -> tuple[keras.Model, Stack]:
        if data.rows.shape[1] < self.parts:
            raise ValueError(
                f"Private examples are divided among {self.parts} models. "
                f"Received: {data.rows.shape[1]} examples"
            )
        plain = probabilities_of(model, from_logits=from_logits)
        random = [np.random.default_rng([seed, self.parts]) for seed in data.seeds]
        outside = [self.assign(data.rows.shape[1], generator) for generator in random]
        targets = compile_with(plain, None, like=model)
        many = dataclasses.replace(
            data,
            y=targets(data.y),
            rows=self._known(data.rows, outside),
            seeds=[int(s) for r in random for s in r.integers(2**31, size=self.parts)],
            starts=None,
        )
        teachers = many.train_models(plain, progress=progress)
        taught = dataclasses.replace(
            data, y=self._answers(plain, teachers, data, outside)
        )
        defended = defend(model, layer, from_logits=from_logits)
        return defended, train_on_soft_labels(defended, model, taught, progress)

    def assign(self, n: int, random: np.random.Generator) -> Integers:
        """Returns integers `(n, left_out)`: the models that leave each example out.

        Args:
            n: Integer, the number of examples.
            random: What draws them.
        """
        parts = self.parts
        # All models' numbers in a random order for each block of examples; an example
        # takes the ones from its own place on.
        orders = np.tile(np.arange(parts), (-(-n // parts), 1))
        orders = random.permuted(orders, axis=1)
        places = (np.arange(parts)[:, None] + np.arange(self.left_out)) % parts
        return orders[:, places].reshape(-1, self.left_out)[:n]

    def _known(self, rows: Integers, outside: list[Integers]) -> Integers:
        """Returns the rows that each model of each is trained on, as many for all."""
        known = [
            own[(left != part).all(axis=1)]
            for own, left in zip(rows, outside, strict=True)
            for part in range(self.parts)
        ]
        fewest = min(len(own) for own in known)
        return np.stack([own[:fewest] for own in known])

    def _answers(
        self,
        plain: keras.Model,
        teachers: Stack,
        data: TrainingData,
        outside: list[Integers],
    ) -> Floats:
        """Returns `(K, N, classes)`: of each own example what does not know it says."""
        answers: Array = np.zeros(
            (len(data.rows), len(data.x), plain.outputs[0].shape[-1]), "float32"
        )
        for k, (rows, left) in enumerate(zip(data.rows, outside, strict=True)):
            own = slice(k * self.parts, (k + 1) * self.parts)
            said = predict(plain, teachers.select(own), data.x[rows])
            answers[k, rows] = said[left, np.arange(len(rows))[:, None]].mean(axis=1)
        return answers
