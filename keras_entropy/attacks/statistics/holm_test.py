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
