"""Places in a figure that say more: under the pointer, or reached by the keyboard."""

from dataclasses import dataclass
from html import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval_suite.report.format import one_line

_LONGEST = 400


@dataclass(frozen=True)
class Hover:
    """A place in a figure, and its text in the page.

    Attributes:
        names: The rows that the place shows.
        text: What is said there.
        axes: Whose data coordinates the box has.
        box: Left, bottom, right and top, in any order of the ends.
        reach: Points by which it is larger on all sides, for a mark without a size.
        wide: Whether it is as wide as the figure: a row with its label.
    """

    names: tuple[str, ...]
    text: str
    axes: Axes
    box: tuple[float, float, float, float]
    reach: float = 0.0
    wide: bool = False


def svg_of_hovers(figure: Figure, hovers: tuple[Hover, ...]) -> str:
    """Returns transparent rectangles with a title, to lie above an SVG of the figure.

    Args:
        figure: Drawn, so that its axes have their place.
        hovers: Places in it.
    """
    figure.set_dpi(72)  # a point is a unit of the SVG
    width, height = (72 * size for size in figure.get_size_inches())
    found = []
    for hover in hovers:
        ends = hover.axes.transData.transform([hover.box[:2], hover.box[2:]])
        left, bottom = ends.min(axis=0) - hover.reach
        right, top = ends.max(axis=0) + hover.reach
        if hover.wide:
            left, right = 0.0, width
        text = escape(one_line(hover.text, _LONGEST))
        found.append(
            f'<rect x="{left:.4g}" y="{height - top:.4g}" '
            f'width="{right - left:.4g}" height="{top - bottom:.3g}">'
            f"<title>{text}</title></rect>"
        )
    return f'<g class="hits">{"".join(found)}</g>' if found else ""
