import itertools

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from scipy import stats

from eval_suite.report.builder_test import build_results
from eval_suite.report.figures import draw_all
from eval_suite.report.figures import save
from eval_suite.report.figures import style
from eval_suite.report.figures.attacks import illusion
from eval_suite.report.figures.attacks import kinds
from eval_suite.report.figures.divergence import divergence
from eval_suite.report.figures.divergence import spearman
from eval_suite.report.figures.dots import accuracy
from eval_suite.report.figures.dots import advantage
from eval_suite.report.figures.dots import latency
from eval_suite.report.figures.dots import strongest_auc
from eval_suite.report.figures.engines import engines
from eval_suite.report.figures.entropy import entropy
from eval_suite.report.figures.frontier import frontier
from eval_suite.report.figures.frontier import pareto
from eval_suite.report.figures.heat import attacks
from eval_suite.report.figures.heat import slices
from eval_suite.report.figures.roc import roc
from eval_suite.report.figures.roc import roc_low
from eval_suite.report.figures.roc import roc_slices
from eval_suite.report.figures.shadows import shadows
from eval_suite.report.figures.strengths import strengths
from eval_suite.report.rows import Rows

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
)


@pytest.fixture(scope="module")
def rows():
    return Rows(build_results())


def _draw(figure, rows):
    with style.style():
        return figure(rows)


def _labels(axes):
    return [tick.get_text() for tick in axes.get_yticklabels()]


def test_every_figure_is_drawn_once(rows):
    with style.style():
        drawings = draw_all(rows)
    names = [drawing.name for drawing in drawings]
    assert len(names) == len(ALL) == len(set(names))
    assert all(drawing.figure is not None for drawing in drawings)


@pytest.mark.parametrize("figure", ALL)
def test_words_are_whole_sentences(figure, rows):
    drawing = _draw(figure, rows)
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
    assert _draw(figure, rows).alt != _draw(figure, Rows(other)).alt


def test_engines_are_drawn_where_they_were_run():
    results = build_results()
    drawn = _draw(engines, Rows(results))
    dots = {
        (line.get_xdata()[0], line.get_marker())
        for axes in drawn.figure.axes
        for line in axes.lines
        if len(line.get_xdata()) == 1
    }
    for row in results["tf_privacy_null"]:
        assert {(row["auc"], "s"), (row["own_auc"], "o")} <= dots
    results["tf_privacy_null"] = []
    absent = _draw(engines, Rows(results))
    assert absent.figure is None
    assert absent.missing == "run with --tf-privacy full"


def test_strengths_are_the_rows_and_dominated_ones_hollow():
    results = build_results()
    rows = {row["name"]: row for row in results["frontier"]}
    drawing = _draw(strengths, Rows(results))
    panels = np.reshape(drawing.figure.axes, (2, 3))
    trained = ["no defense", "M-17(weight=2.0)", "M-17(weight=0.5)", "M-6"]
    layers = [name for name in rows if name[:2] != "M-"]
    floor = [rows["LabelOnly(confidence=1.0)"]["auc"]] * 2
    for part, names, floors in ((panels[0], layers, 1), (panels[1], trained, 0)):
        for axes, key in zip(part, ("accuracy", "nll", "ece"), strict=True):
            hollow = {
                (line.get_xdata()[0], line.get_ydata()[0]): line.get_mfc()
                == style.PAPER
                for line in axes.lines
                if len(line.get_xdata()) == 1
            }
            assert len(hollow) == len(names)
            for name in names:
                row = rows[name]
                assert hollow[row[key], row["auc"]] is row["dominated"]
            assert [list(x.get_ydata()) for x in axes.lines].count(floor) == floors
    # Joined in the order of the strengths, which is not that of the run.
    (joined,) = [line for line in panels[0, 0].lines if len(line.get_xdata()) == 3]
    names = [f"BinnedFrequencies(bins={bins})" for bins in (1, 2, 4)]
    assert list(joined.get_ydata()) == [rows[name]["auc"] for name in names]
    assert "Too inaccurate for the picture: M-16 (20.0 %)." in drawing.reading


