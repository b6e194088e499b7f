import json

import keras
import numpy as np
import pytest
from scipy.special import softmax

from keras_entropy import ConvexConcaveLoss
from keras_entropy.layers.contract_test import to_numpy

LOGITS = np.random.default_rng(0).normal(size=(6, 4))
ROWS = softmax(LOGITS, axis=-1).astype("float32")
LABELS = np.array([0, 1, 2, 3, 0, 1])
GIVEN = ROWS[np.arange(6), LABELS].astype("float64")


@pytest.mark.parametrize("labels", [LABELS, LABELS[:, None], np.eye(4)[LABELS]])
@pytest.mark.parametrize("alpha", [0.1, 0.5, 1.0])
def test_equals_the_formula(labels, alpha):
    loss = to_numpy(ConvexConcaveLoss(alpha, reduction=None)(labels, ROWS))
    expected = -alpha * np.log(GIVEN) - (1 - alpha) * np.exp(GIVEN)
    np.testing.assert_allclose(loss, expected, rtol=1e-5, atol=1e-6)


def test_a_step_is_along_the_gradient_of_the_formula():
    dense = keras.layers.Dense(4, "softmax", use_bias=False)
    model = keras.Sequential([keras.Input((6,)), dense])
    dense.set_weights([LOGITS.astype("float32")])
    loss = ConvexConcaveLoss(0.3, reduction="sum")
    model.compile(keras.optimizers.SGD(1.0), loss, jit_compile=False)
    model.fit(np.eye(6, dtype="float32"), LABELS, batch_size=6, verbose=0)
    # Both terms are functions of p, whose slope is p (one-hot - rows).
    slope = 0.3 + 0.7 * GIVEN * np.exp(GIVEN)
    expected = slope[:, None] * (np.eye(4)[LABELS] - ROWS)
    np.testing.assert_allclose(model.get_weights()[0] - LOGITS, expected, atol=1e-5)


def test_the_config_survives_json():
    loss = ConvexConcaveLoss(0.2, reduction="sum", name="loss")
    data = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    revived = keras.saving.deserialize_keras_object(data)
    assert type(revived) is ConvexConcaveLoss
    assert revived.get_config() == loss.get_config()
    assert revived.alpha == 0.2


@pytest.mark.parametrize("alpha", [0, 1.1, float("nan")])
def test_a_weight_out_of_range_is_refused(alpha):
    with pytest.raises(ValueError, match=f"`alpha` must be.*alpha={alpha}"):
        ConvexConcaveLoss(alpha)
