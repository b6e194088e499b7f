import keras
import numpy as np
import pytest

from keras_entropy import shadow
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.private.closed_form import has_closed_form
from keras_entropy.shadow.private.steps import poisson_batches
from keras_entropy.shadow.private.steps import seeds_of_steps
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.stack_training_test import ROWS
from keras_entropy.shadow.stack_training_test import SEEDS
from keras_entropy.shadow.stack_training_test import X
from keras_entropy.shadow.stack_training_test import Y

CLIP = 0.7
RATE = 0.5


def network(*layers, loss="sparse_categorical_crossentropy"):
    last = keras.layers.Dense(3, activation="softmax", use_bias=False)
    model = keras.Sequential([keras.Input((6,)), *layers, last])
    model.compile(keras.optimizers.SGD(RATE), loss)
    return model


def dense(**kwargs):
    return network(keras.layers.Dense(8, activation="relu"), **kwargs)


def normalized():
    return network(
        keras.layers.Dense(8, activation="relu"), keras.layers.LayerNormalization()
    )


def convolutional():
    return network(
        keras.layers.Reshape((6, 1)),
        keras.layers.Conv1D(4, 3, activation="relu"),
        keras.layers.Flatten(),
    )


def regularized():
    return network(keras.layers.Dense(8, activation="relu", kernel_regularizer="l2"))


def embedding():
    # An id comes several times in an example.
    return network(
        keras.layers.Discretization([-0.5, 0.5]),
        keras.layers.Embedding(3, 4),
        keras.layers.Flatten(),
    )


def explicit(model, values, k, weights=None):
    """The mean of clipped gradients, from a step of Keras on each example alone."""
    copy = keras.models.clone_model(model)
    copy.compile(keras.optimizers.SGD(1.0), model.loss)
    total = [np.zeros(v.shape) for v in copy.trainable_variables]
    for row in ROWS[k]:
        for variable, value in zip(variables_of(copy), values, strict=True):
            variable.assign(value[k])
        copy.train_on_batch(X[[row]], Y[[row]], class_weight=weights)
        gradient = [
            value[k] - keras.ops.convert_to_numpy(variable.value)
            for variable, value in zip(variables_of(copy), values, strict=False)
        ][: len(total)]
        norm = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in gradient))
        total = [
            t + g * min(1.0, CLIP / norm) if norm else t
            for t, g in zip(total, gradient, strict=True)
        ]
    return [t / len(ROWS[k]) for t in total]


def one_step(model, start, noise=0.0, **kwargs):
    trained = shadow.train(
        model,
        start,
        X,
        Y,
        ROWS,
        epochs=1,
        batch_size=100,
        seeds=SEEDS,
        privacy=PrivateGradients(CLIP, noise, seed=1),
        **kwargs,
    )
    pairs = zip(start.values(model), trained.values(model), strict=True)
    return [(a - b) / RATE for a, b in pairs][: len(model.trainable_variables)]


@pytest.mark.parametrize("make", [dense, normalized, convolutional, embedding])
def test_clipped_gradients_equal_those_of_single_examples(make):
    model = make()
    assert has_closed_form(model) == (make is dense)
    start = shadow.initialize(model, [1, 2, 3])
    step = one_step(model, start)
    for got, wanted in zip(step, explicit(model, start.values(model), 1), strict=True):
        np.testing.assert_allclose(got[1], wanted, atol=1e-6)


def test_several_inputs_are_clipped_as_one_array_that_holds_them():
    parts = [keras.Input((2,)), keras.Input((4,))]
    first, last = keras.layers.Dense(8, "relu"), keras.layers.Dense(3, "softmax", False)
    several = keras.Model(parts, last(first(keras.layers.Concatenate()(parts))))
    several.compile(keras.optimizers.SGD(RATE), "sparse_categorical_crossentropy")
    assert has_closed_form(several)
    single = dense()
    start = shadow.initialize(single, [1, 2, 3])
    alike = shadow.Stack(variables_of(several), start.values(single))
    steps = one_step(several, alike, noise=1.0), one_step(single, start, noise=1.0)
    for got, wanted in zip(*steps, strict=True):
        np.testing.assert_allclose(got, wanted, atol=1e-6)


