import pytest

from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.terminal import terminal_table


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_fits_the_width(width):
    table, line = terminal_table(build_results(), width).split("\n\n")
    assert max(map(len, table.splitlines())) <= width
    assert len(table.splitlines()) == 2 + 7 + 1
    assert "\n" not in line


def test_says_what_matters_at_80_columns():
    text = terminal_table(build_results(), 80)
    row = "M-17           0.566 [0.557, 0.575]  0.566       0.559  -0.046  96.6 %"
    assert row in text.splitlines()
    line = "PASS. Use M-17 (Entropy penalty). 24 of 24 controls as expected."
    assert text.splitlines()[-1] == line


def test_shows_the_effect_where_there_is_room():
    text = terminal_table(build_results(), 120)
    assert "(undefended)" in text
    assert "no clear change" in text


def test_names_cannot_control_the_terminal():
    results = build_results()
    results["defenses"][1]["name"] = "\x1b[2J\x1b]0;owned\x07\nM-1\u202e"
    text = terminal_table(results, 200)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 2 + 7 + 1 + 2


def test_missing_measurements_are_named():
    results = build_results()
    row = results["defenses"][1]
    row.update(strongest_auc=None, difference_auc=None, latency_ratio=None)
    line = next(t for t in terminal_table(results, 200).splitlines() if t[:4] == "M-1 ")
    assert line.count("not measured") >= 3


def test_a_thousand_defenses_are_summed_up():
    lines = terminal_table(build_results(defenses=1000), 100).splitlines()
    assert len(lines) == 2 + 40 + 1 + 1 + 2
    assert "960 more rows in the report" in lines
