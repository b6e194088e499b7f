import dataclasses

import keras
import numpy as np
import pytest

from keras_entropy import Identity
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.training.published.self_distillation import SelfDistillation
from keras_entropy.training.recipe import TrainingData

X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 3


def linear(activation="softmax"):
    dense = keras.layers.Dense(3, activation=activation)
    model = keras.Sequential([keras.Input((4,)), dense])
    model.compile(keras.optimizers.SGD(0.5))
    return model


def data(labels=Y, epochs=3):
    rows = np.random.default_rng(1).permutation(60)[:56].reshape(2, 28)
    return TrainingData(X, labels, rows, [3, 4], epochs, 8)


def trainings(given, model=None, **kwargs):
    """What the models and the students are trained with, and the result."""
    model, calls = model or linear(), []

    def train(*args, **settings):
        calls.append((args, given.train(*args, **settings)))
        return calls[-1][1]

    recipe = SelfDistillation()
    recording = dataclasses.replace(given, train=train)
    stack = initialize(model, given.seeds)
    result = recipe(Identity(), model, stack, recording, **kwargs)
    first, second = calls
    return first, second, result


@pytest.mark.parametrize(("parts", "left_out"), [(5, 2), (25, 10), (3, 1)])
@pytest.mark.parametrize("n", [25, 763])
def test_each_example_is_left_out_by_as_many_and_each_model_leaves_out_as_many(
    parts, left_out, n
):
    recipe = SelfDistillation(parts, left_out)
    outside = recipe.assign(n, np.random.default_rng(0))
    assert outside.shape == (n, left_out)
    assert all(len(set(row)) == left_out for row in outside.tolist())
    sizes = np.bincount(outside.ravel(), minlength=parts)
    assert np.ptp(sizes) <= left_out
    assert sizes.mean() == pytest.approx(n * left_out / parts)
    # Nor do the same examples always share their models.
    assert len({tuple(sorted(row)) for row in outside.tolist()}) >= min(parts, 8)


@pytest.mark.parametrize("activation", ["softmax", None])
def test_answers_are_the_mean_of_models_that_do_not_know_the_example(activation):
    model, given = linear(activation), data()
    first, second, _ = trainings(given, model, from_logits=activation is None)
    (plain, _, x, _, known), teachers = first
    taught = second[0][3]
    said = predict(plain, teachers, x).reshape(2, 5, 60, 3)
    for k, own in enumerate(given.rows):
        knows = np.array([np.isin(own, rows) for rows in known[5 * k : 5 * k + 5]])
        # All know three fifths, and none an example of another model's.
        assert np.isin(known[5 * k : 5 * k + 5], own).all()
        assert 0.5 < knows.mean() <= 0.6
        for example, row in enumerate(own):
            outside = said[k, ~knows[:, example], row]
            assert len(outside) >= 2
            if len(outside) == 2:
                np.testing.assert_allclose(taught[k, row], outside.mean(0), atol=1e-5)


def test_the_label_of_an_example_is_not_in_its_own_answer():
    given = data()
    changed = Y.copy()
    row = given.rows[0, 5]
    changed[row] = (Y[row] + 1) % 3
    before, after = (trainings(data(labels))[1][0][3] for labels in (Y, changed))
    np.testing.assert_allclose(after[0, row], before[0, row], atol=1e-6)
    # It is in those of others, whose models know it.
    others = np.setdiff1d(given.rows[0], [row])
    assert np.abs(after[0, others] - before[0, others]).max() > 1e-3
    # And in none of the other model, which does not have it.
    np.testing.assert_allclose(after[1], before[1], atol=1e-6)


def test_the_student_is_trained_on_all_own_examples():
    model, done = linear(), []
    given = data()
    _, second, (found, stack) = trainings(given, model, progress=done.append)
    np.testing.assert_array_equal(second[0][4], given.rows)
    assert sum(done) == SelfDistillation().model_epochs(given) == 36
    assert predict(found, stack, X).shape == (2, 60, 3)


def test_what_is_out_of_range_is_refused():
    for parts, left_out in ((5, 0), (5, 5), (1, 1)):
        with pytest.raises(ValueError, match=f"left_out={left_out}, parts={parts}"):
            SelfDistillation(parts, left_out)
    few = dataclasses.replace(data(), rows=np.arange(8).reshape(2, 4))
    with pytest.raises(ValueError, match=r"among 5 models.*4 examples"):
        trainings(few)
