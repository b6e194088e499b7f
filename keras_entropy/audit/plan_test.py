import keras
import numpy as np
import pytest

from keras_entropy.audit import HeldOutPlan
from keras_entropy.audit import hold_out
from keras_entropy.audit import text_arrays


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(120, 2, 3)), rng.integers(0, 4, 120)


@pytest.fixture
def plan(data):
    return hold_out(*data, records=80, mislabelled=10, seed=1)[2]


def test_one_file_keeps_everything(data, plan, tmp_path):
    path = tmp_path / "plan.of.mine"  # the name is not changed
    plan.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["plan.of.mine"]
    read = HeldOutPlan.load(str(path))
    for name in ("x", "y", "given", "member", "mislabelled", "rows"):
        first, second = getattr(plan, name), getattr(read, name)
        np.testing.assert_array_equal(first, second)
        assert first.dtype == second.dtype
    assert read.digest == plan.digest
    x_train, y_train, _ = hold_out(*data, records=80, mislabelled=10, seed=1)
    x_again, y_again = read.training_set(*data)
    np.testing.assert_array_equal(x_again, x_train)
    np.testing.assert_array_equal(y_again, y_train)
    assert "80 records of 120 examples" in repr(read)


def test_another_data_set_is_seen(data, plan):
    x, y = data
    with pytest.raises(ValueError, match=r"made for 120 examples.*Received: 119"):
        plan.training_set(x[1:], y[1:])
    with pytest.raises(ValueError, match=r"another order of it: 80 of its 80 records"):
        plan.training_set(x[::-1], y[::-1])
    other = x.copy()
    other[plan.rows[0]] += 1e-9
    with pytest.raises(ValueError, match=r"another data set.* 1 of its 80 records"):
        plan.training_set(other, y)
    labels = y.copy()
    labels[plan.rows[:2]] = (labels[plan.rows[:2]] + 1) % 4
    with pytest.raises(ValueError, match=r"another data set.* 2 of its 80 records"):
        plan.training_set(x, labels)
    with pytest.raises(ValueError, match=r"another data set.*of shape \(6,\)"):
        plan.training_set(x.reshape(120, 6), y)


def written(path, plan, **changed):
    plan.save(path)
    with np.load(path) as arrays:
        found = {name: arrays[name] for name in arrays.files}
    found.update(changed)
    np.savez(path, **{name: v for name, v in found.items() if v is not None})
    return path


def test_files_that_are_no_plan(plan, tmp_path):
    path = tmp_path / "plan.npz"
    with pytest.raises(ValueError, match=r"plan\.npz: no such file.*HeldOutPlan\.save"):
        HeldOutPlan.load(path)
    path.write_bytes(b"no archive")
    with pytest.raises(ValueError, match=r"not a readable \.npz file"):
        HeldOutPlan.load(path)
    np.savez(path, x=np.zeros((3, 2)), y=np.zeros(3))
    with pytest.raises(ValueError, match=r"not a plan.*no digest, .*Received: \['x'"):
        HeldOutPlan.load(path)
    with pytest.raises(ValueError, match="has no member"):
        HeldOutPlan.load(written(path, plan, member=None))
    with pytest.raises(ValueError, match="a plan of version 2"):
        HeldOutPlan.load(written(path, plan, held_out=2))


def test_a_plan_that_was_changed_is_refused(plan, tmp_path):
    path = tmp_path / "plan.npz"
    for name in ("x", "y", "given", "rows"):
        changed = getattr(plan, name).copy()
        changed[0] += 1
        with pytest.raises(ValueError, match="changed since it was written"):
            HeldOutPlan.load(written(path, plan, **{name: changed}))
    with pytest.raises(ValueError, match="changed since it was written"):
        HeldOutPlan.load(written(path, plan, member=~plan.member))
    HeldOutPlan.load(written(path, plan))


def several(data):
    x, y = data
    return {"image": x, "more": [x[:, 0, 0], x[:, 1].astype("float32")]}, y


