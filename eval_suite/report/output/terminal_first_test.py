from eval_suite.report.output.terminal_first import first_table
from eval_suite.report.output.terminal_first import what_follows
from eval_suite.results.first_row import FirstRow
from eval_suite.undefended import BASE

ROWS = [
    FirstRow(name=BASE, asked_once=0.6123, asked_often=None, accuracy=0.9651),
    FirstRow(name="label-only", asked_once=0.5, asked_often=0.587, accuracy=0.9651),
]


def test_a_row_for_each_defense():
    told = first_table(ROWS).splitlines()
    assert len(told) == 4
    assert told[1].split() == ["defense", "accuracy", "asked", "once", "asked", "often"]
    assert told[2].split() == ["base", "96.5", "%", "0.612", "-"]
    assert told[3].split() == ["label-only", "96.5", "%", "0.500", "0.587"]


def test_names_cannot_control_the_terminal():
    row = FirstRow(name="\x1b[2J", asked_once=None, asked_often=None, accuracy=0.5)
    assert "\x1b" not in first_table([row])


def test_what_follows_and_about_how_long_it_takes():
    told = what_follows(43, 320.0)
    assert told.startswith("43 more defenses, ")
    assert told.endswith("at least 5 minutes left.")
    assert what_follows(1, 3.0).endswith("at least 1 minute left.")
