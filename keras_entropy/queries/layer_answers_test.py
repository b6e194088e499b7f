import numpy as np
import pytest
from scipy import special

from keras_entropy import catalog
from keras_entropy.queries import layer_answers
from keras_entropy.queries.layer_answers import LayerAnswers

RNG = np.random.default_rng(0)
ANSWERS = special.softmax(RNG.normal(size=(3, 50, 4)), axis=-1).astype(np.float32)


def test_the_layer_answers_in_parts_as_it_does_at_once(monkeypatch):
    layer = catalog.get("M-1").create()
    expected = np.asarray(layer(ANSWERS))
    monkeypatch.setattr(layer_answers, "_MOST_ENTRIES", 100)
    np.testing.assert_allclose(LayerAnswers(layer)(ANSWERS), expected, atol=1e-7)


def test_each_model_has_the_weights_that_were_fitted_to_it():
    layer = catalog.get("binned-1").create()
    labels = RNG.integers(0, 4, 50)
    weights, expected = [], []
    for rows in ANSWERS:
        layer.fit(rows, labels)
        weights.append(layer.get_weights())
        expected.append(np.asarray(layer(rows)))
    found = LayerAnswers(layer, weights)(ANSWERS)
    np.testing.assert_allclose(found, expected, atol=1e-7)


def test_a_layer_of_logits_is_refused():
    with pytest.raises(ValueError, match="expects logits"):
        LayerAnswers(catalog.get("M-6").create())
