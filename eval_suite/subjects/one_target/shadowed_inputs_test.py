"""Shadow models of what takes several inputs, strings or ragged rows.

What is expected is what the models answer that the trainer has returned, asked by Keras
about the examples as the user has them.
"""

import keras
import numpy as np
import pytest

from eval_suite.subjects.one_target.given_subject import given_subject
from eval_suite.subjects.one_target.given_subject import train_shadows

tf = pytest.importorskip("tensorflow")

N, K = 100, 4
RNG = np.random.default_rng(0)
NUMBERS = RNG.normal(size=(3 * N, 3)).astype("float32")
IDS = RNG.integers(0, 9, (3 * N, 1))
Y = (NUMBERS[:, 0] + RNG.normal(size=3 * N) > 0).astype(int) + (IDS[:, 0] > 4)
WORDS = np.array([f"w{number}" for number in IDS[:, 0]], object)[:, None]
ROWS = np.empty(3 * N, object)
ROWS[:] = [(int(i), *range(int(i) % 3)) for i in IDS[:, 0]]


def words_of(tensor):
    lookup = keras.layers.StringLookup(output_mode="one_hot")
    lookup.adapt(WORDS[:, 0])
    return lookup(tensor)


def number_and_id():
    inputs = {
        "id": keras.Input((1,), dtype="int64", name="id"),
        "n": keras.Input((3,), name="n"),
    }
    named = keras.layers.Embedding(9, 4)(inputs["id"])
    return inputs, [inputs["n"], keras.layers.Flatten()(named)]


def number_and_word():
    inputs = [keras.Input((3,)), keras.Input((1,), dtype="string")]
    return inputs, [inputs[0], words_of(inputs[1])]


@keras.saving.register_keras_serializable("shadowed_inputs_test")
class Padded(keras.layers.Layer):
    def call(self, rows):
        return rows.to_tensor(0)

    def compute_output_spec(self, rows):
        return keras.KerasTensor((None, None), rows.dtype)


def number_and_row():
    inputs = {
        "n": keras.Input((3,), name="n"),
        "row": keras.Input((None,), dtype="int64", ragged=True, name="row"),
    }
    counts = keras.layers.CategoryEncoding(9, output_mode="multi_hot")
    return inputs, [inputs["n"], counts(Padded()(inputs["row"]))]


CASES = {
    "a dict of numbers and ids": (number_and_id, {"id": IDS, "n": NUMBERS}),
    "a list with strings": (number_and_word, [NUMBERS, WORDS]),
    "a dict with ragged rows": (number_and_row, {"n": NUMBERS, "row": ROWS}),
}


def network(make):
    inputs, parts = make()
    hidden = keras.layers.Dense(48, "relu")(keras.layers.Concatenate()(parts))
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(hidden))
    model.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    return model


def rows(x, which):
    return keras.tree.map_structure(lambda part: part[which], x)


def as_taken(x):
    def taken(part):
        if part.dtype != object:
            return part
        if isinstance(part.flat[0], tuple):
            return tf.ragged.constant([[*row] for row in part])
        return tf.constant(part)

    return keras.tree.map_structure(taken, x)


def subject_of(case, trainer=None, **recipe):
    make, x = CASES[case]
    keras.utils.set_random_seed(0)
    model = network(make)
    model.fit(as_taken(rows(x, slice(N))), Y[:N], epochs=20, verbose=0)
    inside, outside, pool = (
        (as_taken(rows(x, slice(start, start + N))), Y[start : start + N])
        for start in (0, N, 2 * N)
    )
    found = given_subject(model, inside, outside, None, False, 0, None)
    train_shadows(found, pool, None, trainer, None, None, models=K, **recipe)
    order = np.random.default_rng(0).permutation(N)
    scored = np.concatenate([np.arange(N), N + order[: len(found.nonmembers.x)]])
    return found, as_taken(rows(x, scored))


@pytest.mark.parametrize("case", CASES)
def test_a_trainer_gets_them_as_the_user_has_them(case):
    make, x = CASES[case]
    returned = []

    def train(x, y, seed):
        model = network(make)
        model.fit(x, y, epochs=20, verbose=0)
        returned.append(model)
        return model

    subject, scored = subject_of(case, train)
    found = subject.shadows("base").outputs
    assert len(returned) == K
    for answers, model in zip(found, returned, strict=True):
        np.testing.assert_allclose(answers, model.predict(scored, verbose=0), atol=1e-5)
    np.testing.assert_array_equal(
        subject.outputs("base")[0],
        subject.model.predict(as_taken(rows(x, slice(N))), verbose=0),
    )
    # Layers go in front of each of them.
    label_only = subject.shadows("label-only").outputs
    np.testing.assert_array_equal(label_only.argmax(-1), found.argmax(-1))


@pytest.mark.parametrize("case", CASES)
def test_shadows_are_trained_as_the_model_is_compiled(case):
    subject, _ = subject_of(case, epochs=20)
    assert subject.resemblance.resembles
    assert subject.shadows("base").outputs.shape == (K, N + 84, 3)
    subject.ask_neighbors(16)
    asked = subject.neighbors("base"), subject.shadow_neighbors("base")
    assert [*asked[0].confidence] == [*asked[1].confidence]


def test_a_pool_of_another_form_is_refused():
    subject, _ = subject_of("a list with strings", epochs=1)
    with pytest.raises(ValueError, match="inputs of one form"):
        train_shadows(subject, (NUMBERS[:N], Y[:N]), None, None, None, None, models=K)
