import keras
import numpy as np
import pytest

from eval_suite.datasets import datasets
from eval_suite.datasets.example_files import dataset_of


@pytest.fixture
def examples():
    rng = np.random.default_rng(0)
    return {"x": rng.normal(size=(40, 3)), "y": rng.integers(0, 4, 40)}


def test_digits_are_the_1797_images():
    digits = datasets.load("digits")
    assert digits.x.shape == (1797, 64)
    assert (digits.x.min(), digits.x.max()) == (0, 1)
    assert len(digits.class_names) == 10


def test_split_is_even_disjoint_and_seeded():
    digits = datasets.load("digits")
    population, reference = digits.split(3, 5000)
    assert len(population.x) % 2 == 0
    assert len(population.x) + len(reference.x) == len(digits.x)
    assert len(reference.x) == pytest.approx(0.15 * len(digits.x), abs=2)
    rows = [set(map(bytes, part.x)) for part in (population, reference)]
    # Two pairs of the digits are the same image twice.
    assert len(rows[0] & rows[1]) <= 2
    assert np.array_equal(digits.split(3, 5000)[0].x, population.x)
    assert not np.array_equal(digits.split(4, 5000)[0].x, population.x)


def test_split_takes_a_part_of_many_examples():
    population, reference = datasets.load("digits").split(0, 200)
    assert (len(population.x), len(reference.x)) == (170, 30)


def test_a_failed_download_says_what_to_do_instead(monkeypatch):
    def offline():
        raise OSError("no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", offline)
    with pytest.raises(ValueError, match=r"no route to host.*idx:DIR"):
        datasets.load("mnist")


def test_keras_datasets_are_images_with_an_official_split(monkeypatch):
    rng = np.random.default_rng(0)
    train = rng.integers(0, 256, (60, 4, 4, 3), "uint8"), rng.integers(0, 10, (60, 1))
    test = rng.integers(0, 256, (20, 4, 4, 3), "uint8"), rng.integers(0, 10, (20, 1))
    monkeypatch.setattr(keras.datasets.cifar10, "load_data", lambda: (train, test))
    data = datasets.load("cifar10")
    assert (data.train, data.x.shape, data.y.shape) == (60, (80, 4, 4, 3), (80,))
    assert data.x[:60].mean() == pytest.approx(0, abs=1e-5)
    assert data.x[:60].std() == pytest.approx(1, abs=1e-5)


def test_digest_depends_on_the_order(examples):
    data = datasets.Dataset("a", "b", examples["x"], examples["y"], ())
    turned = datasets.Dataset("a", "b", examples["x"][::-1], examples["y"][::-1], ())
    renamed = datasets.Dataset("c", "d", examples["x"], examples["y"], ())
    assert data.digest == renamed.digest != turned.digest


def test_npz(tmp_path, examples):
    path = tmp_path / "mine.npz"
    np.savez(path, **examples)
    data = datasets.load(str(path))
    assert data.name == "mine"
    assert data.x.dtype == "float32"
    assert np.array_equal(data.y, examples["y"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": None}, "named x and y. Received: .'y'."),
        ({"y": np.zeros(3, int)}, r"Received: x \(40, 3\), y \(3,\)"),
        ({"x": np.full((40, 3), np.nan)}, "finite"),
        ({"x": np.full((40, 3), "text")}, "finite numbers"),
        (
            {"x": np.where(np.arange(120).reshape(40, 3) % 59, 1.0, np.nan)},
            "NaN or infinity in 3 of 40 examples: rows 0, 19 and 39",
        ),
        ({"y": np.full(40, 0.5)}, "must hold integers 0, 1, 2"),
        ({"y": np.full(40, -1)}, r"y\[0\]=-1"),
        ({"x": np.zeros((0, 3)), "y": np.zeros(0, int)}, "N at least 1"),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path, examples, change, message):
    arrays = {**examples, **change}
    path = tmp_path / "bad.npz"
    np.savez(path, **{key: value for key, value in arrays.items() if value is not None})
    with pytest.raises(ValueError, match=message):
        datasets.load(str(path))


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "float64", "bool"])
def test_inputs_stay_as_they_are(tmp_path, examples, dtype):
    path = tmp_path / "given.npz"
    np.savez(path, **examples | {"x": np.ones((len(examples["y"]), 2), dtype)})
    assert dataset_of(path, "mine").x.dtype == dtype
    # The suite's own networks read float32.
    assert datasets.load(str(path)).x.dtype == "float32"


def test_wide_integers_are_no_dataset_for_the_study_network(tmp_path, examples):
    wide = 2**24 + np.arange(2 * len(examples["y"])).reshape(-1, 2)
    np.savez(tmp_path / "wide.npz", **examples | {"x": wide})
    with pytest.raises(ValueError, match=r"float32, which can't hold.*dtype=int64"):
        datasets.load(str(tmp_path / "wide.npz"))


def test_missing_and_foreign_files(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        dataset_of(tmp_path / "none.npz", "mine")
    for name, content in (("text.npz", b"hello"), ("empty.npz", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ValueError, match=r"not a readable \.npz file"):
            dataset_of(tmp_path / name, "mine")
    np.save(tmp_path / "array.npy", np.zeros(3))
    (tmp_path / "array.npy").rename(tmp_path / "array.npz")
    with pytest.raises(ValueError, match=r"not a readable \.npz file"):
        dataset_of(tmp_path / "array.npz", "mine")


def test_unknown_names_list_the_known():
    with pytest.raises(ValueError, match=r"Unknown dataset 'mnits'\. Known: digits"):
        datasets.load("mnits")
