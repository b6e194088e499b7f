import keras
import numpy as np
import pytest

from keras_entropy import EntropyRegularization
from keras_entropy import LinearHead
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.models.copies import copy_of
from keras_entropy.models.copies import unused_optimizer
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict
from keras_entropy.shadow import replicate
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.frozen_backbone import FrozenBackbone
from keras_entropy.training.recipe import TrainingData


def problem(n=96, classes=3):
    """Gaussian clouds, one a class."""
    random = np.random.default_rng(0)
    y = np.arange(n) % classes
    centers = 4 * np.eye(classes, 4)
    return (centers[y] + random.normal(size=(n, 4))).astype("float32"), y


X, Y = problem()


def classifier(ending="fused"):
    layers = [keras.Input((4,)), keras.layers.Dense(6, activation="relu")]
    if ending == "fused":
        layers.append(keras.layers.Dense(3, activation="softmax"))
    else:
        layers.append(keras.layers.Dense(3))
    if ending == "softmax":
        layers.append(keras.layers.Softmax())
    keras.utils.set_random_seed(0)
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.02))
    return model


def data(models=2, epochs=15):
    rows = np.random.default_rng(1).permuted(
        np.tile(np.arange(96), (models, 1)), axis=1
    )
    return TrainingData(
        x=X,
        y=Y,
        rows=rows[:, :64],
        seeds=list(range(models)),
        epochs=epochs,
        batch_size=16,
    )


def loss_of(outputs):
    return -np.log(outputs[..., np.arange(len(Y)), Y]).mean(axis=-1)


@pytest.mark.parametrize("ending", ["fused", "softmax", "logits"])
def test_frozen_backbone_trains_the_head_alone(ending):
    model = classifier(ending)
    given = data()
    start = initialize(model, given.seeds)
    live = model.get_weights()
    done = []
    recipe = FrozenBackbone(epochs=15, learning_rate=0.02)
    layer = LinearHead(name="head")
    defended, stack = recipe(
        layer, model, start, given, from_logits=ending == "logits", progress=done.append
    )
    assert sum(done) == recipe.model_epochs(given) == 30
    after = loss_of(predict(defended, stack, X))
    before = predict(model, start, X)
    if ending == "logits":
        before = keras.ops.convert_to_numpy(keras.ops.softmax(before))
    assert (after < 0.8 * loss_of(before)).all()
    # The backbones are the undefended models', to the last bit.
    for old, new in zip(start.values(model), stack.values(defended), strict=False):
        np.testing.assert_array_equal(old, new)
    kernels, biases = stack.values(defended)[-2:]
    assert kernels.shape == (2, 3, 3)
    assert (np.abs(kernels - np.eye(3)) > 1e-3).any(axis=(1, 2)).all()
    assert (biases != 0).any(axis=1).all()
    for old, new in zip(live, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_head_is_that_of_its_own_model():
    # Trained together or one by one, model 1 comes out the same.
    model = classifier()
    both = data(models=2)
    start = initialize(model, both.seeds)
    alone = TrainingData(X, Y, both.rows[1:], both.seeds[1:], both.epochs, 16)
    recipe = FrozenBackbone(epochs=5)
    together = predict(*recipe(LinearHead(), model, start, both), X)[1]
    single = recipe(LinearHead(), model, start.select([1]), alone)
    np.testing.assert_allclose(predict(*single, X)[0], together, atol=1e-5)


def test_from_scratch_starts_anew_and_uses_the_models_own_optimizer():
    model = classifier()
    given = data(epochs=20)
    trained = replicate(model, 2)
    recipe = FromScratch()
    done = []
    defended, stack = recipe(
        EntropyRegularization(0.1), model, trained, given, progress=done.append
    )
    assert sum(done) == recipe.model_epochs(given) == 40
    assert isinstance(defended.optimizer, keras.optimizers.Adam)
    assert float(to_numpy(defended.optimizer.learning_rate)) == pytest.approx(0.02)
    out = predict(defended, stack, X)
    assert (loss_of(out) < 0.6).all()
    assert np.abs(out[0] - out[1]).max() > 1e-3


def test_more_weight_gives_more_entropy():
    model = classifier()
    given = data(epochs=20)

    def mean_entropy(weight):
        layer = EntropyRegularization(weight)
        out = predict(*FromScratch()(layer, model, replicate(model, 2), given), X)
        return -(out * np.log(out)).sum(axis=-1).mean()

    assert mean_entropy(5.0) > mean_entropy(0.0) + 0.1


def test_an_optimizer_is_copied_without_its_state():
    model = classifier()
    assert unused_optimizer(keras.Sequential([keras.Input((2,))])) is None
    optimizer = unused_optimizer(model)
    assert optimizer is not model.optimizer
    assert optimizer.get_config() == model.optimizer.get_config()


def test_a_copy_has_weights_of_its_own_and_keeps_what_was_adapted():
    normalization = keras.layers.Normalization()
    normalization.adapt(X)
    inner = keras.Sequential([keras.Input((4,)), normalization, keras.layers.Dense(4)])
    inputs = keras.Input((4,))
    model = keras.Model(
        inputs, keras.layers.Dense(3, activation="softmax")(inner(inputs))
    )
    copy = copy_of(model)
    assert not copy.compiled
    np.testing.assert_array_equal(to_numpy(copy(X)), to_numpy(model(X)))
    for variable in copy.trainable_variables:
        variable.assign(keras.ops.zeros(variable.shape))
    assert np.abs(to_numpy(copy(X)) - to_numpy(model(X))).max() > 0.01
