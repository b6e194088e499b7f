import contextlib
import dataclasses

import keras
import numpy as np
import pytest

from keras_entropy import catalog
from keras_entropy.catalog.published_defenses import PUBLISHED_DEFENSES
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.shadow.plan import model_seeds
from keras_entropy.shadow.stack import initialize
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.recipe import TrainingData

X = np.random.default_rng(0).normal(size=(60, 4)).astype("float32")
Y = np.arange(60) % 4
ROWS = np.arange(40).reshape(2, 20)
REFERENCE = X[40:], Y[40:]


def classifier(activation="softmax"):
    keras.utils.set_random_seed(0)
    layers = [keras.Input((4,)), keras.layers.Dense(4, activation=activation)]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def training_data():
    return TrainingData(
        X, Y, ROWS, model_seeds(1, 2), 3, 8, head_epochs=3, reference=REFERENCE
    )


@pytest.mark.filterwarnings("ignore:.*learns from the reference")
@pytest.mark.parametrize("activation", ["softmax", None])
@pytest.mark.parametrize(
    "name",
    [
        "temperature",
        "binned-1",
        "M-6",
        "M-17",
        "smoothed-binned",
        "reference-only",
        "with-reference",
        "reference-start",
        "disjoint-mean",
        *(entry.name for entry in PUBLISHED_DEFENSES),
    ],
)
def test_each_model_is_defended_as_if_it_were_alone(name, activation):
    model, data = classifier(activation), training_data()
    # Not from the seeds that students start from: they would be their teachers.
    stack = initialize(model, [7, 8])
    logits = activation is None
    together = predict(
        *defend_stack(
            catalog.get(name), model, stack, data, REFERENCE, from_logits=logits
        ),
        X,
    )
    assert np.abs(together[0] - together[1]).max() > 1e-3
    for k in range(2):
        stack.assign_to(model, k)
        alone = catalog.build(
            name,
            model,
            X[ROWS[k]],
            Y[ROWS[k]],
            reference=REFERENCE if catalog.get(name).needs_reference else None,
            epochs=data.epochs,
            batch_size=data.batch_size,
            seed=data.seeds[k],
            from_logits=logits,
            verbose=False,
        )
        np.testing.assert_allclose(to_numpy(alone(X)), together[k], atol=1e-5)


@pytest.mark.parametrize(("name", "epochs"), [("temperature", []), ("hamp", [6])])
def test_a_bar_is_opened_where_anything_is_trained(name, epochs):
    opened, done = [], []

    @contextlib.contextmanager
    def bar(total):
        opened.append(total)
        yield done.append

    model, data = classifier(), training_data()
    stack = initialize(model, data.seeds)
    defend_stack(catalog.get(name), model, stack, data, REFERENCE, bar=bar)
    assert opened == epochs
    assert sum(done) == sum(epochs)


def test_as_published_is_another_defense():
    model, data = classifier(), training_data()
    stack = initialize(model, data.seeds)
    ours, theirs = [
        defend_stack(catalog.get("M-20"), model, stack, data, as_published=published)
        for published in (False, True)
    ]
    assert type(ours[0].layers[-1]) is not type(theirs[0].layers[-1])


def test_a_random_layer_draws_by_the_seeds_of_the_data():
    model, data = classifier(), training_data()
    stack = initialize(model, data.seeds)

    def answers(data, layer_seed):
        entry = catalog.get("M-4")
        return predict(
            *defend_stack(entry, model, stack, data, layer_seed=layer_seed), X
        )

    first = answers(data, 1)
    np.testing.assert_array_equal(answers(data, 2), first)
    np.testing.assert_array_equal(answers(data, None), answers(data, None))
    other = dataclasses.replace(data, seeds=model_seeds(2, 2))
    assert np.abs(answers(other, 1) - first).max() > 1e-3


def test_a_missing_reference_is_said():
    model, data = classifier(), training_data()
    stack = initialize(model, data.seeds)
    with pytest.raises(ValueError, match=r"binned-1.*fitted.*reference=NoneType"):
        defend_stack(catalog.get("binned-1"), model, stack, data)


@pytest.mark.parametrize(
    ("name", "trained", "fitted"),
    [
        ("M-1", False, False),
        ("binned-1", False, True),
        ("M-6", True, False),
        ("hamp", True, True),
        ("reference-only", True, True),
        ("with-reference", True, False),
        ("disjoint-mean", True, True),
    ],
)
def test_an_entry_says_what_it_needs(name, trained, fitted):
    entry = catalog.get(name)
    assert (entry.is_trained, entry.is_fitted) == (trained, fitted)
    assert len(entry.stages) == 1 + (trained and fitted)
    assert not any(stage.is_trained and stage.is_fitted for stage in entry.stages)