def test_a_switch_makes_another_line():
    results = build_results()
    (row,) = [r for r in results["frontier"] if r["name"].startswith("LabelOnly")]
    names = ("Noise(scale=0.1, keyed=True)", "Noise(scale=0.2)", "Noise(scale=0.3)")
    results["frontier"] = [{**row, "name": name} for name in ("no defense", *names)]
    figure = _draw(strengths, Rows(results)).figure
    (legend,) = figure.subfigs[0].legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["no defense", "Noise, keyed", "Noise"]


@pytest.mark.parametrize("figure", [figure for figure in ALL if figure is not engines])
def test_says_why_nothing_is_drawn(figure):
    results = build_results()
    for row in results["defenses"]:
        for key in ("strongest_auc", "strongest_advantage", "accuracy"):
            row[key] = None
        for key in ("latency_ratio", "js_entropy", "js_cross_entropy"):
            row[key] = None
    for table in ("attacks", "curves", "distributions", "frontier"):
        results[table] = []
    results["shadow_counts"] = []
    results["not_measured"] = [
        {"what": what, "reason": f"no {what} today"}
        for what in ("attack", "accuracy", "latency", "entropy")
    ]
    drawing = _draw(figure, Rows(results))
    assert drawing.figure is None
    assert drawing.missing.endswith("today")


@pytest.mark.parametrize("figure", ALL)
def test_the_undefended_model_alone_can_be_drawn(figure):
    _draw(figure, Rows(build_results(defenses=1)))


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
    left_out = [r["strongest_auc"] for r in rows.defenses if r["name"] not in kept]
    shown = [row["strongest_auc"] for row in rows.drawn[1:]]
    assert max(shown) <= min(left_out)


@pytest.mark.parametrize(
    ("figure", "key"),
    [(strongest_auc, "strongest_auc"), (advantage, "strongest_advantage")],
)
def test_dots_are_sorted_and_at_their_values(figure, key, rows):
    axes = _draw(figure, rows).figure.axes[0]
    ordered = sorted(rows.drawn, key=lambda row: row[key])
    assert _labels(axes) == [style.label(row) for row in ordered]
    drawn = {}
    for line in axes.lines:
        if line.get_marker() in "oDs^P" and len(line.get_xdata()) == 1:
            drawn[int(line.get_ydata()[0])] = line.get_xdata()[0]
    np.testing.assert_allclose(
        [drawn[i] for i in range(7)], [row[key] for row in ordered]
    )


def _cells(figure, rows):
    """The heat map's cells by defense and column."""
    axes = _draw(figure, rows).figure.axes[0]
    columns = [tick.get_text() for tick in axes.get_xticklabels()]
    grid = axes.collections[0].get_array()
    return {
        (row["name"], column): grid[i, j]
        for i, row in enumerate(rows.drawn)
        for j, column in enumerate(columns)
    }


def test_heat_map_cells_are_the_attack_rows(rows):
    cells = _cells(attacks, rows)
    for row in rows.results["attacks"]:
        if row["slice"] == "entire" and row["group"] != "adaptive":
            assert cells[row["defense"], row["attack"]] == row["auc"]
        elif row["slice"] == "entire":  # one adaptive attack a defense
            assert cells[row["defense"], "adaptive, best"] == row["auc"]


def test_heat_map_of_slices_is_of_the_strongest_attack(rows):
    cells = _cells(slices, rows)
    for row in rows.results["attacks"]:
        if row["attack"] == "rmia_online":
            assert cells[row["defense"], rows.slice_label(row["slice"])] == row["auc"]


def test_heat_map_leaves_missing_cells_empty():
    results = build_results()
    row = next(row for row in results["attacks"] if row["attack"] == "forest")
    row["auc"] = None
    cells = _cells(attacks, Rows(results))
    empty = [key for key, auc in cells.items() if auc is np.ma.masked]
    assert empty == [(row["defense"], "forest")]


@pytest.mark.parametrize("figure", [roc, roc_low])
def test_roc_curves_are_the_rows(figure, rows):
    drawing = _draw(figure, rows)
    for axes, row in zip(drawing.figure.axes, rows.drawn, strict=True):
        curve = rows.curve(row)
        assert curve["attack"] == row["strongest_attack"]
        # The thinned line is off by less than 1 % of the panel; log-log, of 3 decades.
        x, y = axes.lines[-1].get_data()
        fpr, tpr = (np.array(curve[key])[1:] for key in ("fpr", "tpr"))
        if figure is roc_low:
            x, y, fpr, tpr = (np.log10(v[v > 0]) / 3 for v in (x, y, fpr, tpr))
        assert np.abs(np.interp(fpr, x, y) - tpr).max() < 0.01
        assert len(x) < len(fpr) / 3


