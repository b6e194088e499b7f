import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures import draw_all
from eval_suite.report.figures.attack_heat_maps import attacks
from eval_suite.report.figures.attack_heat_maps import slices
from eval_suite.report.figures.attack_kinds import illusion
from eval_suite.report.figures.attack_kinds import kinds
from eval_suite.report.figures.defense_dots import accuracy
from eval_suite.report.figures.defense_dots import advantage
from eval_suite.report.figures.defense_dots import latency
from eval_suite.report.figures.defense_dots import strongest_auc
from eval_suite.report.figures.divergence import divergence
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.entropy_histograms import entropy
from eval_suite.report.figures.frontier import frontier
from eval_suite.report.figures.roc_curves import roc
from eval_suite.report.figures.roc_curves import roc_low
from eval_suite.report.figures.roc_curves import roc_slices
from eval_suite.report.figures.shadow_counts import shadows
from eval_suite.report.figures.strengths import strengths
from eval_suite.report.figures.tf_privacy import engines
from eval_suite.report.figures.worst_off import worst_off
from eval_suite.report.made_up_runs.results import build_results

ALL = (
    accuracy,
    advantage,
    attacks,
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


def labels(axes):
    return [tick.get_text() for tick in axes.get_yticklabels()]


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


@pytest.mark.parametrize("figure", ALL)
def test_too_many_defenses_are_limited(figure):
    rows = Rows(build_results(defenses=60))
    with style.style():
        drawing = figure(rows)
    assert drawing.figure.get_figheight() < 12
    assert len(drawing.figure.axes) <= (16 if figure is roc_slices else 8)
    assert len(rows.drawn) == 16
    assert rows.omitted == 44
    kept = {row["name"] for row in rows.drawn}
    assert rows.advice.defense in kept
    for auc in (
        lambda row: row["strongest_auc"],
        lambda row: row["asked_once"]["auc"],
    ):
        lowest = sorted(rows.defenses[1:], key=auc)[:7]
        assert {row["name"] for row in lowest} <= kept