def test_several_inputs_are_kept_in_one_file(data, tmp_path):
    x, y = several(data)
    x_train, y_train, plan = hold_out(x, y, records=80, seed=1)
    plan.save(tmp_path / "plan.npz")
    with np.load(tmp_path / "plan.npz") as arrays:
        assert {"x/image", "x/more/0", "x/more/1"} < set(arrays.files)
    read = HeldOutPlan.load(tmp_path / "plan.npz")
    assert read.digest == plan.digest
    keras.tree.assert_same_structure(read.x, x)
    for again in (read.training_set(x, y), plan.training_set(x, y)):
        keras.tree.map_structure(np.testing.assert_array_equal, again[0], x_train)
        np.testing.assert_array_equal(again[1], y_train)


def test_each_input_belongs_to_the_data_set(data, tmp_path):
    x, y = several(data)
    plan = hold_out(x, y, records=80, seed=1)[2]
    other = keras.tree.map_structure(np.copy, x)
    other["more"][1][plan.rows[3]] += 1
    with pytest.raises(ValueError, match=r"another data set.* 1 of its 80 records"):
        plan.training_set(other, y)
    with pytest.raises(ValueError, match=r"inputs x/image, x/more/0.*Received: x$"):
        plan.training_set(data[0], y)
    with pytest.raises(ValueError, match=r"x/more/1 with examples of shape \(1,\)"):
        plan.training_set({**x, "more": [x["more"][0], x["more"][1][:, :1]]}, y)
    with pytest.raises(ValueError, match=r"x/more/0 \(119,\), y \(120,\)"):
        plan.training_set({**x, "more": [x["more"][0][1:], x["more"][1]]}, y)
    changed = x["more"][0][plan.rows] + 1
    with pytest.raises(ValueError, match="changed since it was written"):
        HeldOutPlan.load(written(tmp_path / "p.npz", plan, **{"x/more/0": changed}))
    with pytest.raises(ValueError, match="has no x/image"):
        HeldOutPlan.load(written(tmp_path / "p.npz", plan, **{"x/image": None}))
    # What the arrays are called is part of what they are.
    assert hold_out([x["image"]], y, records=80, seed=1)[2].digest != plan.digest
    swapped = {"more": x["image"], "image": x["image"]}
    assert hold_out(swapped, y, records=80, seed=1)[2].digest != plan.digest


def test_strings_and_missing_numbers_are_kept(data, tmp_path):
    x, y = data
    town = np.array(["", "Köln", "a\0", '"'], object)[y]
    age = np.where(y == 2, np.nan, x[:, 0, 0])
    given = {"town": town, "age": age}
    x_train, _, plan = hold_out(given, y, records=80, seed=1)
    plan.save(tmp_path / "plan.npz")
    read = HeldOutPlan.load(tmp_path / "plan.npz")
    assert read.digest == plan.digest
    assert read.x["town"].tolist() == town[plan.rows].tolist()
    assert read.x["town"].dtype == object
    again, _ = read.training_set(given, y)
    keras.tree.map_structure(np.testing.assert_array_equal, again, x_train)
    other = {"town": town, "age": np.where(y == 2, 0.0, age)}
    wrong = int((y[plan.rows] == 2).sum())
    with pytest.raises(ValueError, match=f"another order of it: {wrong} of its 80"):
        read.training_set(other, y)
    text = plan.x["town"].copy()
    text[3] += " "
    packed = text_arrays.packed(text)
    with pytest.raises(ValueError, match="changed since it was written"):
        HeldOutPlan.load(written(tmp_path / "p.npz", plan, **{"x/town": packed}))
    broken = {"x/town": packed[:-1]}
    with pytest.raises(ValueError, match=r"p\.npz: .*not an array of strings"):
        HeldOutPlan.load(written(tmp_path / "p.npz", plan, **broken))


def test_a_plan_of_one_array_has_the_digest_that_it_had(plan):
    assert plan.digest == "c2550343faef307bf532694d2490ce57"
