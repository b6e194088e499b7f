import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from keras_entropy.shadow import cache

KEY = {"stage": "outputs", "seed": 3, "x": np.arange(6).reshape(2, 3)}


class Counted:
    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        return {"outputs": np.arange(4.0), "scale": 2}


def test_computed_once(tmp_path):
    compute = Counted()
    for folder in (tmp_path, str(tmp_path)):
        stored = cache.Cache(folder).get(KEY, compute)
        np.testing.assert_array_equal(stored["outputs"], np.arange(4.0))
        assert stored["scale"] == 2
    assert compute.calls == 1
    assert cache.Cache(tmp_path).find(KEY) is not None
    assert cache.Cache(tmp_path).find({**KEY, "seed": 4}) is None


@pytest.mark.parametrize(
    "other",
    [
        {**KEY, "seed": 4},
        {**KEY, "seed": "3"},
        {**KEY, "x": KEY["x"].T},
        {**KEY, "x": KEY["x"].astype("int32")},
        {**KEY, "x": KEY["x"] + 1},
        {**KEY, "x": KEY["x"].tolist()},
        {**KEY, "more": None},
    ],
)
def test_keys_that_differ_have_other_digests(other):
    assert cache.digest(other) != cache.digest(KEY)


def test_a_key_is_what_it_holds():
    same = {"x": np.asfortranarray(KEY["x"]), "seed": np.int64(3), "stage": "outputs"}
    assert cache.digest(same) == cache.digest(KEY)
    assert cache.digest({**KEY, "x": cache.describe_array(KEY["x"])}) == cache.digest(
        KEY
    )


@pytest.mark.parametrize("damage", ["truncated", "garbage", "empty", "foreign"])
def test_damaged_files_are_computed_again(tmp_path, damage):
    store = cache.Cache(tmp_path)
    store.get(KEY, Counted())
    (path,) = tmp_path.glob("*.npz")
    if damage == "truncated":
        path.write_bytes(path.read_bytes()[:-40])
    elif damage == "garbage":
        path.write_bytes(b"not a zip archive")
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        store.get({"another": "key"}, lambda: {"outputs": np.zeros(2)})
        (other,) = set(tmp_path.glob("*.npz")) - {path}
        os.replace(other, path)
    compute = Counted()
    assert store.find(KEY) is None
    stored = store.get(KEY, compute)
    assert compute.calls == 1
    np.testing.assert_array_equal(stored["outputs"], np.arange(4.0))
    assert store.find(KEY) is not None


def test_a_computation_that_fails_or_is_killed_leaves_nothing(tmp_path):
    store = cache.Cache(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        store.get(KEY, lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    assert store.find(KEY) is None
    killed = (
        "import os, sys, numpy as np\n"
        "from keras_entropy.shadow import cache\n"
        "os.replace = lambda *args: os._exit(9)\n"
        "cache.Cache(sys.argv[1]).get({'k': 1}, lambda: {'a': np.zeros(3)})\n"
    )
    done = subprocess.run([sys.executable, "-c", killed, tmp_path], check=False)
    assert done.returncode == 9
    assert store.find({"k": 1}) is None
    assert store.get({"k": 1}, lambda: {"a": np.ones(3)})["a"].sum() == 3


def test_those_who_need_the_same_wait_for_one(tmp_path):
    started, release = threading.Event(), threading.Event()
    calls, results = [], []

    def compute():
        calls.append(1)
        started.set()
        assert release.wait(10)
        return {"a": np.ones(2)}

    def ask():
        results.append(cache.Cache(tmp_path).get(KEY, compute)["a"])

    first, second = (threading.Thread(target=ask) for _ in range(2))
    first.start()
    assert started.wait(10)
    second.start()
    release.set()
    first.join()
    second.join()
    assert len(calls) == 1
    assert len(results) == 2


def test_invalid_usage(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"`folder` must be a folder.*Received"):
        cache.Cache(tmp_path / "file")
    with pytest.raises(TypeError, match=r"A key must consist of.*object"):
        cache.digest({"x": object()})
