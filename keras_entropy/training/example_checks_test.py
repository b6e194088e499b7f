import numpy as np
import pytest

from keras_entropy.training.example_checks import check_no_member

ROWS = np.random.default_rng(0).normal(size=(120, 3))


@pytest.mark.parametrize(
    ("reference", "x"),
    [
        (ROWS, ROWS),
        (ROWS.astype("float32"), ROWS),
        (ROWS, ROWS.astype("float32")),
        (ROWS[:3], ROWS),
        (2**26 + np.arange(40)[:, None], 2.0**26 + np.arange(90)[:, None]),
        (np.array([["a"], ["b"]]), np.array([["cc"], ["b"], ["a"]])),
        (np.array([["a"], ["b"]]), np.array([["cc"], ["b"], ["a"]], object)),
    ],
    ids=["same", "float32", "float64", "part", "ids", "words", "objects"],
)
def test_copies_are_refused_whatever_holds_them(reference, x):
    with pytest.raises(ValueError, match=r"no training example.*Received: \d+ of"):
        check_no_member(reference, x)


@pytest.mark.parametrize(
    ("reference", "x"),
    [
        (np.zeros((9, 1), "uint8"), np.linspace(0.1, 0.9, 9)[:, None]),
        (
            2**26 + np.arange(0, 80, 2)[:, None],
            2**26 + 1 + np.arange(0, 80, 2)[:, None],
        ),
        (1.7e9 + np.arange(40.0)[:, None], 1.7e9 + 0.5 + np.arange(40.0)[:, None]),
    ],
    ids=["uint8", "ids", "times"],
)
def test_other_rows_are_none(reference, x):
    check_no_member(reference, x)


def test_equal_rows_of_a_table_are_told():
    rng = np.random.default_rng(0)
    reference, x = rng.integers(0, 2, (50, 6)), rng.integers(0, 2, (200, 6))
    shared = (reference[:, None] == x).all(axis=-1)
    told = f"{shared.any(1).sum()} of 50 reference examples and {shared.any(0).sum()} "
    with pytest.warns(UserWarning, match=told + r"of 200 examples of `members`.*kept"):
        check_no_member(reference, x, "members")
