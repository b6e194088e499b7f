"""Trains the models of every cell, and attacks them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from collections.abc import Sequence

from eval_suite.datasets.datasets import Dataset
from eval_suite.doctor import recipes
from eval_suite.doctor.cell_figures import measure
from eval_suite.doctor.design import MODELS
from eval_suite.doctor.design import Cell
from eval_suite.doctor.population import Population
from eval_suite.doctor.population import Tools
from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.results.doctor.rows import CellRow
from eval_suite.subjects.subject import no_bar
from eval_suite.undefended import BASE

QUESTIONS = 16


def play(
    cells: Sequence[Cell], dataset: Dataset, seed: int, tools: Tools, start: Start
) -> list[CellRow]:
    """Trains and attacks the models of every cell.

    Args:
        cells: The design.
        dataset: What they are trained on.
        seed: Integer; each cell draws examples and halves of its own.
        tools: What trains and keeps.
        start: Starts the attacks on one cell.

    Returns:
        One row a cell.
    """
    # One bar tells of all recipes; one for each of them would drown it.
    quiet = dataclasses.replace(tools, progress=no_bar)
    waiting: list[Callable[[], CellRow]] = []
    with tools.progress(f"training {len(cells)} recipes", len(cells)) as advance:
        for i, cell in enumerate(cells):
            population = Population(
                dataset, cell.examples, MODELS, seed * len(cells) + i, quiet
            )
            game = population.train(
                recipes.build(cell, dataset),
                cell.epochs,
                f"recipe {i + 1} of {len(cells)}",
                questions=population.questions(QUESTIONS),
            )
            waiting.append(
                start(
                    functools.partial(
                        measure,
                        cell,
                        game.outputs(BASE),
                        population.scored.y,
                        population.plan.membership,
                        neighbors=game.neighbors(BASE),
                        seed=seed,
                    )
                )
            )
            advance(1)
    return [row() for row in waiting]
