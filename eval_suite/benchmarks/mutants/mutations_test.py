import ast
from pathlib import Path

import pytest

from eval_suite.benchmarks.mutants.__main__ import draw
from eval_suite.benchmarks.mutants.mutations import mutated
from eval_suite.benchmarks.mutants.mutations import mutations
from eval_suite.benchmarks.mutants.tested import TESTED
from eval_suite.benchmarks.mutants.trial import source_of

SOURCE = '''
"""Half of 2."""

def half(x: int | None = 3) -> float:
    """Half."""
    if x is None or x < 0:
        raise ValueError(f"{1 + x}")
    return -x * 0.5
'''


def test_changes_are_of_what_decides_not_of_what_is_told():
    found = {(change.before, change.after) for change in mutations("m", SOURCE)}
    assert found == {
        ("3", "4"),
        ("x is None or x < 0", "x is None and x < 0"),
        ("x is None", "x is not None"),
        ("x < 0", "x <= 0"),
        ("x < 0", "x > 0"),
        ("0", "1"),
        ("-x * 0.5", "-x / 0.5"),
        ("-x", "x"),
        ("0.5", "1.0"),
    }


def test_each_change_is_made_alone():
    for change in mutations("m", SOURCE):
        names: dict[str, object] = {}
        exec(mutated(SOURCE, change.number, "m.py"), names)
        text = ast.unparse(ast.parse(SOURCE))
        assert change.before in text
    names = {}
    (halved,) = (c for c in mutations("m", SOURCE) if c.after == "x")
    exec(mutated(SOURCE, halved.number, "m.py"), names)
    assert names["half"](4) == 2
    with pytest.raises(ValueError, match="`number` must be below 9"):
        mutated(SOURCE, 9, "m.py")


def test_the_sample_is_that_of_its_seed():
    module = "keras_entropy.attacks.statistics.holm"
    assert draw([module], 5, 0) == draw([module], 5, 0) != draw([module], 5, 1)
    every = mutations(module, source_of(module)[0])
    drawn = draw([module], 1000, 0)
    assert drawn != every == sorted(drawn, key=lambda change: change.number)


def test_modules_and_their_tests_are_there():
    for module, tests in TESTED.items():
        assert Path(source_of(module)[1]).exists()
        for test in tests:
            assert Path(test.partition("::")[0]).exists(), test


def test_modules_that_decide_are_all_there():
    left_out = set()
    for folder in ("keras_entropy/attacks", "eval_suite/gate"):
        for path in Path(folder).rglob("*.py"):
            module = ".".join(path.with_suffix("").parts)
            if path.stem.endswith(("_test", "__init__")) or module in TESTED:
                continue
            left_out.add(path.stem)
    assert left_out == {
        *("control", "null_controls", "positive_controls"),
        *("planted", "planted_neighbors", "tf_privacy"),
        *("gate_keeper", "junit", "since_baseline"),
        *("attack_table", "shadow_attack_table"),
    }
