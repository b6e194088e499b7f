import gzip

import numpy as np
import pytest

from eval_suite.datasets import datasets
from eval_suite.datasets import idx_files


def idx_bytes(array, code=8):
    header = bytes([0, 0, code, array.ndim])
    return header + np.array(array.shape, ">u4").tobytes() + array.tobytes()


@pytest.fixture
def folder(tmp_path):
    """Four files as Debian installs them: gzipped."""
    rng = np.random.default_rng(0)
    for part, size in (("train", 30), ("t10k", 10)):
        images = rng.integers(0, 256, (size, 4, 5)).astype("uint8")
        labels = (np.arange(size) % 3).astype("uint8")
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            path = tmp_path / f"{part}-{name}-ubyte.gz"
            path.write_bytes(gzip.compress(idx_bytes(array)))
    return tmp_path


def test_folder(folder):
    images, labels, train = idx_files.read_folder(folder)
    assert (images.shape, labels.shape, train) == ((40, 4, 5), (40,), 30)
    assert labels[30:].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0]
    data = datasets.load(f"idx:{folder}")
    assert (data.train, len(data.class_names), data.x.dtype) == (30, 3, "float32")


@pytest.mark.parametrize(("code", "dtype"), [(8, ">u1"), (12, ">i4"), (14, ">f8")])
def test_types(tmp_path, code, dtype):
    array = np.arange(-6 if code != 8 else 0, 6).astype(dtype).reshape(2, -1)
    (tmp_path / "plain").write_bytes(idx_bytes(array, code))
    np.testing.assert_array_equal(idx_files.read_idx(tmp_path / "plain"), array)


def test_missing_file(folder):
    (folder / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(ValueError, match="no file t10k-labels-idx1-ubyte"):
        idx_files.read_folder(folder)


def test_foreign_and_truncated_files(folder):
    path = folder / "train-labels-idx1-ubyte.gz"
    whole = gzip.decompress(path.read_bytes())
    path.write_bytes(gzip.compress(whole[:-1]))
    with pytest.raises(ValueError, match=r"expected 38 bytes for shape \(30,\)"):
        idx_files.read_folder(folder)
    path.write_bytes(gzip.compress(b"hello"))
    with pytest.raises(ValueError, match="not an IDX file"):
        idx_files.read_folder(folder)
    path.write_bytes(b"not gzip")
    with pytest.raises(ValueError, match="can't be read"):
        idx_files.read_folder(folder)


def test_images_and_labels_that_disagree(folder):
    labels = np.zeros(29, "uint8")
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(gzip.compress(idx_bytes(labels)))
    with pytest.raises(ValueError, match=r"Received: \(30, 4, 5\) and \(29,\)"):
        idx_files.read_folder(folder)
