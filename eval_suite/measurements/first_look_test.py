import io

import pytest

from eval_suite.measurements.first_look import FirstLook
from eval_suite.measurements.first_look import first_names
from eval_suite.undefended import BASE
from keras_entropy import catalog


class Attacks:
    """Stands for the attacks: what is asked of which defense."""

    def __init__(self):
        self.waited_for = []

    def first_look(self, name):
        self.waited_for.append(name)
        return (0.6, None) if name == BASE else (0.512, 0.587)

    def utility(self, name):
        return {"accuracy": 0.965}


def test_one_defense_of_each_kind_in_the_order_of_the_catalog():
    names = list(catalog.names())
    found = first_names(names)
    assert found == [name for name in names if name in found]
    entries = [catalog.get(name) for name in found]
    assert {entry.family for entry in entries} == {
        "output-transform",
        "head",
        "training-loss",
    }
    assert {"label-only", "binned-1", "M-9", "reference-start"} <= set(found)
    assert len(found) == 5


def test_of_some_defenses_the_first_of_a_kind_stands_for_it():
    names = [name for name in catalog.names() if name.startswith("M-")]
    assert first_names(names) == ["M-1", "M-9", "M-17"]


def test_few_defenses_need_no_first_look():
    assert first_names(["label-only", "M-9"]) == []


def test_the_table_comes_once_all_of_them_are_asked_and_before_the_rest():
    names, attacks, stream = list(catalog.names()), Attacks(), io.StringIO()
    look = FirstLook(names, attacks, attacks, stream)
    first = first_names(names)
    for name in (BASE, *first[:-1]):
        look.asked(name)
    assert not attacks.waited_for
    look.asked(first[-1])
    assert attacks.waited_for == [BASE, *first]
    told = stream.getvalue()
    assert "(no defense)                  0.600            -     96.5%" in told
    assert "label-only                    0.512        0.587     96.5%" in told
    assert f"{len(names) - len(first)} more" in told
    assert "left." in told
    for name in names:
        look.asked(name)
    assert stream.getvalue() == told


@pytest.mark.parametrize("names", [[], ["label-only"]])
def test_nothing_is_waited_for_where_there_is_no_first_look(names):
    attacks, stream = Attacks(), io.StringIO()
    look = FirstLook(names, attacks, attacks, stream)
    for name in (BASE, *names):
        look.asked(name)
    assert not attacks.waited_for
    assert not stream.getvalue()


def test_nothing_is_waited_for_without_a_stream():
    names, attacks = list(catalog.names()), Attacks()
    look = FirstLook(names, attacks, attacks, None)
    for name in names:
        look.asked(name)
    assert not attacks.waited_for
