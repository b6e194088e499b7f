"""Many models of one recipe behind each defense, and what they answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.asked_models import AskedModels
from eval_suite.subjects.asked_models import KeptAnswers
from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.defended_stacks import Models
from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.defended_stacks import text_of
from eval_suite.subjects.fingerprint import code_digest
from eval_suite.subjects.fingerprint import defense_fingerprint
from eval_suite.subjects.game.audited_training import audited_training
from eval_suite.subjects.game.audited_training import is_one_fit
from eval_suite.subjects.game.kept_outputs import KeptOutputs
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.callbacks import MembershipAudit
from keras_entropy.catalog import Entry
from keras_entropy.shadow import Cache
from keras_entropy.training.recipe import TrainingData


class GameModels:
    """Trains what is needed when it is asked for, and keeps what is answered.

    Args:
        model: Compiled Keras classifier, whose weights are not used.
        data: What the models are trained on.
        asked: The examples that they are asked about.
        reference: Examples that no model is trained on.
        seed: Integer, of random layers and fits.
        progress: Opens a progress bar.
        cache: Where answers are kept from run to run.
        questions: What else is asked, about the same examples. Defaults to `None`:
            nothing.
        title: Progress bar of the training without a defense.
    """

    def __init__(
        self,
        model: keras.Model,
        data: TrainingData,
        asked: Dataset,
        reference: Dataset,
        seed: int,
        progress: ProgressBar,
        cache: Cache,
        questions: Questions | None = None,
        *,
        title: str,
    ) -> None:
        self._model = model
        self._data = data
        self._examples = asked
        self._reference = reference
        self._progress = progress
        self._cache = cache
        self._title = title
        self._stacks = DefendedStacks(
            self._train,
            data,
            (reference.x, reference.y),
            progress,
            draw_seed=seed,
            fit_seed=seed,
        )
        self._outputs = KeptOutputs(
            cache, self.key, lambda entry: self._stacks.predict(entry, asked.x)
        )
        self._asked: AskedModels | None = None
        if questions is not None:
            kept = KeptAnswers(cache, self.key)
            self._asked = AskedModels(questions, self._stacks.answer, progress, kept)

    @property
    def questions(self) -> Questions | None:
        """What is asked beside the examples."""
        return None if self._asked is None else self._asked.questions

    def outputs(self, defense: str | Entry) -> Array:
        """Returns float32 `(K, N, C)`: what the models behind a defense answer.

        Args:
            defense: Its name, or `"base"` for none, or its entry.
        """
        return self._outputs.behind(defense)

    def neighbors(self, defense: str | Entry) -> Neighbors | None:
        """Returns what they answer to neighbors, or `None` where none is asked about.

        Args:
            defense: As for `outputs`.
        """
        return None if self._asked is None else self._asked.neighbors(defense)

    def behind(self, entry: Entry | None) -> Models:
        """Returns the models behind a defense, or with `None` the undefended ones."""
        return self._stacks.behind(entry)

    def outputs_about(self, examples: Dataset) -> Array:
        """Returns what the undefended models answer to other examples.

        Args:
            examples: Those.
        """
        return self._stacks.predict(None, examples.x)

    def neighbors_about(self, examples: Dataset) -> Neighbors | None:
        """Returns what the undefended models answer to neighbors of other examples.

        Args:
            examples: Those.
        """
        if self._asked is None:
            return None
        questions = dataclasses.replace(
            self._asked.questions, x=examples.x, y=examples.y
        )
        asked = AskedModels(questions, self._stacks.answer, self._progress)
        return asked.neighbors(BASE)

    def audited_epochs(self, defense: str | Entry) -> dict[str, Array] | None:
        """Returns what is told after each epoch of one training like the first model's.

        Args:
            defense: As for `outputs`.

        Returns:
            As `audited_training` does, kept like answers; `None` where the defense is
            not trained by one `fit`.
        """
        entry, data = entry_of(defense), self._data
        if not is_one_fit(entry):
            return None
        inside = data.rows[0]
        outside = np.setdiff1d(np.arange(len(data.x)), inside)

        def compute() -> dict[str, Array]:
            name = BASE if entry is None else entry.name
            title = f"one training, audited by epoch ({name})"
            with self._progress(title, data.epochs) as advance:
                return audited_training(
                    self._model,
                    entry,
                    (data.x[inside], data.y[inside]),
                    (data.x[outside], data.y[outside]),
                    epochs=data.epochs,
                    batch_size=data.batch_size,
                    seed=data.seeds[0],
                    advance=advance,
                )

        audit = code_digest(frozenset({MembershipAudit.__module__}))
        return self._cache.get({**self.key(entry), "by": audit}, compute)

    def to_train(self, defenses: Sequence[str | Entry]) -> int:
        """Returns behind how many of the defenses models are still to be trained.

        Args:
            defenses: Names or entries.
        """
        entries = [entry_of(defense) for defense in defenses]
        trained = [entry for entry in entries if entry is None or entry.is_trained]
        return sum(self._cache.find(self.key(entry)) is None for entry in trained)

    def key(self, entry: Entry | None) -> Mapping[str, Any]:
        """Returns all that the answers behind a defense depend on."""
        data = self._data
        return {
            **defense_fingerprint(entry, self._model),
            "x": data.x,
            "y": data.y,
            "asked": self._examples.digest,
            "reference": self._reference.digest,
            "rows": data.rows,
            "seeds": list(data.seeds),
            "starts": None if data.starts is None else list(data.starts),
            "epochs": data.epochs,
            "batch_size": data.batch_size,
            "model": self._model.to_json(),  # with its compile configuration
            "defense": text_of(entry),
        }

    def _train(self) -> Models:
        data = self._data
        with self._progress(self._title, len(data.rows) * data.epochs) as advance:
            return self._model, data.train_models(self._model, progress=advance)