def test_each_slice_has_a_panel_with_every_defense(rows):
    panels = _draw(roc_slices, rows).figure.axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles[:3] == ["entire", "correct", "incorrect"]
    assert titles[3:] == [f"class {digit}" for digit in range(10)]
    for axes, part in zip(panels, ("entire", "correct", "incorrect"), strict=False):
        lines = [line.get_data() for line in axes.lines[1:]]  # but for the diagonal
        # The undefended model is drawn last, above the others.
        for row, (x, y) in zip(reversed(rows.drawn), lines, strict=True):
            curve = rows.curve(row, part)
            found = np.interp(curve["fpr"], x, y)
            assert np.abs(found - curve["tpr"])[1:].max() < 0.01


def test_the_most_exposed_slice_is_named_as_people_do():
    results = build_results()
    results["dataset"]["class_names"][3] = "sneaker"
    exposed = next(row for row in results["attacks"] if row["slice"] == "class=3")
    exposed["auc"] = 0.93
    # The headline may be an attack through a defense, of which there are no slices.
    results["defenses"][0]["strongest_attack"] = "temperature:rmia_online"
    rows = Rows(results)
    assert _cells(slices, rows)["base", "class sneaker"] == 0.93
    finding = _draw(roc_slices, rows).finding
    assert "most on the slice “class sneaker”: AUC 0.930, against 0.612" in finding


def test_an_attack_without_curve_or_row_is_replaced_by_the_best_that_has_one():
    results = build_results()
    results["defenses"][0]["strongest_attack"] = "temperature:rmia_online"
    rows = Rows(results)
    assert rows.curve(rows.base)["attack"] == "rmia_online"
    assert rows.strongest(rows.base)["attack"] == "rmia_online"
    assert len(_draw(roc, rows).figure.axes) == 7


def test_no_reference_line_of_a_weaker_attack():
    results = build_results()
    results["curves"] = [
        row
        for row in results["curves"]
        if (row["defense"], row["attack"]) != ("base", "rmia_online")
    ]
    rows = Rows(results)
    assert rows.curve(rows.base)["attack"] == "loss"
    assert rows.reference_curve() is None
    first = _draw(roc, rows).figure.axes[0]
    assert [text.get_text() for text in first.texts] == ["only loss"]


def test_pareto_agrees_with_the_definition():
    rng = np.random.default_rng(0)
    points = [
        {"name": str(i), "accuracy": a, "strongest_auc": u}
        for i, (a, u) in enumerate(rng.integers(0, 8, (40, 2)) / 8)
    ]

    def beaten(row):
        return any(
            other["accuracy"] >= row["accuracy"]
            and other["strongest_auc"] <= row["strongest_auc"]
            and (other["accuracy"], other["strongest_auc"])
            != (row["accuracy"], row["strongest_auc"])
            for other in points
        )

    expected = {(r["accuracy"], r["strongest_auc"]) for r in points if not beaten(r)}
    found = [(row["accuracy"], row["strongest_auc"]) for row in pareto(points)]
    assert len(found) == len(set(found))
    assert set(found) == expected


def test_spearman_agrees_with_scipy():
    rng = np.random.default_rng(1)
    for n, ties in itertools.product((4, 9, 30), (False, True)):
        x, y = rng.normal(size=(2, n))
        if ties:
            x, y = np.round(x), np.round(y + x)
        expected = stats.spearmanr(x, y)
        found = spearman(list(x), list(y))
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_names_on_the_frontier_do_not_cover_each_other():
    results = build_results(defenses=27)
    with style.style():
        drawing = frontier(Rows(results))
        save.arrange(drawing)
        renderer = FigureCanvasAgg(drawing.figure).get_renderer()
        names = drawing.figure.axes[0].texts
        boxes = [text.get_window_extent(renderer) for text in names]
    assert len(boxes) >= 5
    for a, b in itertools.combinations(boxes, 2):
        assert not a.overlaps(b)
