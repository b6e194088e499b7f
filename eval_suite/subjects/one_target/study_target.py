"""The study's game: one target, the whole training set against the test set."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.options.profiles import Profile
from eval_suite.results.rows import RunDescription
from eval_suite.results.run_description import describe_run
from eval_suite.subjects.asked_models import AskedModels
from eval_suite.subjects.asked_models import KeptAnswers
from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.defended_stacks import Models
from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.fingerprint import defense_fingerprint
from eval_suite.subjects.one_target.one_target import OneModel
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.study_network import study_mlp
from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.models import defending
from keras_entropy.shadow import Cache
from keras_entropy.training import recipe

# Examples that neighbors are made from.
_SAMPLE = 2000


class StudyTarget(OneModel):
    """One network, trained on the official training set.

    Args:
        dataset: Examples with an official training set.
        profile: Epochs and batch size.
        seed: Integer: initial weights and order of the examples.
        progress: Opens a progress bar.
        cache: Where outputs are kept from run to run.
        as_published: Boolean, whether trained heads are trained as the study's code
            trains them, rather than as the study says.
        questions: What the attacker asks beside the examples. Defaults to `None`:
            nothing.

    Raises:
        ValueError: If the dataset has no official training set.
    """

    is_reference_study = True
    sees_loss_only = True

    def __init__(
        self,
        dataset: Dataset,
        profile: Profile,
        seed: int,
        progress: ProgressBar,
        cache: Cache,
        *,
        as_published: bool = False,
        questions: Questions | None = None,
    ) -> None:
        check_official_split(dataset)
        self.dataset = dataset
        self.profile = profile
        self.seed = seed
        rows = np.arange(len(dataset.x))
        self.members = dataset.rows(rows[: dataset.train])
        self.nonmembers = dataset.rows(rows[dataset.train :])
        self.model = study_mlp(dataset.x.shape[1:], len(dataset.class_names))
        self._as_published = as_published
        self._progress = progress
        self._cache = cache
        self._outputs: dict[str, tuple[Array, Array]] = {}
        self._data = recipe.TrainingData(
            x=self.members.x,
            y=self.members.y,
            rows=rows[None, : dataset.train],
            seeds=(seed,),
            # Known, so that a run can be repeated: these models stay here.
            noise_seed=0,
            epochs=profile.epochs,
            batch_size=profile.batch_size,
        )
        self._models = DefendedStacks(
            self._train_base,
            self._data,
            None,
            progress,
            draw_seed=seed,
            layer_seed=seed,
            as_published=as_published,
        )
        if questions is not None:
            kept = KeptAnswers(cache, self._key)
            self.asked = AskedModels(questions, self._models.answer, progress, kept)

    def outputs(self, name: str) -> tuple[Array, Array]:
        if name not in self._outputs:
            entry = entry_of(name)
            found = self._cache.get(self._key(entry), lambda: self._compute(entry))
            self._outputs[name] = found["members"], found["nonmembers"]
        return self._outputs[name]

    def live_model(self, name: str) -> keras.Model:
        """Returns the defended architecture; its weights mean nothing."""
        if name == BASE:
            return self.model
        return defending.defend(self.model, catalog.get(name).create())

    @property
    def attacks(self) -> Sequence[str]:
        return self.profile.attacks

    def describe(self) -> RunDescription:
        dataset, profile = self.dataset, self.profile
        published = ", heads as its code trains them" if self._as_published else ""
        return describe_run(
            dataset=dataset.name,
            source=dataset.source,
            scored=len(dataset.x),
            input_shape=dataset.x.shape[1:],
            class_names=dataset.class_names,
            digest=dataset.digest,
            profile=f"study{published}",
            epochs=profile.epochs,
            batch_size=profile.batch_size,
            seed=self.seed,
            architecture=f"study_mlp (128-64-{len(dataset.class_names)})",
            utility=self.utility(BASE),
            majority_share=self.majority_share(),
            is_reference_study=self.is_reference_study,
            questions=self.questions,
        )

    def _key(self, entry: catalog.Entry | None) -> dict[str, Any]:
        return {
            **defense_fingerprint(entry, self.model),
            "dataset": self.dataset.digest,
            "train": self.dataset.train,
            "seed": self.seed,
            "epochs": self.profile.epochs,
            "batch_size": self.profile.batch_size,
            "model": self.model.to_json(),
            "defense": repr(
                entry
                and (
                    entry.layer.__name__,
                    dict(entry.config),
                    entry.training_recipe(as_published=self._as_published),
                )
            ),
        }

    def _compute(self, entry: catalog.Entry | None) -> dict[str, Array]:
        return {
            "members": self._models.predict(entry, self.members.x)[0],
            "nonmembers": self._models.predict(entry, self.nonmembers.x)[0],
        }

    def _train_base(self) -> Models:
        title = "training the study's network"
        with self._progress(title, self._data.epochs) as advance:
            return self.model, self._data.train_models(self.model, progress=advance)


def check_official_split(dataset: Dataset) -> None:
    """Raises `ValueError` if the dataset has no official training set."""
    if dataset.train is None:
        raise ValueError(
            "--profile study sets a training set against a test set, and dataset "
            f"{dataset.name!r} has no official ones. Use --dataset mnist, "
            "fashion_mnist, cifar10, or idx:DIR"
        )


def sample_of(dataset: Dataset, seed: int) -> Dataset:
    """Returns examples from which neighbors are made, of both sets alike.

    All examples are scored, so none can be set aside. No example is made a neighbor of
    itself, and members and non-members meet the same sample.

    Args:
        dataset: All examples.
        seed: Integer.
    """
    rows = np.random.default_rng(seed).permutation(len(dataset.x))
    return dataset.rows(rows[:_SAMPLE])
