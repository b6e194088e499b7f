from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import labels
from eval_suite.report.figures.all_figures_test import points
from eval_suite.report.figures.all_figures_test import rows as rows
from eval_suite.report.figures.defense_dots import advantage
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.strongest_auc import strongest_auc
from eval_suite.report.made_up_runs.made_up_defense import LOOKS_SAFE
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


def _marks(axes, *, hollow, markers="oDs^P"):
    """The place on the horizontal axis of each mark, by row of the figure."""
    return {
        int(place): value
        for line in axes.lines
        if line.get_marker() in markers and (line.get_mfc() == style.PAPER) is hollow
        for value, place in points(line)
    }


def _by_place(axes, rows):
    """The row at each place of the figure, by its label."""
    names = {style.label(row, 25): row for row in rows.drawn}
    named = labels(axes).items()
    return {place: names[text] for place, text in named if text in names}


def test_dots_are_at_their_rows_and_values(rows):
    axes = draw(advantage, rows).figure.axes[0]
    drawn, found = _marks(axes, hollow=False), _by_place(axes, rows)
    assert len(found) == 7
    assert drawn == {i: row["strongest_advantage"] for i, row in found.items()}


def test_both_attackers_have_a_mark_and_the_larger_stands_at_the_right():
    rows = Rows(build_results(defenses=8))
    drawing = draw(strongest_auc, rows)
    axes = drawing.figure.axes[0]
    found = _by_place(axes, rows)
    assert LOOKS_SAFE in {row["name"] for row in found.values()}
    for hollow, kind in ((True, "asked_once"), (False, "asked_often")):
        drawn = _marks(axes, hollow=hollow)
        assert drawn == {i: row[kind]["auc"] for i, row in found.items()}
    assert "looks-safe 0.519 and 0.648" in drawing.alt
    values = {
        text.get_position()[1]: text.get_text().strip()
        for text in axes.texts
        if text.get_position()[0] == 1
    }
    assert values == {i: f"{row['strongest_auc']:.3f}" for i, row in found.items()}
    (told,) = [h.text for h in drawing.hovers if h.names == (LOOKS_SAFE,)]
    assert told.endswith("asked once 0.519; asked often 0.648; leaks more")


def test_the_label_floor_is_a_line_where_it_is_known(rows):
    drawing = draw(strongest_auc, rows)
    upright = {tuple(line.get_xdata()) for line in drawing.figure.axes[0].lines}
    assert (rows.floor["auc"],) * 2 in upright
    assert "no layer that keeps them can hide it" in drawing.reading
    results = build_results()
    results["defenses"][0]["labels_alone"] = None
    assert "layer" not in draw(strongest_auc, Rows(results)).reading


def test_where_nobody_asks_often_one_mark_is_hollow():
    rows = Rows(without_neighbors(build_results()))
    axes = draw(strongest_auc, rows).figure.axes[0]
    assert _marks(axes, hollow=False) == {}
    assert len(_marks(axes, hollow=True)) == 7


def test_a_known_start_has_a_mark_of_its_own():
    results = build_results()
    known = {"attack": "rmia_online", "auc": 0.7, "auc_low": 0.69, "auc_high": 0.71}
    results["defenses"][4]["known_start"] = known
    axes = draw(strongest_auc, Rows(results)).figure.axes[0]
    ((place, auc),) = _marks(axes, hollow=False, markers="x").items()
    assert auc == 0.7
    assert labels(axes)[place].startswith(results["defenses"][4]["name"])
