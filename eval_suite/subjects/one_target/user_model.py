"""A user's own trained model: one target, with the members and non-members given."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import keras
import numpy as np

import keras_entropy
from eval_suite.datasets.datasets import Dataset
from eval_suite.results.rows import RunDescription
from eval_suite.results.run_description import describe_run
from eval_suite.subjects.asked_models import AskedModels
from eval_suite.subjects.measured import RecordAnswers
from eval_suite.subjects.one_target.audited_model import audited_model
from eval_suite.subjects.one_target.one_target import OneModel
from eval_suite.subjects.one_target.resemblance_row import told_resemblance
from eval_suite.subjects.one_target.shadow_population import Population
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.user_files import check_answers_to_gaps
from eval_suite.subjects.one_target.user_files import check_copies
from eval_suite.subjects.one_target.user_files import check_sets
from eval_suite.subjects.one_target.user_files import in_form_of
from eval_suite.subjects.one_target.user_files import is_random_by_design
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.subject import FEWEST_MODELS
from eval_suite.subjects.subject import Part
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import no_bar
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.attacks import Neighbors
from keras_entropy.attacks import Shadows
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.models import defending
from keras_entropy.queries.asking import Answer
from keras_entropy.queries.asking import check_repeats
from keras_entropy.queries.given_neighbors import NeighborMaker
from keras_entropy.queries.input_checks import has_gaps
from keras_entropy.shadow import Runner
from keras_entropy.shadow.resemblance import Resemblance
from keras_entropy.training.reference_fitting import fitted

# Fewer tell little of where the inputs lie: then neighbors are made from all examples.
_FEWEST_REFERENCE = 20


class UserModel(OneModel):
    """One target model and its two sets of examples.

    Args:
        model: Keras classifier.
        members: Examples that it was trained on.
        nonmembers: Examples from the same distribution that it was not trained on. Some
            of them become the reference set, as in the membership game: never scored,
            and used to fit the defenses that are fitted.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        seed: Integer, of the draws of random defenses. Defaults to `0`.
        set_aside: Boolean, whether some of the non-members become the reference set.
            Where a coin decided who is a member there is none, and equal examples on
            both sides are no copies. Defaults to `True`.
        output: Name of the output that is audited, if the model has several. Defaults
            to `None`.

    Raises:
        ValueError: If one set holds copies of the other's examples, they do not fit the
            model or each other, or the model can't be defended.
    """

    def __init__(
        self,
        model: keras.Model,
        members: Dataset,
        nonmembers: Dataset,
        *,
        from_logits: bool = False,
        seed: int = 0,
        set_aside: bool = True,
        output: str | None = None,
    ) -> None:
        self._seed = seed
        self._population: Population | None = None
        self._shadows: dict[str, Shadows] = {}
        self._asked_shadows: AskedModels | None = None
        self._progress: ProgressBar = no_bar
        self._from_logits = from_logits
        members, nonmembers = in_form_of(members, nonmembers)
        self._audited = functools.partial(
            audited_model, x=members.x, output=output, form=members.form
        )
        self._as_given = model
        model = self._audited(model)
        self._undefended = defending.probabilities_of(model, from_logits=from_logits)
        self._model = model
        check_sets(self._undefended, members, nonmembers)
        if set_aside:
            check_copies(members, nonmembers)
        self.members = members
        # Whichever defenses are selected, so that all are scored on the same examples.
        scored, kept = nonmembers.split_rows(seed=0, examples=len(nonmembers.x))
        if not set_aside:
            scored, kept = np.arange(len(nonmembers.x)), kept[:0]
        self.nonmembers, self.reference = nonmembers.rows(scored), nonmembers.rows(kept)
        self._outputs: dict[str, tuple[Array, Array]] = {}

    def train_shadows_on(
        self,
        pool: Dataset,
        recipe: ShadowRecipe,
        runner: Runner,
        *,
        other_data: bool = False,
    ) -> None:
        """Attacks by shadow models as well, which are trained when first needed.

        Args:
            pool: Examples from the distribution of members and non-members, in neither.
            recipe: How the shadow models are trained.
            runner: Trains them.
            other_data: Boolean, whether the pool is of another distribution, and all
                that shadow models are trained on. Defaults to `False`.

        Raises:
            ValueError: As for `Population`; if the model can't be built anew from its
                layers and nothing else trains it.
        """
        if recipe.told_otherwise is None and self._model is not self._as_given:
            raise ValueError(
                "Shadow models are built and trained as the model was, and "
                f"{self._as_given.name!r} is subclassed or one output of several, of "
                "which that can't be read. Give --trainer, a function (x, y, seed) -> "
                "model that does it, or --shadow-model, a compiled model"
            )
        members, nonmembers, reference, pool = in_form_of(
            self.members, self.nonmembers, self.reference, pool
        )
        self._population = Population(
            self._model,
            members,
            nonmembers,
            reference,
            pool,
            recipe,
            runner,
            other_data=other_data,
            from_logits=self._from_logits,
            audited=self._audited,
        )

    def run_with(self, runner: Runner, progress: ProgressBar) -> None:
        """Sets what trains and what shows progress, before anything is done.

        Args:
            runner: Trains the shadow models.
            progress: Opens progress bars.
        """
        self._progress = progress
        if self._population is not None:
            self._population.runner = runner
            self._population.progress = progress

    def ask_neighbors(self, count: int, own: NeighborMaker | str | None = None) -> None:
        """Attacks by questions about neighbors of the examples as well.

        The model and its shadows are asked when that is first needed.

        Args:
            count: Integer, questions about each example.
            own: The user's own neighbors, as for `given_neighbors`.

        Raises:
            ValueError: If there are too few for the families of neighbors, what is
                given makes none, or the model is random without saying so.
            TypeError: If what is given is neither a function nor a layer.
        """
        x = np.concatenate([self.members.x, self.nonmembers.x])
        y = np.concatenate(self.labels)
        if not is_random_by_design(self._model):
            check_repeats(self._answer(None), x)
        reference = self.reference.x, self.reference.y
        if len(self.reference.x) < _FEWEST_REFERENCE:
            reference = x, y
        questions = Questions.about(
            x,
            y,
            reference=reference,
            count=count,
            own=own,
            model=self._model,
            seed=self._seed,
        )

        self.asked = AskedModels(questions, self._answer, self._bar)
        population = self._population
        if population is not None and population.paired:
            self._asked_shadows = AskedModels(
                questions, population.shadow_answer, self._bar
            )

    def _bar(
        self, title: str, total: int
    ) -> AbstractContextManager[Callable[[int], None]]:
        # What opens bars may be set after the questions are.
        return self._progress(title, total)

    def _answer(self, entry: catalog.Entry | None) -> Answer:
        if entry is not None and entry.is_trained and self._population is not None:
            return self._population.target_answer(entry)
        model = self.live_model(BASE if entry is None else entry.name)
        return lambda x: self._predict(model, x)[None]

    @property
    def resemblance(self) -> Resemblance | None:
        population = self._population
        return None if population is None else population.resemblance

    def shadow_neighbors(self, name: str) -> Neighbors | None:
        if self._unlike is not None:
            return None
        asked = self._asked_shadows
        return None if asked is None else asked.neighbors(name)

    @property
    def _unlike(self) -> str | None:
        """Sentence that says that the shadow models do not resemble the target."""
        resemblance = self.resemblance
        if resemblance is None or resemblance.resembles:
            return None
        return told_resemblance(resemblance)

    def shadows(self, name: str) -> Shadows | None:
        if self._population is None or self._unlike is not None:
            return None
        if name not in self._shadows:
            self._shadows[name] = self._population.shadows(name)
        return self._shadows[name]

    @property
    def model(self) -> keras.Model:
        """The undefended model, with class probabilities as its output."""
        return self._undefended

    def outputs(self, name: str) -> tuple[Array, Array]:
        if name not in self._outputs:
            self._outputs[name] = self._compute(name)
        return self._outputs[name]

    def _compute(self, name: str) -> tuple[Array, Array]:
        trained = name != BASE and catalog.get(name).is_trained
        if trained and self._population is not None:
            answers = self._population.trained_on_target(name)
            members = len(self.members.x)
            return answers[:members], answers[members:]
        model = self.live_model(name)
        return (
            self._predict(model, self.members.x),
            self._predict(model, self.nonmembers.x),
        )

    def _predict(self, model: keras.Model, x: Array) -> Array:
        answers: Array = model.predict(self.model_inputs(x), verbose=0)
        if has_gaps(x):
            check_answers_to_gaps(answers)
        return answers

    def model_inputs(self, x: Array) -> Any:
        form = self.members.form
        return x if form is None else form.inputs(x)

    def live_model(self, name: str) -> keras.Model:
        """Returns the defended model."""
        if name == BASE:
            return self._undefended
        layer = fitted(
            catalog.get(name).create(seed=self._seed),
            self._undefended,
            (self.reference.x, self.reference.y),
            members=self.members.x,
            inputs=self.model_inputs,
        )
        return keras_entropy.defend(self._model, layer, from_logits=self._from_logits)

    def record_answers(self, name: str) -> RecordAnswers:
        shadows = self.shadows(name)
        if shadows is None or not shadows.membership.any():
            return super().record_answers(name)
        members = len(self.members.y)
        labels = np.concatenate(self.labels)
        confidence = compute_signals(shadows.outputs, labels).confidence
        return RecordAnswers(
            confidence=confidence[:, :members],
            membership=shadows.membership[:, :members],
            labels=self.members.y,
            rows=np.arange(members),
        )

    def reason_without(self, part: Part) -> str | None:
        population = self._population
        if part in ("shadows", "records") and population:
            if self._unlike is not None:
                return self._unlike
            if part == "records" and not population.paired:
                return "needs shadow models that learned the records, of --population"
            if part == "shadows" or population.models >= FEWEST_MODELS:
                return None
        return super().reason_without(part)

    def describe(self) -> RunDescription:
        sets = (self.members, self.nonmembers, self.reference)
        digest = Dataset(
            "",
            "",
            np.concatenate([examples.x for examples in sets]),
            np.concatenate([examples.y for examples in sets]),
            (),
        ).digest
        population = self._population
        return describe_run(
            dataset=f"{self.members.name} against {self.nonmembers.name}",
            source="the user's own examples",
            scored=len(self.members.x) + len(self.nonmembers.x),
            reference=len(self.reference.x),
            input_shape=self.members.x.shape[1:],
            class_names=[str(index) for index in range(self.classes)],
            digest=digest,
            profile="one model" if population is None else f"one model, {population}",
            epochs=None if population is None else population.epochs,
            batch_size=None if population is None else population.batch_size,
            architecture=self._model.name,
            utility=self.utility(BASE),
            majority_share=self.majority_share(),
            questions=self.questions,
        )
