"""The rows of the attacks are those of the evaluation's tables."""

import pytest

from eval_suite.results import rows
from keras_entropy.attacks import results
from keras_entropy.attacks.controls import control
from keras_entropy.attacks.leakage import divergence


# They stand twice, as the tables' module must load nothing of the package: it would
# load Keras with it. Types are compared by the type checker, where a row is recorded.
@pytest.mark.parametrize(
    ("ours", "table"),
    [
        (results.AttackRow, rows.AttackRow),
        (results.RateRow, rows.RateRow),
        (control.ControlRow, rows.ControlRow),
        (divergence.DivergenceRow, rows.DivergenceRow),
    ],
)
def test_keys(ours, table):
    assert ours.__required_keys__ == table.__required_keys__
    assert ours.__optional_keys__ == table.__optional_keys__
