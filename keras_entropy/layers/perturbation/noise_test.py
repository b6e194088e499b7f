import keras
import numpy as np
import pytest
import scipy.stats
from keras import ops

from keras_entropy import GaussianNoise
from keras_entropy import LaplaceNoise
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.perturbation import keyed_randomness

KEY = b"a key for tests, of no other use"
LAYERS = [(GaussianNoise, "stddev"), (LaplaceNoise, "scale")]


@pytest.fixture
def key_in_environment(monkeypatch):
    monkeypatch.setenv(keyed_randomness.VARIABLE, KEY.decode())


@pytest.mark.parametrize(("cls", "width"), LAYERS)
@pytest.mark.usefixtures("key_in_environment")
def test_contract_of_keyed_noise(cls, width, tmp_path):
    kwargs = {width: 0.15, "keyed": True, "step": 0.1, "keep_argmax": True}
    check_layer(cls, kwargs, example_rows(5), tmp_path)


@pytest.mark.parametrize(("cls", "width"), LAYERS)
@pytest.mark.parametrize("keyed", [False, True])
def test_the_noise_has_its_distribution(cls, width, keyed):
    uniform = np.linspace(0.001, 0.999, 500).astype("float32")
    noise = to_numpy(cls(0.3).quantile(ops.convert_to_tensor(uniform)))
    law = {"stddev": scipy.stats.norm, "scale": scipy.stats.laplace}[width]
    np.testing.assert_allclose(noise, law.ppf(uniform, scale=0.3), atol=1e-4)


def averaged(layer, row, queries):
    out = to_numpy(layer(np.repeat(row, queries, axis=0)))
    return out.mean(axis=0, dtype="float64")


def test_fresh_noise_averages_out():
    row = np.array([[0.4, 0.35, 0.25]], "float32")
    layer = GaussianNoise(0.02, seed=1)
    error = np.abs(averaged(layer, row, 10_000) - row[0]).max()
    assert error < 2e-3
    assert not layer.claims.deterministic


def test_keyed_noise_does_not_average_out():
    row = np.array([[0.4, 0.35, 0.25]], "float32")
    layer = GaussianNoise(0.1, keyed=True, key=KEY)
    once = to_numpy(layer(row))[0]
    np.testing.assert_allclose(averaged(layer, row, 1000), once, atol=1e-6)
    assert np.abs(once - row[0]).max() > 0.02
    # Nor do questions that move the row within its cell.
    near = row + np.random.default_rng(0).uniform(-0.024, 0.024, (1000, 3))
    out = to_numpy(layer(near.astype("float32")))
    np.testing.assert_allclose(out, np.repeat(once[None], 1000, 0), atol=1e-6)


def test_neighboring_cells_have_unrelated_noise():
    first = np.arange(1001) / 1000
    rows = np.stack([first, 1 - first], axis=-1).astype("float32")
    layer = GaussianNoise(0.05, keyed=True, step=0.001, key=KEY)
    noise = to_numpy(layer(rows))[200:800, 0] - rows[200:800, 0]
    # Divided by the sum, the difference of two draws remains: half of it, each way.
    assert scipy.stats.kstest(noise / (0.05 / np.sqrt(2)), "norm").pvalue > 1e-3
    assert abs(np.corrcoef(noise[1:], noise[:-1])[0, 1]) < 0.15


def test_replicas_with_the_key_agree_and_others_do_not():
    rows = example_rows(5)
    one, same, other = (
        to_numpy(GaussianNoise(0.2, keyed=True, key=key)(rows))
        for key in (KEY, KEY, KEY[::-1])
    )
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max(axis=-1).min() > 1e-3


def test_the_key_is_in_no_file(tmp_path, monkeypatch):
    monkeypatch.delenv(keyed_randomness.VARIABLE, raising=False)
    inputs = keras.Input((5,))
    model = keras.Model(inputs, GaussianNoise(0.2, keyed=True, key=KEY)(inputs))
    expected = to_numpy(model(example_rows(5)))
    path = tmp_path / "model.keras"
    model.save(path)
    model.save_weights(tmp_path / "model.weights.h5")
    for file in tmp_path.iterdir():
        assert KEY not in file.read_bytes()
        assert (
            keyed_randomness.derive(KEY, "stream 5", 8).tobytes()
            not in file.read_bytes()
        )
    loaded = keras.models.load_model(path)
    with pytest.raises(ValueError, match=r"has no key.*KERAS_ENTROPY_KEY"):
        loaded(example_rows(5))
    monkeypatch.setenv(keyed_randomness.VARIABLE, KEY.decode())
    out = to_numpy(loaded(example_rows(5)))
    np.testing.assert_allclose(out, expected, atol=1e-6)


@pytest.mark.parametrize("keyed", [False, True])
def test_the_argmax_is_kept_where_asked(keyed):
    rows = np.random.default_rng(0).dirichlet(np.ones(10), 500).astype("float32")
    key = {"key": KEY} if keyed else {}
    moved, kept = (
        to_numpy(GaussianNoise(keyed=keyed, keep_argmax=keep, **key)(rows)).argmax(-1)
        != rows.argmax(-1)
        for keep in (False, True)
    )
    assert moved.mean() > 0.05
    assert not kept.any()
    assert GaussianNoise(keep_argmax=True).claims.keeps_argmax


@pytest.mark.parametrize(("cls", "width"), LAYERS)
def test_what_is_out_of_range_is_refused(cls, width):
    with pytest.raises(ValueError, match=f"`{width}` must.*{width}=-1"):
        cls(-1)
    with pytest.raises(ValueError, match=r"`step` must.*step=0"):
        cls(step=0)
    with pytest.raises(ValueError, match="for `keyed=True`"):
        cls(key=KEY)
    with pytest.raises(ValueError, match="at least 16 bytes"):
        cls(keyed=True, key="short")
