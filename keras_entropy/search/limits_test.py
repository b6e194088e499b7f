import numpy as np
import pytest

from keras_entropy.search.limits import Limits
from keras_entropy.search.points import Point

NONE = dict(
    max_accuracy_drop=1.0,
    max_nll_increase=float("inf"),
    max_latency_ratio=None,
    keep_argmax=False,
)
PAIRS = np.array([True, False])  # the second one has no say


def point(accuracy, nll, keeps_argmax=True):
    accuracy, nll = np.array([accuracy, 0.0]), np.array([nll, 99.0])
    zero = np.zeros(2)
    return Point("", "", zero, accuracy, nll, zero, keeps_argmax, zero, (0.5, 0.5))


@pytest.mark.parametrize(
    ("limit", "within", "beyond"),
    [
        ("max_accuracy_drop", 0.1, 0.09),
        ("max_nll_increase", 0.5, 0.49),
        ("max_latency_ratio", 2.0, 1.9),
        ("keep_argmax", False, True),
    ],
)
def test_each_limit_is_kept(limit, within, beyond):
    base, judged = point(0.9, 0.2), point(0.8, 0.3, keeps_argmax=False)
    for value, expected in ((within, True), (beyond, False)):
        limits = Limits(**{**NONE, limit: value})
        assert limits.meets(judged, base, PAIRS, 2.0) is expected
        assert limits.meets(base, base, PAIRS, 1.0)


def test_what_has_to_be_proved():
    base = point(0.9, 0.2)
    limits = Limits(**NONE, max_auc_bound=0.65)
    for bound, expected in ((0.65, True), (0.66, False), (None, False)):
        assert limits.meets(base, base, PAIRS, None, bound) is expected
    assert Limits(**NONE).meets(base, base, PAIRS, None, None)


def test_a_time_that_was_not_measured_is_within_no_limit():
    base = point(0.9, 0.2)
    assert Limits(**NONE).meets(base, base, PAIRS, None)
    limited = Limits(**{**NONE, "max_latency_ratio": 2.0})
    assert not limited.meets(base, base, PAIRS, None)


@pytest.mark.parametrize(
    ("limit", "value", "accepted"),
    [
        ("max_accuracy_drop", -0.01, r"in \[0, 1\]"),
        ("max_accuracy_drop", 2.0, r"in \[0, 1\]"),
        ("max_accuracy_drop", float("nan"), r"in \[0, 1\]"),
        ("max_nll_increase", -1.0, "above -1"),
        ("max_nll_increase", float("nan"), "above -1"),
        ("max_auc_bound", 0.49, "at least 0.5"),
        ("max_auc_bound", 1.0, "below 1"),
        ("max_auc_bound", float("nan"), "at least 0.5"),
        ("max_latency_ratio", 0.9, "at least 1"),
        ("max_latency_ratio", float("nan"), "at least 1"),
    ],
)
def test_limits_that_nothing_meets_are_refused(limit, value, accepted):
    with pytest.raises(ValueError, match=rf"{accepted}.*Received: {limit}={value}"):
        Limits(**{**NONE, limit: value})
