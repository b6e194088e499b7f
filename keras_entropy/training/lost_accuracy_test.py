import warnings

import keras
import numpy as np
import pytest

from keras_entropy.training.lost_accuracy import warn_of_lost_accuracy


def answering(right, n):
    """Returns a model that reads its answer, and `n` inputs that answer as given."""
    model = keras.Sequential([keras.Input((2,)), keras.layers.Activation("linear")])
    labels = np.zeros(n, int)
    x = np.eye(2, dtype="float32")[np.where(np.arange(n) < right * n, 0, 1)]
    return model, x, labels


@pytest.mark.parametrize(
    ("n", "before", "after", "warns"),
    [
        # Of 60 examples a fifth and a third are one accuracy and chance.
        (60, 0.32, 0.2, False),
        (1000, 0.4, 0.2, True),
        (60, 0.9, 0.4, True),
        (1000, 0.9, 0.82, False),
        (1000, 0.4, 0.9, False),
    ],
)
def test_what_is_within_chance_is_not_warned_of(n, before, after, warns):
    model, x, labels = answering(after, n)
    undefended = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    # The undefended model is right on the first examples, whatever it is asked.
    undefended.predict = lambda *_, **__: answering(before, n)[1]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_of_lost_accuracy("relax-loss", undefended, model, x, labels)
    assert bool([w for w in caught if "relax-loss" in str(w.message)]) == warns
