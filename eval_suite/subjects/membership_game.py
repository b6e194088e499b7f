"""The membership game: K models in complementary pairs, every defense on each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.options.profiles import Profile
from eval_suite.subjects.fingerprint import fingerprint
from eval_suite.undefended import BASE as BASE
from keras_entropy import catalog
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.models import defending
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.plan import complementary_pairs
from keras_entropy.shadow.plan import model_seeds
from keras_entropy.shadow.runner import Runner
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training import recipe
from keras_entropy.training.reference_fitting import fit_to_model

# Opens a progress bar: title and number of steps in, a function that advances it out.
ProgressBar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


class MembershipGame:
    """Trains what is needed when it is asked for, and keeps the outputs.

    Args:
        dataset: Examples; 15 % of those used become the reference set.
        model: Compiled Keras classifier, whose weights are not used.
        profile: Size of the game.
        seed: Integer: split, pairs, initial weights and order of the examples.
        progress: Opens a progress bar.
        cache: Where outputs are kept from run to run.
        runner: Trains the models. Defaults to one in this process that keeps nothing.
    """

    def __init__(
        self,
        dataset: Dataset,
        model: keras.Model,
        profile: Profile,
        seed: int,
        progress: ProgressBar,
        cache: Cache,
        runner: Runner | None = None,
    ) -> None:
        self.dataset = dataset
        self.population, self.reference = dataset.split(seed, profile.examples)
        self.model = model
        self.profile = profile
        self.seed = seed
        self.plan = complementary_pairs(
            len(self.population.x), profile.models, seed=seed
        )
        self._progress = progress
        self._cache = cache
        self._trained: dict[str, tuple[keras.Model, Stack]] = {}
        self._outputs: dict[str, Array] = {}
        rows = self.plan.rows()
        self._data = recipe.TrainingData(
            x=self.population.x,
            y=self.population.y,
            rows=rows,
            seeds=model_seeds(seed, len(rows)),
            epochs=profile.epochs,
            batch_size=profile.batch_size,
            train=(runner or Runner()).train,
        )

    @property
    def membership(self) -> Array:
        """Boolean `(K, N)`: which example is in whose training set."""
        return self.plan.membership

    @property
    def labels(self) -> Array:
        """Integer `(N,)`: the class of each example."""
        return self.population.y

    def outputs(self, defense: str | catalog.Entry) -> Array:
        """Returns float32 `(K, N, C)`: what each defended model answers.

        Args:
            defense: Name of a defense, or `"base"` for the undefended models, or an
                entry that need not be in the catalog, such as one at another strength.
        """
        entry = _entry(defense)
        text = _text(entry)
        if text not in self._outputs:

            def compute() -> dict[str, Array]:
                model, stack = self._train(entry)
                return {"outputs": predict(model, stack, self.population.x)}

            self._outputs[text] = self._cache.get(self._key(entry), compute)["outputs"]
        return self._outputs[text]

    def reference_answers(self, layer: FittedDefense) -> Array:
        """Returns float32 `(K, R, C)`: the undefended models' answers to be fitted to.

        Args:
            layer: The layer, which says what to ask about the reference inputs.
        """
        queries = layer.queries(self.reference.x, seed=self.seed)

        def compute() -> dict[str, Array]:
            return {"outputs": predict(*self._train(None), queries)}

        key = {**self._key(None), "queries": queries}
        return self._cache.get(key, compute)["outputs"]

    def live_model(self, name: str) -> keras.Model:
        """Returns the defended architecture, to time; its weights mean nothing."""
        if name == BASE:
            return self.model
        layer = catalog.get(name).create()
        if isinstance(layer, FittedDefense):
            fit_to_model(
                layer,
                self.model,
                self.reference.x,
                self.reference.y,
                members=self.population.x[self._data.rows[0]],
            )
        return defending.defend(self.model, layer)

    def utility(self, name: str) -> dict[str, float]:
        """Returns what the defended models are worth, on average over the models.

        Accuracy, NLL, ECE and entropy are on non-members; the interval of the accuracy
        is a t interval over the pairs.
        """
        outputs = self.outputs(name)
        outside = [
            (outputs[k][~members], self.labels[~members])
            for k, members in enumerate(self.membership)
        ]
        inside = [
            (outputs[k][members], self.labels[members])
            for k, members in enumerate(self.membership)
        ]
        per_model = np.array([prediction_quality.accuracy(*pair) for pair in outside])
        _, low, high = mean_interval(per_model.reshape(-1, 2).mean(axis=1))
        entropy = float(
            np.mean([prediction_quality.mean_entropy(rows) for rows, _ in outside])
        )
        return {
            "accuracy": float(per_model.mean()),
            "accuracy_low": max(0.0, float(low)),
            "accuracy_high": min(1.0, float(high)),
            "member_accuracy": float(
                np.mean([prediction_quality.accuracy(*p) for p in inside])
            ),
            "nll": float(np.mean([prediction_quality.nll(*pair) for pair in outside])),
            "ece": float(
                np.mean(
                    [prediction_quality.expected_calibration_error(*p) for p in outside]
                )
            ),
            "entropy_mean": entropy,
            "entropy_normalized": entropy / float(np.log(outputs.shape[-1])),
        }

    def sides(self, name: str) -> tuple[Array, Array]:
        """Returns the answers to members and to non-members, over all models."""
        outputs = self.outputs(name)
        return outputs[self.membership], outputs[~self.membership]

    def majority_share(self) -> float:
        """Returns the accuracy of always answering the most frequent class."""
        return float(np.bincount(self.labels).max() / len(self.labels))

    def probe(self) -> Array:
        """Returns examples to time calls with."""
        return self.population.x

    def describe(self) -> dict[str, dict]:
        """Returns the blocks of results.json that say what was run."""
        dataset, profile = self.dataset, self.profile
        base = self.utility(BASE)
        units = "-".join(
            str(layer.units)
            for layer in self.model.layers
            if isinstance(layer, keras.layers.Dense)
        )
        return {
            "dataset": {
                "name": dataset.name,
                "source": dataset.source,
                "examples": len(dataset.x),
                "reference": len(self.reference.x),
                "population": len(self.population.x),
                "classes": len(dataset.class_names),
                "input_shape": list(dataset.x.shape[1:]),
                "class_names": list(dataset.class_names),
                "digest": dataset.digest,
            },
            "profile": {
                **{
                    key: value
                    for key, value in dataclasses.asdict(profile).items()
                    if key in ("name", "models", "epochs", "batch_size")
                },
                "targets": profile.models,
                "pairs": profile.models // 2,
                "seed": self.seed,
                "architecture": f"{self.model.name} ({units})",
                "member_accuracy": base["member_accuracy"],
                "nonmember_accuracy": base["accuracy"],
            },
        }

    def _key(self, entry: catalog.Entry | None) -> dict[str, Any]:
        """Returns all that the outputs of a defense depend on."""
        data = self._data
        return {
            **fingerprint(),
            "x": data.x,
            "y": data.y,
            "reference": self.reference.digest,
            "membership": self.membership,
            "seeds": list(data.seeds),
            "epochs": data.epochs,
            "batch_size": data.batch_size,
            "model": self.model.to_json(),  # with its compile configuration
            "defense": _text(entry),
        }

    def _train(self, entry: catalog.Entry | None) -> tuple[keras.Model, Stack]:
        text = _text(entry)
        if text not in self._trained:
            if entry is None:
                self._trained[text] = self.model, self._train_base()
            else:
                self._trained[text] = self._defend(entry)
        return self._trained[text]

    def _train_base(self) -> Stack:
        data = self._data
        title = f"training {len(data.rows)} models"
        with self._progress(title, len(data.rows) * data.epochs) as advance:
            return data.train_models(self.model, progress=advance)

    def _defend(self, entry: catalog.Entry) -> tuple[keras.Model, Stack]:
        # The training of a defense that is trained and fitted is kept: others may
        # share it.
        *before, last = entry.stages
        model, stack = self._train(before[0] if before else None)
        title = f"training {len(stack)} models with {entry.name}"
        return defend_stack(
            last,
            model,
            stack,
            self._data,
            (self.reference.x, self.reference.y),
            fit_seed=self.seed,
            bar=lambda total: self._progress(title, total),
        )


def _entry(defense: str | catalog.Entry) -> catalog.Entry | None:
    """Returns the entry that is meant; `None` is no defense."""
    if isinstance(defense, catalog.Entry):
        return defense
    return None if defense == BASE else catalog.get(defense)


def _text(entry: catalog.Entry | None) -> str:
    """Returns what a defense is and does, whatever its name."""
    if entry is None:
        return BASE
    return repr((entry.layer.__name__, dict(entry.config), entry.recipe))
