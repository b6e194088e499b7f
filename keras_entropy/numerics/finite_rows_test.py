import numpy as np
import pytest

from keras_entropy.numerics.finite_rows import listed
from keras_entropy.numerics.finite_rows import not_finite


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ([4], "4"),
        ([4, 2], "4 and 2"),
        (range(6), "0, 1, 2, 3, 4 and 5"),
        (range(100), "0, 1, 2, 3, 4 and 95 more"),
    ],
)
def test_many_numbers_are_counted(numbers, told):
    assert listed(numbers) == told


def test_rows_are_told_and_counted():
    x = np.zeros((50, 2, 3), "float32")
    assert not_finite(x) is None
    x[7, 1, 1] = np.nan
    assert not_finite(x) == (
        "NaN or infinity in 1 of 50 examples: row 7, counted from 0"
    )
    x[20:40, 0, 2] = np.inf
    assert not_finite(x) == (
        "NaN or infinity in 21 of 50 examples: rows 7, 20, 21, 22, 23 and 16 more, "
        "counted from 0"
    )


@pytest.mark.parametrize("kind", ["int64", "bool", "U3", "object"])
def test_other_types_hold_none(kind):
    assert not_finite(np.zeros((3, 2)).astype(kind)) is None
