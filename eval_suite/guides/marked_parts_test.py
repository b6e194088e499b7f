import pytest

from eval_suite.guides.marked_parts import replace_part
from eval_suite.guides.marked_parts import table

GUIDE = "before\n<!-- figures -->\nold\\1\n<!-- end of figures -->\nafter\n"


def test_only_what_stands_between_the_marks_is_replaced():
    new = replace_part(GUIDE, "figures", "a \\1 b\n")
    assert new == (
        "before\n<!-- figures -->\n\na \\1 b\n\n<!-- end of figures -->\nafter\n"
    )
    assert replace_part(new, "figures", "a \\1 b") == new


@pytest.mark.parametrize("text", ["", GUIDE * 2, GUIDE.replace("end of", "end")])
def test_a_guide_without_the_marks_is_refused(text):
    with pytest.raises(ValueError, match=r"<!-- figures -->.*once"):
        replace_part(text, "figures", "new")


def test_a_table_has_its_numbers_to_the_right():
    lines = table(["a", "b"], [["1", "2"]], numbers=1).splitlines()
    assert lines == ["| a | b |", "| --- | --: |", "| 1 | 2 |"]
