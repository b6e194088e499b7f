import pytest

from keras_entropy.attacks.results import OperatingPoint


def test_ppv_by_hand():
    point = OperatingPoint(tpr=0.4, low=0.3, high=0.5, realised_fpr=0.1)
    assert point.ppv(0.5) == pytest.approx(0.8)
    assert point.ppv(0.1) == pytest.approx(0.04 / 0.13)
    assert OperatingPoint(0.0, 0.0, 0.1, 0.0).ppv(0.3) == 0.3
