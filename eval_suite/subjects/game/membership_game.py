"""The membership game: K models in complementary pairs, every defense on each."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from collections.abc import Sequence

import keras
import numpy as np

from eval_suite.datasets.datasets import Dataset
from eval_suite.options.profiles import Profile
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.rows import EpochRow
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.rows import RunDescription
from eval_suite.results.run_description import describe_run
from eval_suite.subjects.answers import PairedModels
from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.game.canaries import attacks_on_canaries
from eval_suite.subjects.game.canaries import draw_canaries
from eval_suite.subjects.game.game_models import GameModels
from eval_suite.subjects.game.reference_models import ReferenceModels
from eval_suite.subjects.game.reference_models import draw_halves
from eval_suite.subjects.measured import RecordAnswers
from eval_suite.subjects.paired_targets import PairedTargets
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.run_identity import game_identity
from eval_suite.subjects.subject import FEW_MODELS
from eval_suite.subjects.subject import FEWEST_MODELS
from eval_suite.subjects.subject import NO_QUESTIONS
from eval_suite.subjects.subject import Examples
from eval_suite.subjects.subject import Part
from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.models import defending
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import model_seeds
from keras_entropy.training import recipe
from keras_entropy.training.reference_fitting import fitted


class MembershipGame(PairedTargets):
    """Trains what is needed when it is asked for, and keeps the outputs.

    Args:
        dataset: Examples; 15 % of those used become the reference set.
        model: Compiled Keras classifier, whose weights are not used.
        profile: Size of the game.
        seed: Integer: split, pairs, initial weights and order of the examples.
        progress: Opens a progress bar.
        cache: Where outputs are kept from run to run.
        runner: Trains the models. Defaults to one in this process that keeps nothing.
        questions: What the attacker asks beside the examples. Defaults to `None`:
            nothing.
        is_reference_study: Boolean, whether the model is the reference study's own
            network. Defaults to `False`.
        known_start: The same game where all models start from the same initial weights,
            which an attacker may hold. Defaults to `None`: not played.
        one_start: Boolean, whether all models start from the same initial weights.
            Defaults to `False`.
        canaries: Even integer, mislabelled copies of reference examples. Other models
            of the same recipe learn them beside the population; no other figure is of
            these. Defaults to 0.
        halves_reference: Boolean, whether defenses that use the reference are given
            half of it in further models, and attacked on it. Defaults to `False`.
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
        *,
        questions: Questions | None = None,
        is_reference_study: bool = False,
        known_start: MembershipGame | None = None,
        one_start: bool = False,
        canaries: int = 0,
        halves_reference: bool = False,
    ) -> None:
        self.is_reference_study = is_reference_study
        self.known_start = known_start
        self.dataset = dataset
        self.population, self.reference = dataset.split(seed, profile.examples)
        self.model = model
        self.profile = profile
        self.seed = seed
        self.plan = complementary_pairs(
            len(self.population.x), profile.models, seed=seed
        )
        self._canaries = draw_canaries(
            self.reference, canaries, profile.models, seed=seed
        )
        seeds = model_seeds(seed, profile.models)
        data = recipe.TrainingData(
            x=self.population.x,
            y=self.population.y,
            rows=self.plan.rows(),
            seeds=seeds,
            starts=seeds[:1] * len(seeds) if one_start else None,
            # Known, so that a run can be repeated: these models stay here.
            noise_seed=0,
            epochs=profile.epochs,
            batch_size=profile.batch_size,
            train=(runner or Runner()).train,
            reference=(self.reference.x, self.reference.y),
        )
        models = functools.partial(
            GameModels,
            model,
            reference=self.reference,
            seed=seed,
            progress=progress,
            cache=cache,
        )
        title = f"training {profile.models} models"
        self._models = models(data, self.population, questions=questions, title=title)
        self._on_halves: ReferenceModels | None = None
        held = draw_halves(len(self.reference.x), profile.models, seed=seed)
        if halves_reference and held is not None:
            self._on_halves = ReferenceModels(
                self._models,
                data,
                self.reference,
                held,
                seed=seed,
                progress=progress,
                cache=cache,
                questions=questions,
            )
        self._with_canaries: GameModels | None = None
        if self._canaries is not None:
            asked = self._canaries.examples
            if questions is not None:
                questions = dataclasses.replace(questions, x=asked.x, y=asked.y)
            self._with_canaries = models(
                self._canaries.added_to(data, self.plan),
                asked,
                questions=questions,
                title=f"{title} with canaries",
            )

    @property
    def questions(self) -> QuestionsRow | None:
        asked = self._models.questions
        return None if asked is None else asked.row()

    @property
    def membership(self) -> Booleans:
        return self.plan.membership

    @property
    def labels(self) -> Integers:
        return self.population.y

    def outputs(self, defense: str | catalog.Entry) -> Array:
        return self._models.outputs(defense)

    def neighbors(self, defense: str | catalog.Entry) -> Neighbors | None:
        return self._models.neighbors(defense)

    def canaries(self, defense: str | catalog.Entry) -> PairedModels | None:
        canaries, models = self._canaries, self._with_canaries
        if canaries is None or models is None:
            return None
        return PairedModels(
            models.outputs(defense),
            canaries.examples.y,
            canaries.membership,
            attacks_on_canaries(self.attacks),
            functools.partial(models.neighbors, defense),
        )

    def audited_epochs(self, name: str) -> list[EpochRow]:
        found = self._models.audited_epochs(name)
        if found is None:
            return []
        return [
            {
                "defense": name,
                "epoch": epoch + 1,
                "auc": float(found["auc"][epoch]),
                "auc_low": float(found["auc_low"][epoch]),
                "auc_high": float(found["auc_high"][epoch]),
                "member_accuracy": float(found["member_accuracy"][epoch]),
                "nonmember_accuracy": float(found["nonmember_accuracy"][epoch]),
            }
            for epoch in range(len(found["auc"]))
        ]

    def halves_of_reference(self, defense: str | catalog.Entry) -> PairedModels | None:
        models, entry = self._on_halves, entry_of(defense)
        if models is None or entry is None or not entry.needs_reference:
            return None
        return PairedModels(
            models.outputs(entry),
            models.examples.y,
            models.membership,
            attacks_on_canaries(self.attacks),
            functools.partial(models.neighbors, entry),
        )

    def null_models(self, seed: int) -> Mapping[str, PairedModels]:
        real = self.paired_models(BASE)
        models, examples = self.membership.shape
        drawn = complementary_pairs(examples, models, seed=seed).membership
        # Of an even number of them, each can be in exactly half of the models.
        others = self.reference.rows(np.arange(len(self.reference.x) // 2 * 2))
        plan = complementary_pairs(len(others.x), models, seed=seed)
        unseen = dataclasses.replace(
            real,
            outputs=self._models.outputs_about(others),
            labels=others.y,
            membership=plan.membership,
            neighbors=functools.partial(self._models.neighbors_about, others),
        )
        return {
            "memberships drawn anew": dataclasses.replace(real, membership=drawn),
            "models trained on other data": unseen,
        }

    def live_model(self, name: str) -> keras.Model:
        """Returns the defended architecture; its weights mean nothing."""
        if name == BASE:
            return self.model
        layer = fitted(
            catalog.get(name).create(),
            self.model,
            (self.reference.x, self.reference.y),
            members=self.population.x[self.plan.rows()[0]],
        )
        return defending.defend(self.model, layer)

    def probe(self) -> Array:
        return self.population.x

    @property
    def attacks(self) -> Sequence[str]:
        return self.profile.attacks

    def examples(self) -> tuple[Examples, Examples]:
        x, y, inside = self.population.x, self.population.y, self.membership[0]
        return (x[inside], y[inside]), (x[~inside], y[~inside])

    def record_answers(self, name: str) -> RecordAnswers:
        rows, _ = self.dataset.split_rows(self.seed, self.profile.examples)
        return RecordAnswers(
            confidence=compute_signals(self.outputs(name), self.labels).confidence,
            membership=self.membership,
            labels=self.labels,
            rows=rows,
        )

    def reason_without(self, part: Part) -> str | None:
        if part == "questions":
            return NO_QUESTIONS if self._models.questions is None else None
        few = len(self.membership) < FEWEST_MODELS
        return FEW_MODELS if part == "records" and few else None

    def to_train(self, defenses: Sequence[str | catalog.Entry]) -> int:
        return self._models.to_train(defenses)

    def describe(self) -> RunDescription:
        dataset, profile = self.dataset, self.profile
        units = "-".join(
            str(layer.units)
            for layer in self.model.layers
            if isinstance(layer, keras.layers.Dense)
        )
        return describe_run(
            dataset=dataset.name,
            source=dataset.source,
            examples=len(dataset.x),
            reference=len(self.reference.x),
            scored=len(self.population.x),
            input_shape=dataset.x.shape[1:],
            class_names=dataset.class_names,
            digest=dataset.digest,
            profile=profile.name,
            models=profile.models,
            epochs=profile.epochs,
            batch_size=profile.batch_size,
            seed=self.seed,
            architecture=f"{self.model.name} ({units})",
            utility=self.utility(BASE),
            majority_share=self.majority_share(),
            is_reference_study=self.is_reference_study,
            questions=self.questions,
            canaries=self._canary_count,
        )

    def identity(self) -> GameIdentity:
        return game_identity(
            dataset=self.dataset.name,
            digest=self.dataset.digest,
            classes=len(self.dataset.class_names),
            seed=self.seed,
            models=len(self.membership),
            questions=self.questions,
        )

    @property
    def _canary_count(self) -> int:
        return 0 if self._canaries is None else len(self._canaries.examples.y)
