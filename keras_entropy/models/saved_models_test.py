"""Models that earlier versions saved still load, and answer as they did.

`saved_before_the_folders.keras` was saved by version 0.1.0 as it was when all modules
lay side by side (the file is compressed afterwards): `keras_entropy.binned` is a module
in it, which is none today. It has one output for each layer, made by `defend`, and is
compiled with each loss. `saved_before_the_folders.npz` holds inputs, and what that
version answered in TensorFlow.
"""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy import FittedDefense
from keras_entropy.layers.contract_test import public_layers
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.perturbation.keyed_randomness import VARIABLE

SAVED = Path(__file__).parent / "saved_before_the_folders.keras"
KEY = "saved before the folders"


@pytest.fixture(scope="module")
def recorded():
    with np.load(SAVED.with_suffix(".npz")) as file:
        return dict(file)


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setenv(VARIABLE, KEY)
    return keras.models.load_model(SAVED)


def test_the_answers_and_the_losses_are_as_they_were(model, recorded):
    answers = model(recorded["inputs"])
    expected = {
        name.removeprefix("output_"): rows
        for name, rows in recorded.items()
        if name.startswith("output_")
    }
    # The one whose noise is drawn anew.
    assert set(answers) - set(expected) == {"fourier_koopman"}
    for name, rows in expected.items():
        found = to_numpy(answers[name])
        np.testing.assert_allclose(found, rows, atol=1e-5, err_msg=name)
    with_a_loss = ("mixing", "regularization", "temperature")
    labels = dict.fromkeys(with_a_loss, recorded["labels"])
    loss = model.evaluate(recorded["inputs"], labels, verbose=0, return_dict=True)
    assert loss["loss"] == pytest.approx(float(recorded["loss"]), rel=1e-5)


def test_the_fitted_layers_are_fitted(model):
    fitted = [layer for layer in model.layers if isinstance(layer, FittedDefense)]
    public = {cls for cls in public_layers() if issubclass(cls, FittedDefense)}
    came_later = {keras_entropy.FittedTemperature}
    assert {type(layer) for layer in fitted} == public - came_later
    assert all(layer.fitted for layer in fitted)


def test_every_layer_and_loss_of_that_version_is_in_the_file():
    with zipfile.ZipFile(SAVED) as file:
        config = json.loads(file.read("config.json"))
    kept = set(_registered_names(config))
    faces = vars(keras_entropy.layers) | vars(keras_entropy.losses)
    public = {f"keras_entropy>{name}" for name in faces}
    assert kept - public == {
        "keras_entropy>LogitsToProbabilities",
        "keras_entropy>TwoClasses",
    }
    assert len(kept) == 24 + 3 + 2


def _registered_names(config):
    """All names of this package, by which Keras finds a class, in a model's config."""
    if isinstance(config, dict):
        name = config.get("registered_name") or ""
        if name.startswith("keras_entropy>"):
            yield name
        config = list(config.values())
    if isinstance(config, list):
        for part in config:
            yield from _registered_names(part)
