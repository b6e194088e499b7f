from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures_test import draw
from eval_suite.report.figures.all_figures_test import points
from eval_suite.report.figures.attack_kinds import kinds
from eval_suite.report.figures.drawing import style
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


def test_many_questions_are_a_kind_of_their_own():
    rows = Rows(build_results(defenses=8))
    drawing = draw(kinds, rows)
    colour, marker = style.GROUPS["neighbors"]
    found = [
        auc
        for line in drawing.figure.axes[0].lines
        if (line.get_color(), line.get_marker()) == (colour, marker)
        for auc, _ in points(line)
    ]
    assert sorted(found) == sorted(row["asked_often"]["auc"] for row in rows.defenses)
    assert "looks-safe" in drawing.alt
    assert "many questions 0.648" in drawing.alt
    assert "asks neighbors of each input, 128 questions: noise-0.3" in drawing.reading
    (legend,) = drawing.figure.legends
    assert legend.get_texts()[-1].get_text() == "many questions"


def test_no_questions_no_kind():
    drawing = draw(kinds, Rows(without_neighbors(build_results())))
    assert "uestions" not in drawing.alt + drawing.reading


def test_kinds_differ_by_colour_and_marker():
    looks = list(style.GROUPS.values())
    for part in range(2):
        assert len({look[part] for look in looks}) == len(looks)
