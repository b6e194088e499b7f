"""Privacy against utility over the strengths of each output defense."""

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.ticker import MaxNLocator
from matplotlib.ticker import NullFormatter

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
# Of the axes: what is drawn, its name, and whether it is logarithmic.
_AXES = (
    ("accuracy", "accuracy", False),
    ("nll", "NLL, nats", True),
    ("ece", "calibration error", True),
)
_LEAST = 1e-3  # on a logarithmic axis
_SPAN = 0.02  # of accuracy, at least: less is no difference to anybody
_MARKERS = "o^sPvXd"
_COLOURS = (style.ORANGE, style.BLUE, style.GREEN, style.PINK)


def strengths(rows: Rows) -> Drawing:
    """Draws AUC over accuracy, NLL and calibration error, one line a layer."""
    name, title = "strengths", "Privacy against utility by strength"
    found = [
        row
        for row in rows.results["frontier"]
        if None not in (row["auc"], *(row[key] for key, *_ in _AXES))
    ]
    if not found:
        return Drawing(name, title, missing=rows.reason("strength", "attack"))
    lines = _by_layer(found)
    shown = dict(list(lines.items())[:_LAYERS])
    figure = style.canvas(2.9 + 0.17 * ((len(shown) + 2) // 3))
    panels = figure.subplots(1, len(_AXES), sharey=True)
    styles = {
        layer: (style.INK, "D") if layer == _BASE else _style(index)
        for index, layer in enumerate(shown)
    }
    for axes, (key, text, logarithmic) in zip(panels, _AXES, strict=True):
        for layer, points in shown.items():
            _draw(axes, key, logarithmic, points, *styles[layer])
        axes.set_xlabel(text)
        _scale(axes, logarithmic)
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
        for row in lines.get(_LABEL, ())[:1]:
            axes.axhline(row["auc"], color=style.INK, lw=0.8, ls=(0, (5, 3)), zorder=1)
    panels[0].set_ylabel("AUC of the strongest attack")
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
        f"Three line plots of {count(len(shown), 'layer')}, AUC over accuracy, NLL and "
        f"calibration error. {finding} "
        + "; ".join(
            f"{row['name']}: AUC {number(row['auc'])}, NLL {number(row['nll'], 2)}"
            for row in found[:12]
        )
        + "."
    )
    reading = (
        "Low is private; right is accurate in the first picture, left is better in the "
        "others. A line joins the strengths of one layer; what is hollow is dominated: "
        "another is as good on AUC, accuracy and NLL, and better on one of them. The "
        "dashes are the predicted label alone, the floor of every layer that keeps it; "
        "the dots guessing."
    )
    return Drawing(name, title, finding, alt, reading, figure, of_defenses=False)


def _by_layer(found: list[dict]) -> dict[str, list[dict]]:
    """Returns the rows of each layer, `Layer(setting=value)`, in the run's order."""
    lines: dict[str, list[dict]] = {}
    for row in found:
        lines.setdefault(row["name"].partition("(")[0], []).append(row)
    return lines


def _style(index: int) -> tuple[str, str]:
    """Returns colour and marker: of 28 layers no two have both in common."""
    return _COLOURS[index % len(_COLOURS)], _MARKERS[index % len(_MARKERS)]


def _scale(axes: Axes, logarithmic: bool) -> None:
    axes.margins(x=0.1, y=0.1)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        return
    low, high = axes.get_xlim()
    more = max(0.0, _SPAN - (high - low)) / 2
    axes.set_xlim(low - more, high + more)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    style.percent_axis(axes.xaxis)


def _draw(
    axes: Axes,
    key: str,
    logarithmic: bool,
    points: list[dict],
    colour: str,
    marker: str,
) -> None:
    least = _LEAST if logarithmic else 0.0
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
            ms=4.5,
            zorder=3,
        )
