"""Heat maps of attack AUC: every attack on every defense, and every slice."""

import math
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import PathPatch
from matplotlib.path import Path

from eval_suite.report.content.attack_words import MANY_QUESTIONS
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.row_list import RowList
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import listing
from eval_suite.report.format import number
from eval_suite.results.contents import Defense
from keras_entropy.arrays import Floats

_COLUMNS = 16
_SHADES = 32
_SLOPE = 75  # degrees, of the names of columns
_TOLD = 4  # cells of a row that its text names
_CELL = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5], [-0.5, -0.5]])
# Of attacks that differ between defenses, and of those that are many, the best alone.
_BEST = {"adaptive": "adaptive", "neighbors": MANY_QUESTIONS}
_READING = "Darker is worse for privacy; 0.5 is guessing. Decimals without the 0."
# Light to dark at constant steps of lightness: as good in grey as in colour.
_MAP = LinearSegmentedColormap.from_list(
    "auc", ["#f4f6fa", "#c3d4ea", "#7fa3d1", "#3d6cab", "#13356b"]
)


def attacks(rows: Rows) -> Drawing:
    """Draws the AUC of every attack on every defense."""
    name, title = "attacks", "AUC of every attack on every defense"
    columns = _attack_names(rows)
    grid = _grid(rows, columns[:_COLUMNS], _attack_auc)
    if grid is None:
        return Drawing(name, title, missing=rows.reason("attack"))
    finding = _highest(rows, columns, grid)
    best = [f"“{column}”" for column in columns if column in _BEST.values()]
    reading = (
        f"{_READING} Of {listing(best)} it is the best attack." if best else _READING
    )
    return _drawing(rows, name, title, columns, grid, finding, "attack", reading)


def slices(rows: Rows) -> Drawing:
    """Draws the AUC of the strongest attack on parts of the data."""
    name, title = "slices", "AUC of the strongest attack by slice"
    columns = _slice_names(rows)
    grid = _grid(rows, columns[:_COLUMNS], _slice_auc)
    if grid is None or len(columns) < 2:
        return Drawing(name, title, missing=rows.reason("slice", "attack"))
    columns = [rows.slice_label(column) for column in columns]
    finding = _highest(rows, columns, grid)
    reading = (
        f"{_READING} The attack is the one that is strongest on the entire set, "
        "as far as it was measured on the slice. Small slices are noisy: their "
        "intervals are with each defense."
    )
    return _drawing(rows, name, title, columns, grid, finding, "slice", reading)


def _attack_names(rows: Rows) -> list[str]:
    """Returns the attacks, the kinds in the order of what the attacker needs.

    Columns of the best of a kind are among the first, which alone are drawn.
    """
    order = list(style.GROUPS)
    names: dict[str, int] = {}
    for row in rows.drawn:
        for attack in rows.attacks(row["name"]):
            key = _BEST.get(attack["group"], attack["attack"])
            names.setdefault(key, order.index(attack["group"]))
    ordered = sorted(names, key=names.__getitem__)
    best = [name for name in ordered if name in _BEST.values()]
    plain = [name for name in ordered if name not in best]
    room = _COLUMNS - len(best)
    return [*plain[:room], *best, *plain[room:]]


def _attack_auc(rows: Rows, row: Defense, column: str) -> float | None:
    if column not in _BEST.values():
        attack = rows.attack(row["name"], column)
        return attack["auc"] if attack else None
    found = [
        attack["auc"]
        for attack in rows.attacks(row["name"])
        if _BEST.get(attack["group"]) == column
    ]
    return max((auc for auc in found if auc is not None), default=None)


def _slice_names(rows: Rows) -> list[str]:
    """Returns "entire", then the slices in the order of the run."""
    names = [a["slice"] for row in rows.drawn for a in rows.slices(row["name"])]
    return list(dict.fromkeys(["entire", *names]))


def _slice_auc(rows: Rows, row: Defense, column: str) -> float | None:
    attack = rows.strongest(row, column)
    return attack["auc"] if attack else None


