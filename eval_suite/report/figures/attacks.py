"""Attacks against each other: heat map, kinds of attack, and the illusion gap."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import signed
from eval_suite.report.rows import Rows

_ATTACKS = 24  # columns of the heat map, of which
_NARROW = 13  # fit a figure of normal width
# Light to dark at constant steps of lightness: as good in grey as in colour.
_MAP = LinearSegmentedColormap.from_list(
    "auc", ["#f4f6fa", "#c3d4ea", "#7fa3d1", "#3d6cab", "#13356b"]
)


def heat_map(rows: Rows) -> Drawing:
    """Draws the AUC of every attack on every defense."""
    name, title = "attacks", "AUC of every attack on every defense"
    attacks = _attack_names(rows)
    shown = attacks[:_ATTACKS]
    grid = np.full((len(rows.drawn), len(shown)), np.nan)
    for place, row in enumerate(rows.drawn):
        for column, attack in enumerate(shown):
            found = rows.attack(row["name"], attack)
            if found and found["auc"] is not None:
                grid[place, column] = found["auc"]
    if np.isnan(grid).all():
        return Drawing(name, title, missing=rows.reason("attack"))
    width = style.WIDTH if len(shown) <= _NARROW else style.WIDE
    figure = style.canvas(1.0 + style.ROW_HEIGHT * len(rows.drawn), width)
    axes = figure.subplots()
    low, high = min(0.5, np.nanmin(grid)), max(0.55, np.nanmax(grid))
    edges = [np.arange(n + 1) - 0.5 for n in (len(shown), len(rows.drawn))]
    axes.pcolormesh(*edges, np.ma.masked_invalid(grid), cmap=_MAP, vmin=low, vmax=high)
    for place, column in np.argwhere(~np.isnan(grid)):
        auc = grid[place, column]
        axes.text(
            column,
            place,
            f"{auc:.2f}".removeprefix("0"),
            ha="center",
            va="center_baseline",
            fontsize=7,
            # On a coloured cell: the same in the light and the dark theme.
            color="#ffffff" if auc > (low + high) / 2 else "#101216",
        )
    axes.set_xlim(-0.5, len(shown) - 0.5)
    axes.set_ylim(len(rows.drawn) - 0.5, -0.5)
    axes.set_yticks(range(len(rows.drawn)), [style.label(row) for row in rows.drawn])
    axes.set_xticks(
        range(len(shown)),
        [style.safe_text(attack, 20) for attack in shown],
        rotation=40,
        ha="left",
        rotation_mode="anchor",
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    place, column = np.unravel_index(np.nanargmax(grid), grid.shape)
    finding = (
        f"The highest cell is {shown[column]} on {rows.drawn[place]['name']}: "
        f"{number(grid[place, column])}. Empty cells were not measured."
    )
    if len(attacks) > len(shown):
        finding += (
            f" {count(len(attacks) - len(shown), 'more attack')} in results.json."
        )
    alt = (
        f"Table of {count(len(rows.drawn), 'model')} by "
        f"{count(len(shown), 'attack')}. {finding}"
    )
    reading = "Darker is worse for privacy; 0.5 is guessing. Decimals without the 0."
    return Drawing(name, title, finding, alt, reading, figure)


def kinds(rows: Rows) -> Drawing:
    """Draws the best attack of each kind on each defense."""
    name, title = "kinds", "Threshold, trained and shadow-model attacks compared"
    best = [(row, _best_of_each_kind(rows, row)) for row in rows.drawn]
    best = [(row, found) for row, found in best if found]
    if not best:
        return Drawing(name, title, missing=rows.reason("attack"))
    best.sort(key=lambda item: max(item[1].values()))
    figure = style.canvas(0.7 + style.ROW_HEIGHT * len(best))
    axes = figure.subplots()
    for place, (_, found) in enumerate(best):
        axes.plot(
            [min(found.values()), max(found.values())],
            [place, place],
            color=style.GRID,
            lw=3,
            zorder=1,
        )
        for group, auc in found.items():
            colour, marker = style.GROUPS[group]
            axes.plot(auc, place, marker, color=colour, markersize=5.5, zorder=3)
    _rows_axis(axes, [row for row, _ in best], rows.base)
    axes.set_xlabel("highest AUC of each kind of attack (0.5: guessing, dotted)")
    kinds_found = dict.fromkeys(g for g in style.GROUPS if any(g in f for _, f in best))
    style.legend(figure, [style.dot(g, *style.GROUPS[g]) for g in kinds_found])
    wins = [max(found, key=found.get) for _, found in best]
    winner = max(dict.fromkeys(wins), key=wins.count)
    finding = (
        f"{winner.capitalize()} attacks are the strongest on {wins.count(winner)} of "
        f"{count(len(best), 'model')}."
    )
    alt = (
        f"Dot plot, one row a model, one dot a kind of attack. {finding} "
        + "; ".join(
            f"{row['name']} "
            + ", ".join(f"{group} {number(auc)}" for group, auc in found.items())
            for row, found in best[:8]
        )
    )
    reading = (
        "Left is better. A kind is shown by its highest attack, which is a little too "
        "high by selection; the headline AUC of the table is not. An evaluation that "
        "stops at threshold attacks sees only the circles."
    )
    return Drawing(name, title, finding, alt + ".", reading, figure)


def illusion(rows: Rows) -> Drawing:
    """Draws plain loss threshold and strongest attack, and the gap between them."""
    name, title = "illusion", "Illusion gap: loss threshold and strongest attack"
    pairs = []
    for row in rows.drawn:
        loss = rows.attack(row["name"], "loss")
        if loss and None not in (loss["auc"], row["strongest_auc"]):
            pairs.append((row, loss["auc"], row["strongest_auc"]))
    if not pairs:
        return Drawing(name, title, missing=rows.reason("illusion", "attack"))
    pairs.sort(key=lambda pair: pair[2] - pair[1])
    figure = style.canvas(0.7 + style.ROW_HEIGHT * len(pairs))
    axes = figure.subplots()
    for place, (row, loss, strongest) in enumerate(pairs):
        colour, marker = style.family_style(row["family"])
        axes.plot([loss, strongest], [place, place], color=colour, lw=1.6, alpha=0.6)
        axes.plot(loss, place, "o", mfc=style.PAPER, mec=colour, ms=5.5, zorder=3)
        axes.plot(strongest, place, marker, color=colour, ms=5.5, zorder=3)
        style.value_at_right(axes, place, signed(strongest - loss), row is rows.base)
    _rows_axis(axes, [row for row, *_ in pairs], rows.base)
    axes.set_xlabel("AUC (hollow: loss threshold; filled: strongest attack)")
    style.legend(figure, style.families([row for row, *_ in pairs]))
    row, loss, strongest = pairs[-1]
    finding = (
        f"Widest: {row['name']}, where the loss threshold sees {number(loss)} and the "
        f"strongest attack {number(strongest)}."
    )
    alt = f"{count(len(pairs), 'pair')} of dots, one row a model. {finding}"
    reading = (
        "A defense that hides from the simplest attack only looks private: the gap is "
        "what such a test would have missed."
    )
    return Drawing(name, title, finding, alt, reading, figure)


def _attack_names(rows: Rows) -> list[str]:
    """Returns the attacks, the kinds in the order of what the attacker needs."""
    order = list(style.GROUPS)
    names = {}
    for row in rows.drawn:
        for attack in rows.attacks(row["name"]):
            names.setdefault(attack["attack"], order.index(attack["group"]))
    return sorted(names, key=names.get)


def _best_of_each_kind(rows: Rows, row: dict) -> dict[str, float]:
    found = {}
    for attack in rows.attacks(row["name"]):
        if attack["auc"] is not None:
            group = attack["group"]
            found[group] = max(found.get(group, 0.0), attack["auc"])
    return found


def _rows_axis(axes, drawn: list[dict], base: dict) -> None:
    style.rows_axis(axes, drawn, base)
    axes.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(6))
