"""Privacy against utility: every defense at several strengths, on one game."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from collections.abc import Mapping

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.measurements.processes.attack_processes import at_once
from eval_suite.measurements.tradeoff import strengths
from eval_suite.options.options import Options
from eval_suite.results.rows import FrontierRow
from eval_suite.subjects.defended_stacks import text_of
from eval_suite.subjects.subject import NOT_ALL_STRENGTHS
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Floats
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.queries.known_defense import ways
from keras_entropy.search import candidates
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.points import Point
from keras_entropy.search.points import dominated
from keras_entropy.search.points import point_of
from keras_entropy.search.points import worth
from keras_entropy.training.private_steps import PrivateSteps


@dataclasses.dataclass(frozen=True)
class Frontier:
    """The points of one game.

    Args:
        points: One for each defense and strength, no defense first.
        dominated: For each point, whether another is as good in all and better in
            something.
        bounds: By the name of a point the largest AUC that any attack can have, where
            that is proved. Defaults to none.
    """

    points: list[Point]
    dominated: list[bool]
    bounds: Mapping[str, float] = dataclasses.field(default_factory=dict)

    def get(self, name: str) -> Point:
        """Returns the point of a defense and strength.

        Raises:
            KeyError: If there is none.
        """
        for point in self.points:
            if point.name == name:
                return point
        raise KeyError(f"{name}: no point. Known: {[p.name for p in self.points]}")

    def rows(self) -> list[FrontierRow]:
        """Returns plain rows: means over the pairs of models, with 95 % intervals."""
        return [
            _row(point, dominated, self.bounds.get(point.name))
            for point, dominated in zip(self.points, self.dominated, strict=True)
        ]

    def above_bounds(self) -> list[str]:
        """Returns in words the points whose AUC is shown to be above their bound."""
        return [
            f"{row['name']}: {row['attack']} has AUC {row['auc']:.4f}, at least "
            f"{row['auc_low']:.4f}, and the bound is {bound:.4f}"
            for row in self.rows()
            if (bound := row.get("auc_bound")) is not None
            and row["auc_low"] is not None
            and row["auc_low"] > bound
        ]


class FrontierAttacks:
    """The attacks on every defense at every strength, on the models of a game.

    Args:
        comparison: The attacks on the defenses of the catalog, which are not repeated,
            on a subject with the part `"strengths"`.
        seed: Integer, of random layers and of the attacks' folds.
        start: Starts the attacks on one point. Defaults to `at_once`.
    """

    def __init__(
        self, comparison: AttackComparison, *, seed: int, start: Start = at_once
    ) -> None:
        self._comparison = comparison
        self._seed = seed
        self._start = start
        self._waiting: list[Callable[[], Point]] = []

    def start_early(self) -> None:
        """Starts the attacks where that takes no time here."""
        if self._start is not at_once:
            self._start_all()

    def play(self) -> Frontier:
        """Returns the points, when all are attacked."""
        self._start_all()
        undefended = self._comparison.subject.paired_models(BASE)
        base = point_of(
            candidates.NO_DEFENSE,
            self._comparison.base_results(),
            undefended.outputs,
            undefended.outputs,
            undefended.labels,
            undefended.membership,
        )
        points = [base, *(point() for point in self._waiting)]
        members = int(undefended.membership[0].sum())
        bounds = {
            entry.name: entry.recipe.guarantee(members).auc_bound
            for entry in every_strength()
            if isinstance(entry.recipe, PrivateSteps)
        }
        return Frontier(points, dominated(points), bounds)

    def _start_all(self) -> None:
        if self._waiting:
            return
        comparison = self._comparison
        comparison.start(BASE)
        known = {text_of(catalog.get(name)): name for name in comparison.names}
        for entry in every_strength():
            name = known.get(text_of(entry))
            if name is None:
                attacks = attacks_on(comparison.subject, entry, self._seed)
                self._waiting.append(self._start(attacks))
                continue
            comparison.start(name)
            point = functools.partial(_of_table, comparison, name, entry.name)
            self._waiting.append(point)


def every_strength() -> list[catalog.Entry]:
    """Returns the points: candidates of the search, then further strengths."""
    tried = map(_entry, (*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES))
    return [*tried, *strengths.entries()]


def reason_without_frontier(subject: Subject, options: Options) -> str | None:
    """Returns why there is no frontier, in words, or `None` if there is one."""
    reason = subject.reason_without("strengths")
    if reason is None and options.defenses != "all":
        return NOT_ALL_STRENGTHS
    if reason is None and options.gating and not options.report:
        return "a gate has no use for it"
    return reason


def _of_table(comparison: AttackComparison, name: str, title: str) -> Point:
    """Returns the point of a defense whose attacks the table has."""
    models = comparison.subject.paired_models(name)
    return point_of(
        title,
        comparison.attacked(name).entire(),
        models.outputs,
        comparison.subject.paired_models(BASE).outputs,
        models.labels,
        models.membership,
    )


def _entry(candidate: Candidate) -> catalog.Entry:
    """Returns a candidate as a defense of the catalog, which it need not be."""
    return catalog.Entry(
        name=candidate.name,
        alias=candidate.name,
        title=candidate.name,
        family="output-transform",
        layer=candidate.layer,
        config=candidate.config,
        recipe=None,
        reference="",
    )


def attacks_on(
    subject: Subject, entry: catalog.Entry, seed: int
) -> Callable[[], Point]:
    """Returns what attacks a defense that is not in the table.

    Args:
        subject: What it is put on.
        entry: The defense.
        seed: Integer, of random layers and of the attacks' folds.
    """
    models = subject.paired_models(entry)
    defended, undefended = models.outputs, subject.paired_models(BASE).outputs
    # What was trained is attacked as it answers, and before a layer that can be undone,
    # as in `AttackComparison`.
    known = [] if entry.is_trained else ways(entry.create(seed=seed))
    adapted = [(way.name, way.attacked(defended, undefended)) for way in known]
    if entry.before_inverse is not None:
        before = subject.paired_models(entry.before_inverse)
        adapted.append(("inverse", before.outputs))
    return functools.partial(
        worth,
        entry.name,
        defended,
        undefended,
        models.labels,
        models.membership,
        adapted,
        neighbors=models.neighbors(),
        seed=seed,
    )


def _row(point: Point, dominated: bool, bound: float | None) -> FrontierRow:
    auc, auc_low, auc_high = _interval(
        point.pair_auc, ceiling=1.0, inflation=point.pair_inflation
    )
    often = point.asked_often
    accuracy, accuracy_low, accuracy_high = _interval(point.accuracy, ceiling=1.0)
    nll, nll_low, nll_high = _interval(point.nll)
    ece, ece_low, ece_high = _interval(point.ece, ceiling=1.0)
    return {
        "name": point.name,
        "attack": point.attack,
        "auc": auc,
        "auc_low": auc_low,
        "auc_high": auc_high,
        "asked_once": float(point.asked_once.mean()),
        "asked_often": None if often is None else float(often.mean()),
        "accuracy": accuracy,
        "accuracy_low": accuracy_low,
        "accuracy_high": accuracy_high,
        "nll": nll,
        "nll_low": nll_low,
        "nll_high": nll_high,
        "ece": ece,
        "ece_low": ece_low,
        "ece_high": ece_high,
        "keeps_argmax": point.keeps_argmax,
        "dominated": dominated,
        "auc_bound": bound,
    }


def _interval(
    values: Floats, ceiling: float = math.inf, inflation: float = 1.0
) -> tuple[float, float, float]:
    mean, low, high = mean_interval(values, inflation=inflation)
    return float(mean), max(0.0, float(low)), min(ceiling, float(high))
