"""The distance between members' and non-members' outputs against attack AUC."""

from dataclasses import dataclass
from typing import Literal

from matplotlib.ticker import MaxNLocator
from scipy.special import stdtr

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
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
    figure = style.canvas(2.5)
    panels = figure.subplots(1, len(points), sharey=True, squeeze=False)[0]
    sentences = []
    for axes, (key, found) in zip(panels, points.items(), strict=True):
        for point in found:
            colour, marker = style.family_style(point.row["family"])
            axes.plot(point.distance, point.auc, marker, color=colour, ms=5.5)
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
    return Drawing(name, title, finding, alt, reading, figure)


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
