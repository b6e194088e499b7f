"""Models of one network on the halves of one population, and what they answer."""

from __future__ import annotations

import dataclasses

import keras

from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.game.game_models import GameModels
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.subject import ProgressBar
from keras_entropy.arrays import Array
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Plan
from keras_entropy.shadow import Runner
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import model_seeds
from keras_entropy.training.loss_targets import targets_for
from keras_entropy.training.recipe import TrainingData

BATCH_SIZE = 32


@dataclasses.dataclass(frozen=True)
class Tools:
    """What training and asking need beside data.

    Args:
        cache: Where answers are kept from run to run.
        runner: Trains the models.
        progress: Opens a progress bar.
    """

    cache: Cache
    runner: Runner
    progress: ProgressBar


class Population:
    """Examples in complementary halves, one pair of halves for each pair of models.

    Args:
        dataset: Examples; 15 % of those used become the reference set.
        examples: Integer: how many are used at most.
        models: Integer, even.
        seed: Integer: split, halves, initial weights and order of the examples.
        tools: What trains and keeps.
    """

    def __init__(
        self, dataset: Dataset, examples: int, models: int, seed: int, tools: Tools
    ) -> None:
        self.scored, self.reference = dataset.split(seed, examples)
        self.plan: Plan = complementary_pairs(len(self.scored.x), models, seed=seed)
        self._seed = seed
        self._tools = tools

    def questions(self, count: int, model: keras.Model | None = None) -> Questions:
        """Returns what is asked beside the examples.

        Args:
            count: Integer, questions about each example.
            model: The model that is asked, for its own augmentation.
        """
        return Questions.about(
            self.scored.x,
            self.scored.y,
            reference=(self.reference.x, self.reference.y),
            count=count,
            model=model,
            seed=self._seed,
        )

    def train(
        self,
        model: keras.Model,
        epochs: int,
        title: str,
        *,
        x: Array | None = None,
        questions: Questions | None = None,
    ) -> GameModels:
        """Returns models of a network that are trained when something is asked.

        Args:
            model: Compiled network, whose weights are not used.
            epochs: Integer.
            title: Of the progress bar.
            x: Other inputs to train on, one for each of the examples. Defaults to the
                examples' own.
            questions: What is asked beside the examples.
        """
        data = TrainingData(
            x=self.scored.x if x is None else x,
            y=targets_for(model, self.scored.y),
            rows=self.plan.rows(),
            seeds=model_seeds(self._seed, len(self.plan.membership)),
            epochs=epochs,
            batch_size=BATCH_SIZE,
            train=self._tools.runner.train,
        )
        return GameModels(
            model,
            data,
            self.scored,
            self.reference,
            self._seed,
            self._tools.progress,
            self._tools.cache,
            questions,
            title=title,
        )
