import itertools

import numpy as np
import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures import draw_all
from eval_suite.report.figures.attack_heat_maps import attacks
from eval_suite.report.figures.attack_heat_maps import slices
from eval_suite.report.figures.attack_kinds import illusion
from eval_suite.report.figures.attack_kinds import kinds
from eval_suite.report.figures.by_epoch import by_epoch
from eval_suite.report.figures.defense_dots import accuracy
from eval_suite.report.figures.defense_dots import advantage
from eval_suite.report.figures.defense_dots import latency
from eval_suite.report.figures.divergence import divergence
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.save import arrange
from eval_suite.report.figures.drawing.save import svg
from eval_suite.report.figures.entropy_histograms import entropy
from eval_suite.report.figures.frontier import frontier
from eval_suite.report.figures.roc_curves import roc
from eval_suite.report.figures.roc_curves import roc_low
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.figures.shadow_counts import shadows
from eval_suite.report.figures.strengths import strengths
from eval_suite.report.figures.strongest_auc import strongest_auc
from eval_suite.report.figures.tf_privacy import engines
from eval_suite.report.figures.worst_off import worst_off
from eval_suite.report.made_up_runs.results import build_results

ALL = (
    accuracy,
    advantage,
    attacks,
    by_epoch,
    divergence,
    engines,
    entropy,
    frontier,
    illusion,
    kinds,
    latency,
    roc,
    roc_low,
    roc_slices,
    shadows,
    slices,
    strengths,
    strongest_auc,
    worst_off,
)


@pytest.fixture(scope="module")
def rows():
    return Rows(build_results())


def draw(figure, rows):
    with style.style():
        return figure(rows)


# Of the run as a whole, of other data, or of the strengths of a defense.
OF_DEFENSES = [f for f in ALL if f not in (by_epoch, engines, shadows, strengths)]


def labels(axes):
    """What stands at the left of each row, by its place from the top."""
    found = [text for text in axes.texts if text.get_ha() == "right"]
    return {round(text.get_position()[1]): text.get_text().strip() for text in found}


def points(line):
    """The points of a line of many, `(points, 2)`, without the gaps between parts."""
    places = np.transpose(line.get_data()).astype(float)
    return places[~np.isnan(places).any(axis=1)]


def test_every_figure_is_drawn_once(rows):
    with style.style():
        drawings = draw_all(rows)
    names = [drawing.name for drawing in drawings]
    assert len(names) == len(ALL) == len(set(names))
    assert all(drawing.figure is not None for drawing in drawings)


@pytest.mark.parametrize("figure", ALL)
def test_words_are_whole_sentences(figure, rows):
    drawing = draw(figure, rows)
    for text in (drawing.finding, drawing.alt, drawing.reading):
        assert text.endswith("."), text
        assert ".." not in text
        assert "None" not in text


@pytest.mark.parametrize("figure", ALL)
def test_alt_text_follows_the_data(figure, rows):
    other = build_results(seed=1)
    for row in other["defenses"]:
        for key in ("strongest_auc", "accuracy", "strongest_advantage"):
            row[key] *= 0.9
        for key in ("asked_once", "asked_often"):
            row[key]["auc"] *= 0.9
        row["latency_ratio"]["1"]["ratio"] *= 2
        row["js_entropy"]["value"] = 1 - row["js_entropy"]["value"]
    for row in other["attacks"]:
        row["auc"] *= 0.9
        if row["tpr_at_fpr"]:
            row["tpr_at_fpr"]["0.01"]["tpr"] /= 2
    for row in (*other["tf_privacy_null"], *other["frontier"]):
        row["auc"] /= 2
    other["shadow_counts"] = other["shadow_counts"][:-1]
    other["epochs"] = other["epochs"][:-1]
    other["curves"] = [row for row in other["curves"] if row["slice"] != "incorrect"]
    assert draw(figure, rows).alt != draw(figure, Rows(other)).alt


@pytest.mark.parametrize("figure", [figure for figure in ALL if figure is not engines])
def test_says_why_nothing_is_drawn(figure):
    results = build_results()
    for row in results["defenses"]:
        for key in ("strongest_auc", "strongest_advantage", "accuracy"):
            row[key] = None
        for key in ("latency_ratio", "js_entropy", "js_cross_entropy", "worst_off"):
            row[key] = None
    for table in ("attacks", "curves", "distributions", "frontier"):
        results[table] = []
    results["shadow_counts"] = []
    results["epochs"] = []
    results["not_measured"] = [
        {"what": what, "reason": f"no {what} today"}
        for what in ("attack", "accuracy", "latency", "entropy")
    ]
    drawing = draw(figure, Rows(results))
    assert drawing.figure is None
    assert drawing.missing.endswith("today")


@pytest.mark.parametrize("figure", ALL)
def test_the_undefended_model_alone_can_be_drawn(figure):
    draw(figure, Rows(build_results(defenses=1)))


@pytest.mark.parametrize("defenses", [7, 60, 200])
@pytest.mark.parametrize("figure", OF_DEFENSES)
def test_every_defense_is_in_every_figure(figure, defenses):
    rows = Rows(build_results(defenses=defenses))
    drawing = draw(figure, rows)
    shown = {name for hover in drawing.hovers for name in hover.names}
    assert shown == {row["name"] for row in rows.results["defenses"]}
    for hover in drawing.hovers:
        assert hover.text.strip()
    assert drawing.figure.get_figheight() < 26


@pytest.mark.parametrize("figure", OF_DEFENSES)
def test_a_place_is_inside_the_figure_and_no_other_of_its_kind_covers_it(figure, rows):
    drawing = draw(figure, rows)
    with style.style():
        arrange(drawing)
        svg(drawing)
    width, height = 72 * drawing.figure.get_size_inches()
    for hover in drawing.hovers:
        ends = hover.axes.transData.transform([hover.box[:2], hover.box[2:]])
        assert ((ends[:, 1] > -1) & (ends[:, 1] < height + 1)).all()
        if not hover.wide:
            assert ((ends[:, 0] > -1) & (ends[:, 0] < width + 1)).all()
    wide = sorted(hover.box[1::2] for hover in drawing.hovers if hover.wide)
    for (_, bottom), (top, _) in itertools.pairwise(wide):
        assert bottom <= top


def test_rows_stand_in_one_order_in_all_figures():
    rows = Rows(build_results(defenses=30))
    listed = {}
    for figure in OF_DEFENSES:
        hovers = draw(figure, rows).hovers
        if all(hover.wide for hover in hovers):
            listed[figure] = [hover.names for hover in hovers]
    assert len(listed) >= 8
    for names in listed.values():
        assert names == [(row["name"],) for row in rows.drawn]


def test_what_was_not_measured_keeps_its_row():
    results = build_results()
    results["defenses"][3]["accuracy"] = None
    drawing = draw(accuracy, Rows(results))
    (hover,) = [
        h for h in drawing.hovers if h.names == (results["defenses"][3]["name"],)
    ]
    assert hover.text.endswith(": not measured")
    values = [t.get_text().strip() for t in drawing.figure.axes[0].texts]
    assert values.count("–") == 1