def test_class_weights_are_within_the_clipping():
    model, weights = dense(), {0: 5.0, 1: 1.0, 2: 0.5}
    start = shadow.initialize(model, [1, 2, 3])
    step = one_step(model, start, class_weight=weights)
    wanted = explicit(model, start.values(model), 0, weights)
    for got, expected in zip(step, wanted, strict=True):
        np.testing.assert_allclose(got[0], expected, atol=1e-6)
    norm = np.sqrt(sum((got[0] ** 2).sum() for got in step))
    assert norm <= CLIP * (1 + 1e-5)


def test_regularisers_are_added_outside_of_the_clipping():
    plain, model = dense(), regularized()
    start = shadow.initialize(model, [1, 2, 3])
    same = shadow.Stack(variables_of(plain), start.values(model))
    with_penalty, without = one_step(model, start), one_step(plain, same)
    kernel = start.values(model)[0]
    np.testing.assert_allclose(
        with_penalty[0] - without[0], 2 * 0.01 * kernel, atol=1e-6
    )


@pytest.mark.parametrize("make", [dense, convolutional])
def test_an_example_whose_gradient_is_not_finite_is_not_seen(make):
    model = make()
    start = shadow.initialize(model, [1, 2, 3])
    x = X.copy()
    x[ROWS[0, 0]] = 1e30

    def step(rows):
        trained = shadow.train(
            model,
            start,
            x,
            Y,
            rows,
            epochs=1,
            batch_size=100,
            seeds=SEEDS,
            privacy=PrivateGradients(CLIP, 0.0),
        )
        before = start.values(model)
        return [a[0] - b[0] for a, b in zip(before, trained.values(model), strict=True)]

    count = ROWS.shape[1]
    for got, wanted in zip(step(ROWS), step(ROWS[:, 1:]), strict=True):
        np.testing.assert_allclose(got * count, wanted * (count - 1), atol=1e-5)


def test_noise_has_the_variance_that_is_accounted_for():
    model = network(keras.layers.Dense(300, activation="relu"))
    start = shadow.initialize(model, [1, 2, 3])
    noise = 4.0
    clean, noised = one_step(model, start), one_step(model, start, noise)
    drawn = np.concatenate(
        [(b - a).reshape(3, -1) for a, b in zip(clean, noised, strict=True)], 1
    )
    drawn *= ROWS.shape[1] / (noise * CLIP)
    count = drawn.shape[1]
    # Four standard errors of a mean, a variance and a correlation.
    assert np.abs(drawn.mean(1)).max() < 4 / np.sqrt(count)
    assert np.abs(drawn.var(1) - 1).max() < 4 * np.sqrt(2 / count)
    between = np.corrcoef(drawn)[np.triu_indices(3, 1)]
    assert np.abs(between).max() < 4 / np.sqrt(count)


def test_noise_differs_between_steps_and_comes_back_with_the_seed():
    model = network(keras.layers.Dense(300, activation="relu"))
    start = shadow.initialize(model, [1, 2, 3])

    def kernel(epochs, seed):
        trained = shadow.train(
            model,
            start,
            X,
            Y,
            ROWS,
            epochs=epochs,
            batch_size=100,
            seeds=SEEDS,
            privacy=PrivateGradients(1e-6, 1e6, seed=seed),
        )
        return trained.values(model)[0]

    first, second = kernel(1, 1), kernel(2, 1)
    np.testing.assert_array_equal(first, kernel(1, 1))
    steps = [(first - start.values(model)[0])[0].ravel(), (second - first)[0].ravel()]
    assert abs(np.corrcoef(steps)[0, 1]) < 4 / np.sqrt(len(steps[0]))
    other = (kernel(1, 2) - start.values(model)[0])[0].ravel()
    assert abs(np.corrcoef(steps[0], other)[0, 1]) < 4 / np.sqrt(len(other))


