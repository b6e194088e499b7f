"""Every format that a defense claims carries it, and gives the same answers."""

import keras
import numpy as np
import pytest

from keras_entropy import FittedDefense
from keras_entropy import catalog
from keras_entropy import defend
from keras_entropy.layers.contract_test import check_distributions
from keras_entropy.layers.contract_test import to_numpy

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="which formats a backend exports to is told of TensorFlow",
)

X = np.random.default_rng(0).normal(scale=3, size=(60, 4)).astype("float32")
# One row for each layer: most heads are one layer, differently trained.
ENTRIES = {entry.layer: entry for entry in catalog.entries()}


def defended(entry):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((4,))
    base = keras.Model(inputs, keras.layers.Dense(6, activation="softmax")(inputs))
    layer = entry.create(seed=1)
    if isinstance(layer, FittedDefense):
        answers = base.predict(X, verbose=0)
        members = {"members": answers} if layer.needs_members else {}
        layer.fit(answers, np.arange(60) % 6, **members)
    model = defend(base, layer)
    model(X)
    return model


def exported(model, claims, export_format, answers):
    model.export(answers.path, format=export_format, verbose=False)
    out = answers(X)
    check_distributions(out)
    if claims.deterministic:
        np.testing.assert_allclose(out, to_numpy(model(X)), atol=1e-5)


class SavedModel:
    def __init__(self, folder):
        self.path = str(folder / "model")

    def __call__(self, x):
        loaded = tf.saved_model.load(self.path)  # its functions don't keep it alive
        return loaded.serve(tf.constant(x)).numpy()


class Onnx:
    def __init__(self, folder):
        self.path = str(folder / "model.onnx")

    def __call__(self, x):
        import onnxruntime

        session = onnxruntime.InferenceSession(self.path)
        return session.run(None, {session.get_inputs()[0].name: x})[0]


def claimed(export_format):
    entries = ENTRIES.items()
    return [layer for layer, e in entries if export_format in e.claims.export]


@pytest.mark.parametrize(
    "layer", claimed("tf_saved_model"), ids=lambda layer: layer.__name__
)
def test_saved_model(layer, tmp_path):
    entry = ENTRIES[layer]
    model = defended(entry)
    exported(model, entry.claims, "tf_saved_model", SavedModel(tmp_path))


@pytest.mark.filterwarnings("ignore")  # tf2onnx's own
@pytest.mark.parametrize("layer", claimed("onnx"), ids=lambda layer: layer.__name__)
def test_onnx(layer, tmp_path):
    for package in ("tf2onnx", "onnxruntime"):
        pytest.importorskip(package, reason="needs tf2onnx and onnxruntime")
    entry = ENTRIES[layer]
    exported(defended(entry), entry.claims, "onnx", Onnx(tmp_path))
