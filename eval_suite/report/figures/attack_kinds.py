"""Attacks against each other: the kinds of attack, and the illusion gap."""

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from eval_suite.report.content.attack_words import MANY_QUESTIONS
from eval_suite.report.content.attack_words import kind_words
from eval_suite.report.content.attack_words import questions_in_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.row_list import RowList
from eval_suite.report.figures.drawing.style import Drawing
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
    listed = RowList(rows)
    figure, (axes,) = listed.panels()
    spans = ((row, min(found.values()), max(found.values())) for row, found in best)
    listed.bars(axes, spans, style.GRID, width=2.6, order=1)
    for group, look in style.GROUPS.items():
        listed.marks(axes, ((row, found.get(group)) for row, found in best), look)
    _guessing(axes)
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
        + "; ".join(f"{row['name']} " + _in_words(found) for row, found in best[:8])
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
    texts = {row["name"]: _in_words(found) for row, found in best}
    hovers = listed.hovers(axes, texts)
    return Drawing(name, title, finding, f"{alt}.", reading, figure, hovers=hovers)


def _in_words(found: dict[str, float]) -> str:
    """Returns the best AUC of each kind, the highest first."""
    ordered = sorted(found.items(), key=lambda item: -item[1])
    return ", ".join(f"{kind_words(group)} {number(auc)}" for group, auc in ordered)


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
    listed = RowList(rows)
    figure, (axes,) = listed.panels()
    listed.bars(axes, pairs, alpha=0.6)
    listed.marks(axes, ((row, strongest) for row, _, strongest in pairs))
    listed.marks(axes, ((row, loss) for row, loss, _ in pairs), filled=False, order=4)
    _guessing(axes)
    gaps = {row["name"]: strongest - loss for row, loss, strongest in pairs}
    listed.values(axes, {name: signed(gap) for name, gap in gaps.items()})
    axes.set_xlabel("AUC (hollow: loss threshold; filled: strongest attack)")
    style.legend(figure, style.families([row for row, *_ in pairs]))
    row, loss, strongest = max(pairs, key=lambda pair: pair[2] - pair[1])
    finding = (
        f"Widest: {row['name']}, where the loss threshold sees {number(loss)} and the "
        f"strongest attack {number(strongest)}."
    )
    alt = f"{count(len(pairs), 'pair')} of dots, one row a model. {finding}"
    reading = (
        "A defense that hides from the simplest attack only looks private: the gap is "
        "what such a test would have missed."
    )
    texts = {
        row["name"]: f"loss threshold {number(loss)}, strongest attack "
        f"{number(strongest)}, gap {signed(strongest - loss)}"
        for row, loss, strongest in pairs
    }
    hovers = listed.hovers(axes, texts)
    return Drawing(name, title, finding, alt, reading, figure, hovers=hovers)


def _best_of_each_kind(rows: Rows, row: Defense) -> dict[str, float]:
    found: dict[str, float] = {}
    for attack in rows.attacks(row["name"]):
        if attack["auc"] is not None:
            group = attack["group"]
            found[group] = max(found.get(group, 0.0), attack["auc"])
    return found


def _guessing(axes: Axes) -> None:
    axes.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
    axes.xaxis.set_major_locator(MaxNLocator(6))