def test_seeds_of_steps_are_long_and_all_different():
    seeds = seeds_of_steps([b"a" * 32, b"b" * 32], 0, 200)
    assert seeds.shape == (200, 2, 2)
    # XLA looks at the lower halves alone.
    assert len(np.unique(seeds % 2**32)) == seeds.size
    assert len(np.unique(seeds >> 32)) == seeds.size
    np.testing.assert_array_equal(
        seeds_of_steps([b"b" * 32], 30, 5)[:5], seeds[30:35, 1:]
    )


def test_noise_is_drawn_from_all_bytes_of_a_key(monkeypatch):
    # Model k has a key of its own, which differs from that of model 0 in byte k - 1.
    monkeypatch.setattr(
        PrivateGradients,
        "key",
        lambda self, seed, purpose: bytes(int(i == seed - 1) for i in range(32)),
    )
    model = network(keras.layers.Dense(8))
    start = shadow.initialize(model, [0] * 9)
    trained = shadow.train(
        model,
        start,
        X,
        Y,
        np.repeat(ROWS[:1], 9, 0),
        epochs=1,
        batch_size=100,
        seeds=range(9),
        privacy=PrivateGradients(1.0, 1.0),
    )
    kernels = trained.values(model)[0].reshape(9, -1)
    assert len(np.unique(kernels[:, 0])) == 9


def test_poisson_sampling_takes_each_example_with_the_right_probability():
    parts = poisson_batches(
        ROWS[:2], epochs=300, batch_size=6, multiple=1, keys=[b"a", b"b"]
    )
    counts, sizes = np.zeros((2, 60)), []
    for part in parts:
        assert part.number == 5
        for k in range(2):
            for rows, present in zip(part.rows[:, k], part.present[:, k], strict=True):
                taken = rows[present > 0]
                assert len(set(taken)) == len(taken)
                counts[k, taken] += 1
                sizes.append(len(taken))
    share = np.take_along_axis(counts, ROWS[:2], 1) / 1500
    assert np.abs(share - 0.2).max() < 4.5 * np.sqrt(0.2 * 0.8 / 1500)
    assert counts.sum() == counts[0, ROWS[0]].sum() + counts[1, ROWS[1]].sum()
    assert np.var(sizes) == pytest.approx(30 * 0.2 * 0.8, rel=0.1)


def refused(**changes):
    model = changes.pop("model", dense)()
    arguments = {"rows": ROWS, "seeds": SEEDS, **changes}
    shadow.train(
        model,
        shadow.initialize(model, [1, 2, 3]),
        X,
        Y,
        epochs=1,
        batch_size=100,
        privacy=PrivateGradients(1.0, 1.0),
        **arguments,
    )


def whole_batch(y, p):
    return keras.ops.max(keras.losses.sparse_categorical_crossentropy(y, p))


class OwnLoss(keras.Model):
    def compute_loss(self, *args, **kwargs):
        return super().compute_loss(*args, **kwargs) ** 2


class Adding(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(keras.ops.mean(inputs) ** 2)
        return inputs


def with_own_loss():
    plain = dense()
    model = OwnLoss(plain.inputs, plain.outputs)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"model": lambda: network(keras.layers.BatchNormalization(name="bn"))},
            "'bn' of type BatchNormalization",
        ),
        (
            {"model": lambda: network(keras.layers.ActivityRegularization(name="ar"))},
            "adds a loss.*'ar'",
        ),
        ({"model": lambda: network(Adding())}, "adds a loss.*`add_loss`"),
        ({"model": with_own_loss}, "OwnLoss with its own `compute_loss`"),
        (
            {
                "model": lambda: network(
                    keras.layers.Dense(8, dtype="float16", name="h")
                )
            },
            "in float32.*'h', which computes in float16",
        ),
        (
            {
                "model": lambda: network(
                    keras.layers.Dense(8, dtype="mixed_bfloat16", name="h")
                )
            },
            "in float32.*'h', which computes in bfloat16",
        ),
        ({"model": lambda: dense(loss=whole_batch)}, "loss=whole_batch"),
        ({"rows": np.repeat(ROWS[:, :1], 2, 1)}, "each example once"),
        ({"seeds": [5, 5, 6]}, "`seeds` must differ"),
    ],
)
def test_what_breaks_the_guarantee_is_refused_by_name(change, message):
    with pytest.raises(ValueError, match=message):
        refused(**change)
