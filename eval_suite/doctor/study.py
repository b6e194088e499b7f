"""The experiments of the profile doctor, each made when it is asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Mapping

import keras

from eval_suite.datasets.datasets import Dataset
from eval_suite.doctor import augmented
from eval_suite.doctor import cells
from eval_suite.doctor import entropy_gained
from eval_suite.doctor import other_shadows
from eval_suite.doctor.design import SHIFT
from eval_suite.doctor.design import draw_cells
from eval_suite.doctor.entropy_gained import normalized_entropy
from eval_suite.doctor.other_networks import EPOCHS
from eval_suite.doctor.other_networks import UNITS
from eval_suite.doctor.other_networks import other_inputs
from eval_suite.doctor.other_networks import other_networks
from eval_suite.doctor.population import Population
from eval_suite.doctor.population import Tools
from eval_suite.doctor.recipes import network
from eval_suite.doctor.recipes import picture_shape
from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.measurements.tradeoff.frontier import attacks_on
from eval_suite.measurements.tradeoff.frontier import every_strength
from eval_suite.options.profiles import Profile
from eval_suite.results.doctor.rows import CellRow
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import EntropyRow
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.attacks.leakage.divergence import jensen_shannon
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.search.points import Point
from keras_entropy.search.points import worth


class Study:
    """What the claims are decided by, on one dataset.

    Args:
        dataset: The examples.
        subject: The membership game whose models the defenses are put on.
        profile: Size of that game, and of those beside it.
        seed: Integer.
        tools: What trains and keeps.
        start: Starts attacks.
        cells: Integer, how many recipes are compared.

    Raises:
        ValueError: If the dataset is too small, or there are too few recipes.
    """

    def __init__(
        self,
        dataset: Dataset,
        subject: Subject,
        profile: Profile,
        seed: int,
        tools: Tools,
        start: Start,
        *,
        cells: int,
    ) -> None:
        self._dataset = dataset
        self._subject = subject
        self._models = profile.models
        self._seed = seed
        self._tools = tools
        self._start = start
        self._has_pictures = picture_shape(dataset) is not None
        self._design = draw_cells(
            len(dataset.x), images=self._has_pictures, cells=cells
        )
        self._population = Population(
            dataset, profile.examples, profile.models, seed, tools
        )

    def cells(self) -> list[CellRow]:
        """Returns the recipes, with their figures."""
        return cells.play(
            self._design, self._dataset, self._seed, self._tools, self._start
        )

    def shadow_models(self) -> list[ComparisonRow]:
        """Returns the comparisons of D1."""
        return other_shadows.compare(
            self._plain,
            self._other_shadows(),
            self._population.scored.y,
            self._population.plan.membership,
            self._seed,
        )

    def augmentations(self) -> list[ComparisonRow]:
        """Returns the comparisons of D4."""
        rows = []
        for name in ("noise", SHIFT if self._has_pictures else "dropout"):
            model = network(self._dataset, UNITS, name)
            game = self._population.train(
                model,
                EPOCHS,
                f"{self._models} models with {name}",
                questions=self._population.questions(cells.QUESTIONS, model=model),
            )
            neighbors = game.neighbors(BASE)
            if neighbors is None:
                raise ValueError("nothing was asked beside the examples")
            rows += augmented.compare(
                self._plain,
                augmented.Augmented(name, game.outputs(BASE), neighbors),
                self._population.scored.y,
                self._population.plan.membership,
                self._seed,
            )
        return rows

    def entropy(self) -> list[EntropyRow]:
        """Returns every defense and strength on the game, no defense first."""
        base = self._subject.paired_models(BASE)
        waiting: list[tuple[catalog.Entry | None, Callable[[], Point]]] = [
            (
                None,
                self._start(
                    functools.partial(
                        worth,
                        BASE,
                        base.outputs,
                        base.outputs,
                        base.labels,
                        base.membership,
                        neighbors=base.neighbors(),
                        seed=self._seed,
                    )
                ),
            )
        ]
        entries = every_strength()
        with self._tools.progress("defenses at all strengths", len(entries)) as advance:
            for entry in entries:
                attack = attacks_on(self._subject, entry, self._seed)
                waiting.append((entry, self._start(attack)))
                advance(1)
        return [self._entropy_row(entry, point()) for entry, point in waiting]

    def _entropy_row(self, entry: catalog.Entry | None, point: Point) -> EntropyRow:
        if point.asked_often is None:
            raise ValueError("no attack of many questions ran")
        models = self._subject.paired_models(BASE if entry is None else entry)
        signals = compute_signals(models.outputs, models.labels)
        distances = (
            jensen_shannon(values, models.membership, seed=self._seed).excess
            for values in (signals.entropy, signals.loss)
        )
        js_entropy, js_cross_entropy = distances
        return {
            "name": point.name,
            "kind": "none" if entry is None else entropy_gained.kind(entry),
            "injective": entry is not None and entropy_gained.can_be_undone(entry),
            "entropy": normalized_entropy(models.outputs, models.membership),
            "js_entropy": js_entropy,
            "js_cross_entropy": js_cross_entropy,
            "asked_once": float(point.asked_once.mean()),
            "asked_often": float(point.asked_often.mean()),
        }

    @functools.cached_property
    def _plain(self) -> Array:
        return self._answers("the study's network")

    def _answers(
        self, title: str, model: keras.Model | None = None, x: Array | None = None
    ) -> Array:
        game = self._population.train(
            network(self._dataset, UNITS) if model is None else model,
            EPOCHS,
            f"{self._models} models: {title}",
            x=x,
        )
        return game.outputs(BASE)

    def _other_shadows(self) -> Mapping[str, Array]:
        networks = other_networks(self._dataset)
        inputs = other_inputs(self._population.scored.x, self._seed)
        return {
            **{
                title: self._answers(title, model=each)
                for title, each in networks.items()
            },
            **{title: self._answers(title, x=each) for title, each in inputs.items()},
        }
