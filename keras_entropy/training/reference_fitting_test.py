import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy import catalog
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.shadow.stack import initialize
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.reference_fitting import fit_to_stack
from keras_entropy.training.reference_fitting import fitted


def small_model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((3, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )


def small_reference(n=60):
    random = np.random.default_rng(3)
    return random.normal(size=(n, 3, 2)).astype("float32"), random.integers(0, 4, n)


@pytest.mark.parametrize("name", ["binned-4", "ranks-2", "hamp-ranks"])
def test_the_catalog_fits_to_the_reference(name):
    model, (x, y) = small_model(), small_reference()
    defended = catalog.build(name, model, reference=(x, y))
    layer = catalog.get(name).create()
    layer.fit(model.predict(layer.queries(x), verbose=0), y)
    expected = to_numpy(layer(model(x)))
    np.testing.assert_allclose(to_numpy(defended(x)), expected, atol=1e-6)


def test_the_layer_itself_comes_back_fitted_where_its_kind_is():
    model, reference = small_model(), small_reference()
    for name in ("M-5", "binned-4"):
        layer = catalog.get(name).create()
        assert fitted(layer, model, reference) is layer
        keras_entropy.defend(model, layer)  # which refuses one that is not fitted


@pytest.mark.parametrize("name", ["binned-4", "ranks-2", "hamp-ranks"])
def test_each_model_of_a_stack_gets_its_own_fit(name):
    model, (x, y) = small_model(), small_reference()
    stack = initialize(model, [1, 2])
    defended, both = fit_to_stack(catalog.get(name).create(), model, stack, x, y)
    outputs = predict(defended, both, x)
    for k in range(2):
        stack.assign_to(model, k)
        alone = catalog.build(name, model, reference=(x, y))
        np.testing.assert_allclose(outputs[k], to_numpy(alone(x)), atol=1e-6)


def test_what_is_trained_and_fitted_is_fitted_to_what_was_trained():
    model, (x, y) = small_model(), small_reference()
    reference = x[40:], y[40:]
    kwargs = dict(epochs=3, seed=5, verbose=False)
    trained = catalog.build("hamp-training", model, x[:40], y[:40], **kwargs)
    layer = catalog.get("hamp-ranks").create()
    layer.fit(trained.predict(layer.queries(reference[0], seed=5), verbose=0), y[40:])
    defended = catalog.build(
        "hamp", model, x[:40], y[:40], reference=reference, **kwargs
    )
    expected = to_numpy(layer(trained(x)))
    np.testing.assert_allclose(to_numpy(defended(x)), expected, atol=1e-6)
    undefended = to_numpy(catalog.build("hamp-ranks", model, reference=reference)(x))
    assert np.abs(expected - undefended).max() > 0.01


def test_what_is_trained_and_fitted_needs_both_sets():
    x, y = small_reference()
    with pytest.raises(ValueError, match=r"hamp.*reference=\(x_reference"):
        catalog.build("hamp", small_model(), x, y)
    with pytest.raises(ValueError, match=r"`catalog.build\(\"hamp\".*reference=\.\.\."):
        catalog.build("hamp", small_model(), reference=(x, y))
    with pytest.raises(ValueError, match="30 of 40 examples of `x` have an input"):
        catalog.build("hamp", small_model(), x[:40], y[:40], reference=(x[10:], y[10:]))


def test_a_missing_reference_is_said():
    with pytest.raises(ValueError, match=r"binned-4.*reference=\(x_reference"):
        catalog.build("binned-4", small_model(), *small_reference())


def test_a_reference_with_members_is_refused():
    x, y = small_reference()
    with pytest.raises(ValueError, match=r"take them out.*20 of 40 examples of `x`"):
        catalog.build(
            "binned-4", small_model(), x[:40], y[:40], reference=(x[20:], y[20:])
        )


def test_few_reference_inputs_that_are_members_are_told():
    x, y = small_reference()
    with pytest.warns(UserWarning, match="1 of 43 reference examples and 1 of 18"):
        catalog.build(
            "binned-4", small_model(), x[:18], y[:18], reference=(x[17:], y[17:])
        )


def test_each_model_of_a_stack_is_guarded_by_its_own_members():
    model, (x, y) = small_model(), small_reference()
    members = np.random.default_rng(4).normal(size=(40, 3, 2)).astype("float32")
    rows = np.arange(40).reshape(2, 20)
    stack = initialize(model, [1, 2])
    layer = catalog.get("memguard").create()
    defended, both = fit_to_stack(layer, model, stack, x, y, members=(members, rows))
    outputs = predict(defended, both, x)
    for k in range(2):
        stack.assign_to(model, k)
        alone = catalog.build("memguard", model, members[rows[k]], reference=(x, y))
        # Training magnifies the last digit of what it is given; a coin may fall anew.
        difference = np.abs(outputs[k] - to_numpy(alone(x))).max(axis=-1)
        assert np.mean(difference < 0.01) > 0.85
    assert np.abs(outputs[0] - outputs[1]).max() > 0.01


def test_missing_members_are_said():
    with pytest.raises(ValueError, match=r"memguard.*training inputs.*x=NoneType"):
        catalog.build("memguard", small_model(), reference=small_reference())
