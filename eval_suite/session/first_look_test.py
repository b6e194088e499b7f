import pytest

from eval_suite.options.first_names import first_names
from eval_suite.session.first_look import FirstLook
from eval_suite.undefended import BASE
from keras_entropy import catalog


class Attacks:
    """Stands for the attacks: what is started and asked of which defense."""

    def __init__(self):
        self.events = []

    def start_early(self, name, *, further=True):
        self.events.append(("further" if further else "start", name))

    def first_look(self, name):
        self.events.append(("wait", name))
        return (0.6, None) if name == BASE else (0.512, 0.587)

    def utility(self, name):
        return {"accuracy": 0.965}


def test_the_rows_come_once_all_of_them_are_asked_and_before_the_rest():
    names, attacks = list(catalog.names()), Attacks()
    look = FirstLook(names, attacks, attacks, parallel=False)
    shown = [BASE, *first_names(names)]
    for name in shown[:-1]:
        assert look.asked(name) == []
    rows = look.asked(shown[-1])
    assert [row["name"] for row in rows] == shown
    assert rows[0] == {
        "name": BASE,
        "asked_once": 0.6,
        "asked_often": None,
        "accuracy": 0.965,
    }
    rest = [name for name in names if name not in shown]
    assert not any(look.asked(name) for name in rest)
    assert attacks.events == [
        *(("start", name) for name in shown),
        *(("wait", name) for name in shown),
        *(("further", name) for name in [*shown, *rest]),
    ]


@pytest.mark.parametrize("names", [[], ["label-only"]])
def test_nothing_is_waited_for_where_there_is_no_first_look(names):
    attacks = Attacks()
    look = FirstLook(names, attacks, attacks, parallel=False)
    assert not any(look.asked(name) for name in (BASE, *names))
    assert attacks.events == [("further", name) for name in (BASE, *names)]


def test_workers_that_share_the_defenses_look_at_their_own():
    names, attacks = list(catalog.names()), Attacks()
    first = first_names(names)
    rest = next(name for name in names if name not in first)
    look = FirstLook(names, attacks, attacks, parallel=True)
    assert [row["name"] for row in look.asked(first[1])] == [first[1]]
    assert [row["name"] for row in look.asked(BASE)] == [BASE]
    assert look.asked(rest) == []
