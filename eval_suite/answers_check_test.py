import numpy as np
import pytest

from eval_suite.test_answers import check_probabilities

GOOD = np.array([[0.25, 0.75], [1.0, 0.0]], "float32")


def test_probabilities_pass():
    check_probabilities(GOOD, "M-5 on members")
    check_probabilities(np.stack([GOOD, GOOD]), "M-5 on members")
    check_probabilities(GOOD[:, :1], "a sigmoid unit")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([[np.nan, 1.0], [0.5, 0.5]], "1 answers are NaN or infinite"),
        ([[-0.25, 1.25]], "a probability of -0.25; expected at least 0"),
        ([[1.5, 0.0]], "a probability of 1.5; expected at most 1"),
        ([[0.5, 0.5], [0.5, 0.25]], "a row sums to 0.75; expected 1"),
        ([[[1.0, 0.0]], [[3.0, 0.0]]], "a probability of 3; expected at most 1"),
        ([[2.0]], "a probability of 2; expected at most 1"),
    ],
)
def test_all_else_is_refused_by_the_defense_and_the_value(answers, said):
    with pytest.raises(AssertionError, match=f"M-5 on members: {said}"):
        check_probabilities(np.array(answers, "float32"), "M-5 on members")
