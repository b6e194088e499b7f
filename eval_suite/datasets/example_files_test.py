"""Files and names of the command line, each audited by a real model."""

import keras
import numpy as np
import pytest

from eval_suite.datasets.example_files import dataset_of
from eval_suite.subjects.given_model import read_target

N = 40


@pytest.fixture
def examples():
    rng = np.random.default_rng(0)
    x = {
        "age": rng.normal(size=2 * N),
        "item": 2**53 + rng.integers(1, 100, 2 * N),
        "zip": np.array([f"{number:05}" for number in rng.integers(0, 4, 2 * N)]),
    }
    return x, rng.integers(0, 3, 2 * N)


@pytest.fixture
def model():
    parts = {
        "age": keras.Input((1,), name="age"),
        "item": keras.Input((1,), dtype="int64", name="item"),
        "zip": keras.Input((1,), dtype="string", name="zip"),
    }
    items = keras.layers.Hashing(8, output_mode="one_hot")(parts["item"])
    vocabulary = ["00000", "00001", "00002", "00003"]
    lookup = keras.layers.StringLookup(vocabulary=vocabulary, output_mode="one_hot")
    joined = keras.layers.Concatenate()([parts["age"], items, lookup(parts["zip"])])
    return keras.Model(parts, keras.layers.Dense(3, "softmax")(joined))


def sides(examples):
    x, y = examples
    for name, rows in (("in", slice(N)), ("out", slice(N, 2 * N))):
        yield name, {key: part[rows, None] for key, part in x.items()}, y[rows]


def check(model, paths, examples):
    tf = pytest.importorskip("tensorflow")
    model.save(paths[0].parent / "m.keras")
    subject = read_target(
        paths[0].parent / "m.keras", *paths, from_logits=False, imports=()
    )
    x, y = examples
    inputs = {k: v[:N, None] for k, v in x.items()}
    inputs["zip"] = tf.constant(inputs["zip"])
    expected = model.predict(inputs, verbose=0)
    np.testing.assert_allclose(subject.outputs("base")[0], expected, atol=1e-6)
    assert subject.labels[0].tolist() == y[:N].tolist()
    assert [list(row) for row in subject.members.x] == [
        list(row) for row in zip(*(v[:N].tolist() for v in x.values()), strict=True)
    ]


def test_one_array_an_input(tmp_path, examples, model):
    for name, x, y in sides(examples):
        np.savez(tmp_path / f"{name}.npz", y=y, **{f"x/{k}": v for k, v in x.items()})
    check(model, [tmp_path / "in.npz", tmp_path / "out.npz"], examples)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_tables(tmp_path, examples, model, kind):
    pd = pytest.importorskip("pandas")
    if kind == "parquet":
        pytest.importorskip("pyarrow", exc_type=ImportError)
    for name, x, y in sides(examples):
        frame = pd.DataFrame({"y": y, **{k: v[:, 0] for k, v in x.items()}})
        if kind == "csv":
            frame.to_csv(tmp_path / f"{name}.csv", index=False)
        else:
            frame.to_parquet(tmp_path / f"{name}.parquet")
    check(model, [tmp_path / f"{name}.{kind}" for name in ("in", "out")], examples)


def test_a_function_of_the_users_own(tmp_path, examples, model):
    for name, x, y in sides(examples):
        np.savez(tmp_path / f"{name}.npz", y=y, **x)
    (tmp_path / "data.py").write_text(
        "from pathlib import Path\nimport numpy as np\n"
        "def read(name):\n"
        "    with np.load(Path(__file__).parent / name) as arrays:\n"
        "        found = dict(arrays)\n"
        "    return {k: found[k] for k in ('age', 'item', 'zip')}, found['y']\n"
        "def members():\n    return read('in.npz')\n"
        "others = read('out.npz')\n"
        "def broken():\n    return 1 / 0\n"
    )
    paths = [tmp_path / f"data.py:{name}" for name in ("members", "others")]
    check(model, paths, examples)
    with pytest.raises(ValueError, match=r"data\.py:broken.*ZeroDivisionError"):
        dataset_of(tmp_path / "data.py:broken", "members")
    with pytest.raises(ValueError, match=r"has no 'nothing'\. It has: .*members"):
        dataset_of(tmp_path / "data.py:nothing", "members")


@pytest.fixture
def folders(tmp_path):
    image = pytest.importorskip("PIL.Image")
    rng = np.random.default_rng(0)
    for side in ("in", "out"):
        for label in ("cat", "dog"):
            folder = tmp_path / side / label
            folder.mkdir(parents=True)
            for number in range(6):
                pixels = rng.integers(0, 256, (5, 4, 3), "uint8")
                image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "in", tmp_path / "out"


def image_model():
    return keras.Sequential(
        [
            keras.Input((5, 4, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax"),
        ]
    )


def test_folders_of_images(tmp_path, folders):
    image = pytest.importorskip("PIL.Image")
    model = image_model()
    model.save(tmp_path / "m.keras")
    subject = read_target(tmp_path / "m.keras", *folders, from_logits=False)
    pixels = [
        np.asarray(image.open(path))
        for path in sorted(folders[0].rglob("*.png"), key=str)
    ]
    expected = model.predict(np.array(pixels), verbose=0)
    np.testing.assert_allclose(subject.outputs("base")[0], expected, atol=1e-6)
    assert subject.labels[0].tolist() == [0] * 6 + [1] * 6
    (folders[1] / "dog").rename(folders[1] / "wolf")
    with pytest.raises(ValueError, match="On one side only: dog, wolf"):
        read_target(tmp_path / "m.keras", *folders, from_logits=False)
    flat = keras.Sequential([keras.Input((60,)), keras.layers.Dense(2, "softmax")])
    with pytest.raises(ValueError, match=r"\(height, width.*\[\(60,\)\].*MODULE:NAME"):
        dataset_of(folders[0], "members", flat)
    with pytest.raises(ValueError, match="one folder of images for each class"):
        dataset_of(folders[0] / "cat", "members", model)


def test_files_that_are_no_examples(tmp_path):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0], "label": [0, 1]})
    frame.to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(ValueError, match=r"column y.*\['a', 'label'\]"):
        dataset_of(tmp_path / "table.csv", "members")
    frame.rename(columns={"label": "y"}).to_csv(tmp_path / "index.csv")
    with pytest.raises(ValueError, match=r"its first column has no name.*index=False"):
        dataset_of(tmp_path / "index.csv", "members")
    with pytest.raises(ValueError, match=r"none\.csv: no such file"):
        dataset_of(tmp_path / "none.csv", "members")
    (tmp_path / "bad.parquet").write_bytes(b"no table")
    with pytest.raises(ValueError, match="pandas can't read it"):
        dataset_of(tmp_path / "bad.parquet", "members")
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(ValueError, match=r"notes\.txt: not a file.*\.csv or \.parquet"):
        dataset_of(tmp_path / "notes.txt", "members")
    np.savez(tmp_path / "both.npz", x=np.ones((2, 1)), y=[0, 1], **{"x/a": [1, 2]})
    with pytest.raises(ValueError, match=r"named x and y.*x/a"):
        dataset_of(tmp_path / "both.npz", "members")


def test_inputs_by_number_are_a_list(tmp_path):
    parts = {"x/0": np.ones((3, 2)), "x/1": np.zeros((3, 1))}
    np.savez(tmp_path / "two.npz", y=[0, 1, 2], **parts)
    read = dataset_of(tmp_path / "two.npz", "members")
    assert [p.shape for p in read.form.inputs(read.x)] == [(3, 2), (3, 1)]
    assert read.name == "two"
