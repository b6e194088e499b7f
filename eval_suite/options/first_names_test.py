from eval_suite.options.first_names import first_names
from keras_entropy import catalog


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
