"""Privacy against utility over the strengths of each output defense."""

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.report.rows import Rows

_BASE = "no defense"
_LABEL = "LabelOnly"
_LAYERS = 20
_NAMED = 8
_LEAST_NLL = 1e-3  # the axis is logarithmic
_MARKERS = "o^sPvXd"
_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PINK)


def strengths(rows: Rows) -> Drawing:
    """Draws AUC over accuracy and over NLL, one line a layer."""
    name, title = "strengths", "Privacy against utility by strength"
    found = [
        row
        for row in rows.results["frontier"]
        if None not in (row["auc"], row["accuracy"], row["nll"])
    ]
    if not found:
        return Drawing(name, title, missing=rows.reason("strength", "attack"))
    lines = _by_layer(found)
    shown = dict(list(lines.items())[:_LAYERS])
    figure = style.canvas(2.9 + 0.17 * ((len(shown) + 2) // 3))
    left, right = figure.subplots(1, 2, sharey=True)
    floor = next((row["auc"] for row in lines.get(_LABEL, ())), None)
    styles = {}
    for index, (layer, points) in enumerate(shown.items()):
        styles[layer] = _style(index) if layer != _BASE else (style.INK, "D")
        for axes, key in ((left, "accuracy"), (right, "nll")):
            _draw(axes, key, points, *styles[layer])
    for axes in (left, right):
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
        if floor is not None:
            axes.axhline(floor, color=style.INK, lw=0.8, ls=(0, (5, 3)), zorder=1)
        axes.margins(x=0.1, y=0.1)
    right.set_xscale("log")
    left.set_xlabel("accuracy on non-members")
    right.set_xlabel("NLL, nats (logarithmic)")
    left.set_ylabel("AUC of the strongest attack")
    left.xaxis.set_major_locator(MaxNLocator(4))
    style.percent_axis(left.xaxis)
    figure.legend(
        handles=[style.dot(style.safe_text(k), *v) for k, v in styles.items()],
        loc="outside lower center",
        ncols=3,
        columnspacing=1.2,
        handletextpad=0.4,
    )
    best = [row["name"] for row in found if not row["dominated"]]
    finding = (
        f"{len(best)} of {len(found)} are not dominated on AUC, accuracy and NLL: "
        f"{listing(best[:_NAMED])}"
        + (f", and {len(best) - _NAMED} more." if len(best) > _NAMED else ".")
        if best
        else f"Of {len(found)} each is dominated on AUC, accuracy and NLL by another."
    )
    alt = (
        f"Two line plots of {count(len(shown), 'layer')}, AUC over accuracy and over "
        f"NLL. {finding} "
        + "; ".join(
            f"{row['name']}: AUC {number(row['auc'])}, NLL {number(row['nll'], 2)}"
            for row in found[:12]
        )
        + "."
    )
    reading = (
        "Low is private; right is accurate in the left picture, left is calibrated in "
        "the right one. A line joins the strengths of one layer; what is hollow is "
        "dominated: another is as good on all three figures and better on one. The "
        "dashes are the predicted label alone, the floor of every layer that keeps it; "
        "the dots guessing."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def _by_layer(found: list[dict]) -> dict[str, list[dict]]:
    """Returns the rows of each layer, `Layer(setting=value)`, in the run's order."""
    lines: dict[str, list[dict]] = {}
    for row in found:
        lines.setdefault(row["name"].partition("(")[0], []).append(row)
    return lines


def _style(index: int) -> tuple[str, str]:
    """Returns colour and marker: of 28 layers no two have both in common."""
    return _COLOURS[index % len(_COLOURS)], _MARKERS[index % len(_MARKERS)]


def _draw(axes, key: str, points: list[dict], colour: str, marker: str) -> None:
    least = _LEAST_NLL if key == "nll" else 0.0
    places = [(max(least, row[key]), row["auc"]) for row in points]
    axes.add_line(Line2D(*zip(*places, strict=True), color=colour, lw=1, alpha=0.7))
    for row, (x, y) in zip(points, places, strict=True):
        ends = row["auc_low"], row["auc_high"]
        if None not in ends:
            axes.plot([x, x], ends, color=colour, lw=0.8, alpha=0.5)
        axes.plot(
            x,
            y,
            marker,
            mec=colour,
            mfc=style.PAPER if row["dominated"] else colour,
            ms=5,
            zorder=3,
        )
