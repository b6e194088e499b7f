import json

import keras
import numpy as np
import pytest
import scipy.stats

from keras_entropy import HighEntropyLabelLoss
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.losses.high_entropy_label_loss import high_entropy_peak

ROWS = np.random.default_rng(0).dirichlet(np.ones(4), 6).astype("float32")
LABELS = np.array([0, 1, 2, 3, 0, 1])


def soft_labels(share):
    peak = high_entropy_peak(4, share)
    return np.where(np.eye(4)[LABELS] > 0, peak, (1 - peak) / 3)


@pytest.mark.parametrize(
    ("classes", "share", "peak"),
    [(100, 0.8, 0.337), (100, 0.6, 0.549), (30, 0.5, 0.681), (10, 0.95, 0.270)],
)
def test_the_peaks_are_the_paper_s(classes, share, peak):
    assert high_entropy_peak(classes, share) == pytest.approx(peak, abs=5e-4)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_the_labels_have_the_entropy_and_keep_the_class(share):
    labels = soft_labels(share)
    entropy = scipy.stats.entropy(labels, axis=-1) / np.log(4)
    np.testing.assert_allclose(entropy, share, atol=1e-9)
    np.testing.assert_array_equal(labels.argmax(-1), LABELS)


@pytest.mark.parametrize("labels", [LABELS, LABELS[:, None], np.eye(4)[LABELS]])
@pytest.mark.parametrize(("share", "weight"), [(0.0, 0.5), (0.8, 0.0), (0.8, 2.0)])
def test_equals_the_formula(labels, share, weight):
    loss = HighEntropyLabelLoss(share, weight, reduction=None)(labels, ROWS)
    divergence = scipy.stats.entropy(soft_labels(share), ROWS, axis=-1)
    expected = divergence - weight * scipy.stats.entropy(ROWS, axis=-1)
    np.testing.assert_allclose(to_numpy(loss), expected, rtol=1e-4, atol=1e-5)


def test_the_config_survives_json():
    loss = HighEntropyLabelLoss(0.5, 0.2, reduction="sum", name="loss")
    data = json.loads(json.dumps(keras.saving.serialize_keras_object(loss)))
    revived = keras.saving.deserialize_keras_object(data)
    assert type(revived) is HighEntropyLabelLoss
    assert revived.get_config() == loss.get_config()
    assert (revived.label_entropy, revived.weight) == (0.5, 0.2)


@pytest.mark.parametrize("value", [-0.1, 1.0, float("nan")])
def test_what_is_out_of_range_is_refused(value):
    with pytest.raises(ValueError, match=f"`label_entropy` must.*={value}"):
        HighEntropyLabelLoss(value)
    with pytest.raises(ValueError, match=f"`label_entropy` must.*={value}"):
        high_entropy_peak(4, value)
    with pytest.raises(ValueError, match=r"`classes` must.*classes=1"):
        high_entropy_peak(1, 0.5)
    with pytest.raises(ValueError, match=r"`weight` must.*weight=-1"):
        HighEntropyLabelLoss(weight=-1)
