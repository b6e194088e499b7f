import numpy as np
import pytest

from keras_entropy.attacks.statistics.holm import holm


@pytest.mark.parametrize(
    "wrong", [[-1e-9], [1 + 1e-9], [0.5, np.nan], [[0.5, 0.5]], [0.2, 2.0], [-1.0, 0.2]]
)
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match="must be a vector of numbers in"):
        holm(wrong)


def test_the_ends_of_the_range_are_p_values():
    np.testing.assert_array_equal(holm([1.0, 0.0]), [1.0, 0.0])


def test_adjusted_p_values_are_those_of_the_definition():
    rng = np.random.default_rng(0)
    for count in (1, 2, 5, 9):
        values = rng.random(count) ** 3
        order = sorted(range(count), key=lambda index: values[index])
        expected, largest = np.empty(count), 0.0
        for place, index in enumerate(order):
            largest = max(largest, min(1.0, (count - place) * values[index]))
            expected[index] = largest
        np.testing.assert_allclose(holm(values), expected)
