"""Privacy against utility: every defense at several strengths, on one game."""

from __future__ import annotations

import dataclasses
import math

from eval_suite.measurements import strengths
from eval_suite.measurements.attack_comparison import AttackComparison
from eval_suite.results.rows import FrontierRow
from eval_suite.subjects.defended_stacks import text_of
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.arrays import Floats
from keras_entropy.attacks.statistics.intervals import mean_interval
from keras_entropy.queries.known_defense import ways
from keras_entropy.search import candidates
from keras_entropy.search import tradeoff
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.tradeoff import Point


@dataclasses.dataclass(frozen=True)
class Frontier:
    """The points of one game.

    Args:
        points: One for each defense and strength, no defense first.
        dominated: For each point, whether another is as good in all and better in
            something.
    """

    points: list[Point]
    dominated: list[bool]

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
            _row(point, dominated)
            for point, dominated in zip(self.points, self.dominated, strict=True)
        ]


def play(comparison: AttackComparison, *, seed: int) -> Frontier:
    """Attacks the models of a game behind every defense, at every strength.

    Args:
        comparison: The attacks on the defenses of the catalog, which are not repeated,
            on a subject with the part `"strengths"`.
        seed: Integer, of random layers and of the attacks' folds.
    """
    known = {text_of(catalog.get(name)): name for name in comparison.names}
    subject = comparison.subject
    undefended = subject.paired_models(BASE)
    points = [
        tradeoff.point_of(
            candidates.NO_DEFENSE,
            comparison.base_results(),
            undefended.outputs,
            undefended.outputs,
            undefended.labels,
            undefended.membership,
        )
    ]
    tried = map(_entry, (*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES))
    for entry in (*tried, *strengths.entries()):
        name = known.get(text_of(entry))
        if name is None:
            points.append(_play(subject, entry, seed))
            continue
        models = subject.paired_models(name)
        points.append(
            tradeoff.point_of(
                entry.name,
                comparison.attacked(name).entire(),
                models.outputs,
                undefended.outputs,
                models.labels,
                models.membership,
            )
        )
    return Frontier(points, tradeoff.dominated(points))


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


def _play(subject: Subject, entry: catalog.Entry, seed: int) -> Point:
    models = subject.paired_models(entry)
    defended, undefended = models.outputs, subject.paired_models(BASE).outputs
    # What was trained is attacked as it answers, as in `AttackComparison`.
    known = [] if entry.is_trained else ways(entry.create(seed=seed))
    adapted = ((way.name, way.attacked(defended, undefended)) for way in known)
    return tradeoff.worth(
        entry.name,
        defended,
        undefended,
        models.labels,
        models.membership,
        adapted,
        neighbors=models.neighbors(),
        seed=seed,
    )


def _row(point: Point, dominated: bool) -> FrontierRow:
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
    }


def _interval(
    values: Floats, ceiling: float = math.inf, inflation: float = 1.0
) -> tuple[float, float, float]:
    mean, low, high = mean_interval(values, inflation=inflation)
    return float(mean), max(0.0, float(low)), min(ceiling, float(high))
