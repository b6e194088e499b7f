import random

from eval_suite.report.content.order import anchors
from eval_suite.report.content.order import grouped
from eval_suite.report.made_up_runs.results import build_results


def _rows(*named):
    row = build_results()["defenses"][0]
    return [{**row, "name": name, "family": family} for name, family in named]


def test_the_study_in_its_order_then_the_others_by_family():
    rows = _rows(
        ("base", "none"),
        ("mixup", "training-loss"),
        ("top-1", "output-transform"),
        *[(f"M-{i}", "head" if i % 2 else "output-transform") for i in range(1, 26)],
        ("a/b", "own"),
        ("rounding", "output-transform"),
        ("with-reference", "none"),
        ("M-3b", "head"),
    )
    base, *others = rows
    random.Random(0).shuffle(others)
    found = grouped([base, *others])
    names = [[row["name"] for row in group.rows] for group in found]
    assert names[0] == ["base", "with-reference"]
    assert names[1] == [f"M-{i}" for i in range(1, 26)]
    assert [set(group) for group in names[2:]] == [
        {"top-1", "rounding"},
        {"mixup"},
        {"M-3b"},
        {"a/b"},
    ]
    assert sorted(name for group in names for name in group) == sorted(
        row["name"] for row in rows
    )


def test_anchors_are_of_the_name_and_none_is_shared():
    rows = _rows(*((name, "none") for name in ("M-1", "m 1", "漢", "字", "top-1")))
    assert list(anchors(rows).values()) == [
        "defense-m-1",
        "defense-m-1-2",
        "defense-other",
        "defense-other-2",
        "defense-top-1",
    ]
    assert anchors(rows[::-1])["top-1"] == "defense-top-1"
