import numpy as np
import pytest

from keras_entropy.attacks.audits.held_out import held_out_bound
from keras_entropy.attacks.leakage.one_training import DELTA
from keras_entropy.attacks.leakage.one_training import one_training_bound
from keras_entropy.attacks.results import ExampleScores

RNG = np.random.default_rng(0)
MEMBER, MISLABELLED = RNG.random((2, 400)) < [[0.5], [0.3]]
VALUES = {
    "loss": RNG.normal(size=400) + MEMBER,
    "entropy": RNG.normal(size=400),
    "logistic": 1.0 * MEMBER,  # learns from the coins
}


def bound(names, **options):
    def scores(name):
        return ExampleScores(VALUES[name], None)

    return held_out_bound(names, scores, MEMBER, MISLABELLED, **options)


@pytest.mark.parametrize(
    "options", [{}, {"seed": 1}, {"confidence": 0.8}, {"delta": 1e-3}]
)
def test_the_bound_is_that_of_attacks_that_are_told_no_membership(options):
    untold = {name: VALUES[name] for name in ("loss", "entropy")}
    given = {"seed": 0, "confidence": 0.95, "delta": DELTA} | options
    expected = one_training_bound(untold, MEMBER, mislabelled=MISLABELLED, **given)
    assert bound(VALUES, **options) == expected
    if options:
        assert bound(VALUES) != expected


def test_attacks_that_are_told_membership_give_no_bound():
    with pytest.raises(ValueError, match=r"told no membership.*Received: logistic"):
        bound(["logistic"])
