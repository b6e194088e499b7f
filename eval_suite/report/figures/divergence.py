"""The distance between members' and non-members' outputs against attack AUC."""

from dataclasses import dataclass
from typing import Literal

from matplotlib.ticker import MaxNLocator
from scipy.special import stdtr

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.points import draw_points
from eval_suite.report.figures.drawing.points import name_points
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import p_value
from eval_suite.results.contents import Defense

_Quantity = Literal["js_entropy", "js_cross_entropy"]
_QUANTITIES: dict[_Quantity, str] = {
    "js_entropy": "entropy",
    "js_cross_entropy": "cross-entropy",
}
_FEWEST = 4  # points below which a rank correlation means nothing


@dataclass(frozen=True)
class _Point:
    """A defense, the distance of its outputs and the AUC of the strongest attack."""

    row: Defense
    distance: float
    auc: float


def divergence(rows: Rows) -> Drawing:
    """Draws the strongest attack's AUC over two Jensen-Shannon distances."""
    name, title = "divergence", "Jensen-Shannon distance against attack AUC"
    points = {key: _points(rows, key) for key in _QUANTITIES}
    points = {key: found for key, found in points.items() if found}
    if not points:
        return Drawing(name, title, missing=rows.reason("jensen", "js", "attack"))
    figure = style.canvas(3.2)
    panels = figure.subplots(1, len(points), sharey=True, squeeze=False)[0]
    sentences, hovers = [], []
    for axes, (key, found) in zip(panels, points.items(), strict=True):
        marks = [(point.row, point.distance, point.auc) for point in found]
        hovers += draw_points(axes, marks, _words(_QUANTITIES[key], found))
        name_points(axes, marks, _outstanding(rows, found))
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":")
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.set_xlabel(f"distance of {_QUANTITIES[key]}")
        sentences.append(_correlation_sentence(_QUANTITIES[key], found))
    panels[0].set_ylabel("AUC of the strongest attack")
    every = {p.row["name"]: p.row for found in points.values() for p in found}
    style.legend(figure, style.families(list(every.values())))
    finding = " ".join(sentences)
    alt = f"Scatter plots of {count(len(every), 'model')}. {finding}"
    reading = (
        "If the distance of entropies explained how well attacks work, the points "
        "would lie on a rising line. Each point is one model."
    )
    return Drawing(name, title, finding, alt, reading, figure, hovers=tuple(hovers))


def _words(quantity: str, found: list[_Point]) -> dict[str, str]:
    return {
        p.row["name"]: f"distance of {quantity} {number(p.distance)}, "
        f"AUC {number(p.auc)}"
        for p in found
    }


def _outstanding(rows: Rows, found: list[_Point]) -> list[str]:
    """Returns the names to write: the undefended model, the recommended, the ends."""
    ends = (max(found, key=_distance), max(found, key=_auc), min(found, key=_auc))
    names = [rows.base["name"], rows.advice.defense, *(p.row["name"] for p in ends)]
    return [name for name in names if name is not None]


def _distance(point: _Point) -> float:
    return point.distance


def _auc(point: _Point) -> float:
    return point.auc


def _points(rows: Rows, key: _Quantity) -> list[_Point]:
    found = []
    for row in rows.drawn:
        entry, auc = row[key], row["strongest_auc"]
        if entry and entry["value"] is not None and auc is not None:
            found.append(_Point(row, entry["value"], auc))
    return found


def _correlation_sentence(quantity: str, found: list[_Point]) -> str:
    distances = [point.distance for point in found]
    aucs = [point.auc for point in found]
    if len(found) < _FEWEST or len(set(distances)) < 2 or len(set(aucs)) < 2:
        return f"Too few different models to correlate the distance of {quantity}."
    rho, p = spearman(distances, aucs)
    return (
        f"Distance of {quantity}: rank correlation {rho:.2f} over "
        f"{count(len(found), 'model')} ({p_value(p)})."
    )


def spearman(x: list[float], y: list[float]) -> tuple[float, float]:
    """Returns Spearman's rank correlation and its two-sided p by the t approximation.

    Args:
        x: Values, not all equal.
        y: As many, not all equal.
    """
    a, b = _ranks(x), _ranks(y)
    middle = (len(x) - 1) / 2
    covariance = sum((i - middle) * (j - middle) for i, j in zip(a, b, strict=True))
    spread = sum((i - middle) ** 2 for i in a) * sum((j - middle) ** 2 for j in b)
    rho = covariance / spread**0.5
    freedom = len(x) - 2
    if abs(rho) >= 1 - 1e-12:
        return rho, 0.0
    t = abs(rho) * (freedom / (1 - rho**2)) ** 0.5
    return rho, float(2 * stdtr(freedom, -t))


def _ranks(values: list[float]) -> list[float]:
    """Returns 0-based ranks; ties share their mean rank."""
    places: dict[float, list[int]] = {}
    for place, value in enumerate(sorted(values)):
        places.setdefault(value, []).append(place)
    return [sum(places[v]) / len(places[v]) for v in values]