def _grid(
    rows: Rows,
    columns: list[str],
    auc: Callable[[Rows, Defense, str], float | None],
) -> Floats | None:
    """Returns the AUCs, `(defenses, columns)`, missing ones nan; None if all are."""
    grid = np.full((len(rows.drawn), len(columns)), np.nan)
    for place, row in enumerate(rows.drawn):
        for index, column in enumerate(columns):
            value = auc(rows, row, column)
            grid[place, index] = np.nan if value is None else value
    return None if np.isnan(grid).all() else grid


def _highest(rows: Rows, columns: list[str], grid: Floats) -> str:
    place, column = np.unravel_index(np.nanargmax(grid), grid.shape)
    return (
        f"The highest cell is {columns[column]} on {rows.drawn[place]['name']}: "
        f"{number(grid[place, column])}."
    )


def _drawing(
    rows: Rows,
    name: str,
    title: str,
    columns: list[str],
    grid: Floats,
    finding: str,
    noun: str,
    reading: str,
) -> Drawing:
    listed = RowList(rows)
    names = [style.safe_text(column, 20) for column in columns[: grid.shape[1]]]
    long = max(map(style.text_width, names))
    top, right = _reach(long, math.sin), _reach(long, math.cos)
    figure, (axes,) = listed.panels(legends=0, top=top, right=right, below=4.0)
    low, high = min(0.5, float(np.nanmin(grid))), max(0.55, float(np.nanmax(grid)))
    _draw_cells(axes, listed, rows, grid, (low, high))
    axes.margins(x=0)
    axes.set_xlim(-0.5, grid.shape[1] - 0.5)
    axes.set_xticks(
        range(grid.shape[1]),
        names,
        rotation=_SLOPE,
        ha="left",
        rotation_mode="anchor",
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if np.isnan(grid).any():
        finding += " Empty cells were not measured."
    if len(columns) > grid.shape[1]:
        more = count(len(columns) - grid.shape[1], f"more {noun}")
        finding += f" In results.json: {more}."
    alt = (
        f"Table of {count(len(rows.drawn), 'model')} by "
        f"{count(grid.shape[1], noun)}. {finding}"
    )
    texts = {
        row["name"]: told
        for row, aucs in zip(rows.drawn, grid, strict=True)
        if (told := _highest_of(aucs, columns))
    }
    hovers = listed.hovers(axes, texts)
    return Drawing(name, title, finding, alt, reading, figure, hovers=hovers)


def _highest_of(aucs: Floats, columns: list[str]) -> str:
    """Returns the highest cells of a row, the highest first."""
    order = [i for i in np.argsort(-aucs) if not np.isnan(aucs[i])]
    return ", ".join(f"{columns[i]} {number(aucs[i])}" for i in order[:_TOLD])


def _reach(long: float, along: Callable[[float], float]) -> float:
    """Returns how far a sloping name of that length goes along an axis, in points."""
    return 6 + long * along(math.radians(_SLOPE))


def _short(auc: float) -> str:
    """Returns two decimals in the width of three characters."""
    text = f"{auc:.2f}"
    return "1.0" if text == "1.00" else text.removeprefix("0")


def _draw_cells(
    axes: Axes, listed: RowList, rows: Rows, grid: Floats, ends: tuple[float, float]
) -> None:
    """Draws the cells, those of one shade as one shape: a tenth of the file."""
    low, high = ends
    shades: dict[int, list[Path]] = {}
    for row, aucs in zip(rows.drawn, grid, strict=True):
        place = listed.places[row["name"]]
        for column in np.flatnonzero(~np.isnan(aucs)):
            auc = aucs[column]
            shade = round((_SHADES - 1) * (auc - low) / (high - low))
            cell = Path(_CELL + np.array([column, place]))
            shades.setdefault(shade, []).append(cell)
            if listed.named:
                axes.text(
                    column,
                    place,
                    _short(auc),
                    ha="center",
                    va="center_baseline",
                    fontsize=8,
                    # On a coloured cell: no role of the theme, so the same in both.
                    color="#fefefe" if auc > (low + high) / 2 else "#101216",
                )
    for shade, cells in shades.items():
        path = Path.make_compound_path(*cells)
        colour = _MAP(shade / (_SHADES - 1))
        axes.add_artist(PathPatch(path, facecolor=colour, edgecolor=colour, lw=0.3))
