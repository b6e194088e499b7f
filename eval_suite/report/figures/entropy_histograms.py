"""The certainty of the outputs, for members and for non-members."""

import numpy as np

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.small_panels import Curve
from eval_suite.report.figures.drawing.small_panels import SmallPanels
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.results.contents import Defense
from eval_suite.results.rows import DistributionRow
from keras_entropy.arrays import Floats

_SHAPE = 0.7  # height of a panel by its width
_BINS = 32


def entropy(rows: Rows) -> Drawing:
    """Draws the density of the entropy of members' and non-members' outputs."""
    name, title = "entropy", "Entropy of the outputs, members and non-members"
    found = [
        (row, density)
        for row in rows.drawn
        if (density := rows.distribution(row["name"], "entropy"))
    ]
    if not found:
        return Drawing(name, title, missing=rows.reason("entropy", "distribution"))
    panels = SmallPanels(rows.groups, _SHAPE)
    ends = [end for _, density in found for end in density["edges"]]
    least, most = min(ends), max(ends)
    curves = {row["name"]: _curve(density, least, most) for row, density in found}
    for place, (colour, dashed) in enumerate(
        ((style.MEMBER, False), (style.NONMEMBER, True))
    ):
        own = [(name, x, both[place]) for name, (x, both) in curves.items()]
        panels.lines(own, colour, dashed=dashed, order=3 + place)
        if not dashed:
            panels.fills([_closed(*curve) for curve in own], colour, alpha=0.18)
    panels.ticks({0: f"{least:.0f}", 1: f"{most:.1f}"}, {})
    panels.names("entropy in nats")
    figure = panels.figure
    style.legend(
        figure,
        [
            style.line("members", style.MEMBER),
            style.line("non-members", style.NONMEMBER, dashed=True),
        ],
    )
    distances = [
        (row["js_entropy"]["value"], row["name"])
        for row, _ in found
        if row["js_entropy"] and row["js_entropy"]["value"] is not None
    ]
    finding = "Where the two curves differ, entropy alone tells members apart."
    if distances:
        low, high = min(distances), max(distances)
        finding += (
            f" Jensen-Shannon distance: {number(low[0])} ({low[1]}) to "
            f"{number(high[0])} ({high[1]}); 0 is no difference."
        )
    alt = f"{count(len(found), 'panel')} of two densities each. {finding}"
    reading = (
        "A defense that moves both curves to the right raises entropy; it protects "
        "only if it also moves them onto each other. Heights are square roots of "
        "densities and differ between panels."
    )
    hovers = panels.hovers({row["name"]: _words(row) for row, _ in found})
    return Drawing(name, title, finding, alt, reading, figure, hovers=hovers)


def _words(row: Defense) -> str:
    distance = row["js_entropy"]
    value = None if distance is None else distance["value"]
    mean = row["entropy_mean"]
    return (
        f"mean {number(mean)} nats for non-members, Jensen-Shannon distance "
        f"{number(value)}"
    )


def _curve(
    density: DistributionRow, least: float, most: float
) -> tuple[Floats, Floats]:
    """Returns places, and both densities at them, `(2, points)`, all from 0 to 1.

    Neighboring bins are taken together, as a small panel shows no more.
    """
    both = np.array([density["member"], density["nonmember"]], float)
    edges = np.array(density["edges"], float)
    while both.shape[1] > _BINS:
        if both.shape[1] % 2:
            both = np.pad(both, ((0, 0), (0, 1)))
            edges = np.append(edges, 2 * edges[-1] - edges[-2])
        both = (both[:, ::2] + both[:, 1::2]) / 2
        edges = edges[::2]
    # The square root keeps both the spike at 0 of a confident model and its tail.
    heights = np.sqrt(both)
    places = ((edges[:-1] + edges[1:]) / 2 - least) / max(most - least, 1e-9)
    return np.clip(places, 0, 1), heights / max(float(heights.max()), 1e-9)


def _closed(name: str, x: Floats, y: Floats) -> Curve:
    """Returns a curve with the ground below it."""
    return name, np.concatenate([x[:1], x, x[-1:]]), np.concatenate([[0.0], y, [0.0]])
