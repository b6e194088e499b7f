import pytest

from eval_suite.report.format import called
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import listing
from eval_suite.report.format import moment
from eval_suite.report.format import number
from eval_suite.report.format import one_line
from eval_suite.report.format import p_value
from eval_suite.report.format import percent
from eval_suite.report.format import points
from eval_suite.report.format import ratio
from eval_suite.report.format import signed
from eval_suite.report.format import visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (number(0.61249), "0.612"),
        (number(None), "not measured"),
        (signed(0.05), "+0.050"),
        (signed(-0.05), "-0.050"),
        (signed(-0.0001), "0.000"),
        (signed(None), "not measured"),
        (percent(0.9655), "96.5 %"),
        (points(-0.0041), "-0.4"),
        (points(None), "not measured"),
        (estimate(0.6, 0.5, 0.7, 1), "0.6 [0.5, 0.7]"),
        (estimate(0.6, None, 0.7), "0.600"),
        (estimate(None, None, None), "not measured"),
        (ratio({"ratio": 1.037, "low": None, "high": None}), "1.04"),
        (ratio(None), "not measured"),
        (p_value(0.0341), "p = 0.034"),
        (p_value(1e-12), "p < 0.001"),
        (called({"name": "label-only", "title": "Label only"}), "label-only"),
        (called({"name": "M-6", "title": "Linear"}), "M-6 (Linear)"),
        (moment("2025-11-23T18:30:00Z"), "2025-11-23 18:30 UTC"),
        (moment("2025-11-23T18:30:00+02:00"), "2025-11-23 18:30 UTC+02:00"),
        (moment("yesterday"), "yesterday"),
        (count(1, "pair"), "1 pair"),
        (count(2000, "class", "classes"), "2,000 classes"),
        (listing([]), ""),
        (listing(["a"]), "a"),
        (listing(["a", "b"]), "a and b"),
        (listing("abc"), "a, b and c"),
    ],
)
def test_numbers_and_words(text, expected):
    assert text == expected


def test_one_line_is_one_line():
    assert one_line(" a\n\tb\x1b[2J\u202ec\u2028d ") == "a b [2J c d"


@pytest.mark.parametrize("width", [3, 8, 20])
def test_one_line_keeps_the_width(width):
    assert len(one_line("word " * 50, width)) <= width
    assert one_line("ab", width) == "ab"


def test_visible_keeps_what_can_be_seen():
    assert visible("漢 Ω\n\t\u00ad") == "漢 Ω\n\t\u00ad"
    assert visible("a\x00b\u202ec\x9b") == "a b c "
