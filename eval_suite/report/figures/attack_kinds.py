"""Attacks against each other: the kinds of attack, and the illusion gap."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content.attack_words import MANY_QUESTIONS
from eval_suite.report.content.attack_words import kind_words
from eval_suite.report.content.attack_words import questions_in_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense


def kinds(rows: Rows) -> Drawing:
    """Draws the best attack of each kind on each defense."""
    name, title = "kinds", "The kinds of attack compared"
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
    axes.set_xlabel("highest AUC of each kind (0.5: guessing, dotted)")
    kinds_found = dict.fromkeys(g for g in style.GROUPS if any(g in f for _, f in best))
    style.legend(
        figure, [style.dot(kind_words(g), *style.GROUPS[g]) for g in kinds_found]
    )
    wins = [max(found, key=found.__getitem__) for _, found in best]
    winner = max(dict.fromkeys(wins), key=wins.count)
    finding = (
        f"Of all kinds “{kind_words(winner)}” is the strongest on "
        f"{wins.count(winner)} of {count(len(best), 'model')}."
    )
    alt = (
        f"Dot plot, one row a model, one dot a kind of attack. {finding} "
        + "; ".join(
            f"{row['name']} "
            + ", ".join(
                f"{kind_words(group)} {number(auc)}" for group, auc in found.items()
            )
            for row, found in best[:8]
        )
    )
    reading = (
        "Left is better. A kind is shown by its highest attack, which is a little too "
        "high by selection; the headline AUC of the table is not. An evaluation that "
        "stops at threshold attacks sees only the circles."
    )
    questions = rows.results["threat_model"]["questions"]
    if questions is not None:
        reading += (
            f" “{MANY_QUESTIONS.capitalize()}” asks neighbors of each input, "
            f"{questions_in_words(questions)}."
        )
    return Drawing(name, title, finding, alt + ".", reading, figure)


def illusion(rows: Rows) -> Drawing:
    """Draws plain loss threshold and strongest attack, and the gap between them."""
    name, title = "illusion", "Illusion gap: loss threshold and strongest attack"
    pairs = []
    for row in rows.drawn:
        attack, strongest = rows.attack(row["name"], "loss"), row["strongest_auc"]
        loss = attack["auc"] if attack else None
        if loss is not None and strongest is not None:
            pairs.append((row, loss, strongest))
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


def _best_of_each_kind(rows: Rows, row: Defense) -> dict[str, float]:
    found: dict[str, float] = {}
    for attack in rows.attacks(row["name"]):
        if attack["auc"] is not None:
            group = attack["group"]
            found[group] = max(found.get(group, 0.0), attack["auc"])
    return found


def _rows_axis(axes: Axes, drawn: list[Defense], base: Defense) -> None:
    style.rows_axis(axes, drawn, base)
    axes.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(6))
