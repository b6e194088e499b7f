import keras
import numpy as np
import pytest
from scipy.stats import norm

from keras_entropy import LabelInvariance
from keras_entropy import LabelOnly
from keras_entropy import TopK
from keras_entropy import catalog
from keras_entropy import defend
from keras_entropy import strip
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy

X = np.random.default_rng(0).normal(size=(40, 6)).astype("float32")


def classifier(units=3, activation="softmax"):
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(units, activation=activation),
        ]
    )


def answers_of(model, x):
    return to_numpy(model(x, training=False))


def bumpy():
    """Class 1 within .1 of a multiple of 1, in each of 20 features; else class 0."""
    inputs = keras.Input((20,))
    away = keras.ops.abs(inputs - keras.ops.round(inputs))
    inside = keras.ops.all(away < 0.1, axis=-1, keepdims=True)
    outputs = keras.ops.concatenate(
        [
            keras.ops.where(inside, 0.01, 0.99),
            keras.ops.where(inside, 0.99, 0.01),
        ],
        axis=-1,
    )
    return keras.Model(inputs, keras.layers.Softmax()(keras.ops.log(outputs)))


def test_contract(tmp_path):
    kwargs = {"stddev": 0.2, "copies": 4, "seed": 1}
    check_layer(LabelInvariance, kwargs, example_rows(5), tmp_path)


def test_the_layer_alone_tells_the_label():
    rows = example_rows(5)
    np.testing.assert_array_equal(
        to_numpy(LabelInvariance()(rows)), to_numpy(LabelOnly()(rows))
    )


@pytest.mark.parametrize(
    ("units", "activation"), [(3, "softmax"), (1, "sigmoid"), (3, "linear")]
)
def test_the_answer_is_the_label_of_the_mean_logits(units, activation):
    model = classifier(units, activation)
    layer = LabelInvariance(0.5, 8, seed=2)
    defended = defend(model, layer, from_logits=activation == "linear")
    noise = to_numpy(defended.layers[1].noise)
    answers = np.stack([answers_of(model, X + one) for one in noise])
    if activation == "softmax":
        logits = np.log(answers)
    elif activation == "sigmoid":
        logits = np.concatenate([np.log(1 - answers), np.log(answers)], axis=-1)
    else:
        logits = answers
    expected = np.eye(max(2, units))[logits.astype("float64").mean(0).argmax(-1)]
    np.testing.assert_array_equal(answers_of(defended, X), expected)
    # The noise is wide enough to change a label at all.
    alone = np.eye(max(2, units))[logits[0].argmax(-1)]
    assert not np.array_equal(alone, expected)


def test_labels_stay_within_the_sphere_where_the_model_changes_its_own():
    model = bumpy()
    defended = defend(model, LabelInvariance(0.2, 200, seed=0))
    random = np.random.default_rng(1)
    centers = random.integers(-3, 4, size=(50, 20)).astype("float32")
    radius = 0.2 * np.sqrt(20)
    directions = random.normal(size=centers.shape)
    directions /= np.linalg.norm(directions, axis=-1, keepdims=True)
    for share in (0.6, 1.0):
        moved = (centers + share * radius * directions).astype("float32")
        assert (answers_of(model, moved).argmax(-1) == 0).mean() > 0.9
        labels = answers_of(defended, moved).argmax(-1)
        np.testing.assert_array_equal(labels, answers_of(defended, centers).argmax(-1))
    assert (answers_of(model, centers).argmax(-1) == 1).all()


def test_a_straight_boundary_stays_where_it_is():
    """An oracle: a mean over noise of a linear model's logits moves by the mean noise.

    So that an attacker who walks as far as the boundary finds it at nearly the same
    distance: it is not hidden.
    """
    inputs = keras.Input((4,))
    unit = keras.layers.Dense(1, activation="sigmoid")
    model = keras.Model(inputs, unit(inputs))
    weights = np.array([2.0, -1.0, 0.5, 1.0])
    unit.set_weights([weights[:, None], np.array([0.3])])
    defended = defend(model, LabelInvariance(0.3, 64, seed=0))
    noise = to_numpy(defended.layers[1].noise).mean(axis=0) @ weights
    steps = np.linspace(-1, 1, 401)
    line = (steps[:, None] * weights / (weights @ weights)).astype("float32")
    labels = answers_of(defended, line).argmax(-1)
    np.testing.assert_array_equal(labels, (steps + 0.3 + noise > 0).astype(int))
    assert abs(noise) < norm.ppf(0.9999) * 0.3 * np.linalg.norm(weights) / 8


def test_the_defended_model_is_saved_with_its_noise(tmp_path):
    model = classifier()
    defended = defend(model, LabelInvariance(0.5, 8))
    defended.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(answers_of(loaded, X), answers_of(defended, X))
    np.testing.assert_array_equal(
        to_numpy(loaded.layers[1].noise), to_numpy(defended.layers[1].noise)
    )
    for defense in (defended, loaded):
        np.testing.assert_allclose(
            answers_of(strip(defense), X), answers_of(model, X), atol=1e-6
        )


def test_noise_is_another_in_each_model():
    model = classifier()
    drawn = [to_numpy(defend(model, LabelInvariance()).layers[1].noise) for _ in "ab"]
    assert not np.array_equal(*drawn)


def test_without_noise_nothing_but_the_label_is_kept_back():
    model = classifier()
    np.testing.assert_array_equal(
        answers_of(defend(model, LabelInvariance(0.0, 3)), X),
        answers_of(defend(model, LabelOnly()), X),
    )


def test_the_catalog_needs_no_examples_for_it():
    defended = catalog.build("ldl", classifier())
    assert set(np.unique(answers_of(defended, X))) == {0, 1}


def test_other_layers_come_behind_it():
    model = defend(classifier(), LabelInvariance(0.2, 4), TopK(2))
    assert answers_of(model, X).shape == (40, 3)
    with pytest.raises(ValueError, match="asked about copies of its input"):
        defend(classifier(), TopK(2), LabelInvariance())


def test_inputs_without_a_distance_are_refused():
    codes = keras.Input((4,), dtype="int32")
    hidden = keras.layers.Flatten()(keras.layers.Embedding(5, 3)(codes))
    model = keras.Model(codes, keras.layers.Dense(2, activation="softmax")(hidden))
    with pytest.raises(ValueError, match=r"one tensor of floats.*int32"):
        defend(model, LabelInvariance())
    first, second = keras.Input((4,)), keras.Input((4,))
    both = keras.layers.Concatenate()([first, second])
    outputs = keras.layers.Dense(2, activation="softmax")(both)
    with pytest.raises(ValueError, match="one tensor of floats"):
        defend(keras.Model([first, second], outputs), LabelInvariance())


@pytest.mark.parametrize("stddev", [-0.1, float("nan"), float("inf")])
def test_a_deviation_out_of_range_is_refused(stddev):
    with pytest.raises(ValueError, match=f"`stddev` must be finite.*stddev={stddev}"):
        LabelInvariance(stddev)


@pytest.mark.parametrize("copies", [0, 2.0, True])
def test_a_number_of_copies_that_is_none_is_refused(copies):
    with pytest.raises(ValueError, match=f"`copies` must be an integer.*={copies}"):
        LabelInvariance(copies=copies)
