import pytest

from eval_suite.benchmarks.held_out_power import mu_of
from eval_suite.benchmarks.held_out_power import power_row
from keras_entropy.attacks.leakage.guesses import gaussian_epsilon


def test_more_records_show_more():
    assert gaussian_epsilon(mu_of(4.0), 1e-5) == pytest.approx(4.0)
    few, many = (power_row(4.0, records, 10) for records in (100, 1000))
    assert few.startswith("| 4 | 100 | ")
    bounds = [float(row.split("|")[3].split()[0]) for row in (few, many)]
    assert bounds[0] < bounds[1] < 4
    assert "(0 of 10)" in many
