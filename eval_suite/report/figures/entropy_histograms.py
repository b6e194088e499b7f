"""The certainty of the outputs, for members and for non-members."""

import numpy as np
from matplotlib.axes import Axes

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.results.rows import DistributionRow


def entropy(rows: Rows) -> Drawing:
    """Draws the density of the entropy of members' and non-members' outputs."""
    name, title = "entropy", "Entropy of the outputs, members and non-members"
    found = [
        (row, density)
        for row in rows.panels
        if (density := rows.distribution(row["name"], "entropy"))
    ]
    if not found:
        return Drawing(name, title, missing=rows.reason("entropy", "distribution"))
    figure, panels = style.panels(len(found))
    for axes, (row, density) in zip(panels, found, strict=True):
        _draw(axes, density)
        axes.set_title(style.safe_text(row["name"], 18), loc="left", pad=3)
        axes.set_yticks([])
        axes.set_ylim(bottom=0)
        axes.grid(axis="y", visible=False)
        axes.spines["left"].set_visible(False)
    figure.supxlabel("entropy in nats", fontsize=9)
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
    return Drawing(name, title, finding, alt, reading, figure)


def _draw(axes: Axes, density: DistributionRow) -> None:
    # The square root keeps both the spike at 0 of a confident model and its tail.
    edges, members = density["edges"], np.sqrt(density["member"])
    axes.stairs(members, edges, color=style.MEMBER, lw=1.2, zorder=3)
    axes.stairs(members, edges, fill=True, color=style.MEMBER, alpha=0.18, zorder=2)
    axes.stairs(
        np.sqrt(density["nonmember"]),
        edges,
        color=style.NONMEMBER,
        lw=1.2,
        ls=(0, (4, 1.5)),
        zorder=4,
    )
