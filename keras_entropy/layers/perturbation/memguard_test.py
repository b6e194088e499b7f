import keras
import numpy as np
import pytest
import scipy.stats
from scipy.special import expit
from scipy.special import softmax

import keras_entropy
from keras_entropy import MemGuard
from keras_entropy import RankMap
from keras_entropy.layers import contract_test as contract
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.fitted_defense_test import reference
from keras_entropy.layers.perturbation import keyed_randomness

KEY = b"a key for tests, of no other use"


def members(n=400, classes=5):
    """Answers that are surer still than those of `reference`."""
    outputs, _ = reference(n, classes, seed=7)
    outputs = outputs**3
    return outputs / outputs.sum(axis=-1, keepdims=True)


def fitted(budget=2.0, **kwargs):
    return MemGuard(budget, **kwargs).fit(*reference(), members=members())


def network(layer, rows):
    """Logit and gradient of the layer's network, in float64."""
    rows = -np.sort(-rows.astype("float64"), axis=-1)
    kernel_1, bias_1, kernel_2, bias_2, bias_3, kernel_3 = layer.get_weights()
    first = np.tanh(rows @ kernel_1 + bias_1)
    second = np.tanh(first @ kernel_2 + bias_2)
    back = (kernel_3[:, 0] * (1 - second**2)) @ kernel_2.T * (1 - first**2)
    return (second @ kernel_3 + bias_3)[:, 0], back @ kernel_1.T


def published_search(layer, rows, rate=0.1, steps=300):
    """The search of MemGuard's paper: which sorted rows are moved, and how far."""
    start = np.log(np.maximum(rows, 1e-7))
    side = np.sign(network(layer, rows)[0])
    distance = np.full(len(rows), np.inf)
    for weight in 10.0 ** np.arange(-1, 6):
        logits = start.copy()
        done = np.zeros(len(rows), bool)
        for _ in range(steps):
            moved = softmax(logits, axis=-1)
            order = np.argsort(-moved, axis=-1)
            value, slope = network(layer, moved)
            crossed = (side * value <= 0) & (order[:, 0] == 0) & ~done
            distance[crossed] = np.abs(moved - rows).sum(axis=-1)[crossed]
            done |= crossed
            back = np.empty_like(slope)
            np.put_along_axis(back, order, slope * side[:, None], axis=-1)
            back += weight * np.sign(moved - rows)
            back = moved * (back - (moved * back).sum(axis=-1, keepdims=True))
            second = 1 + logits[:, 1:].argmax(axis=-1)
            lost = np.flatnonzero(order[:, 0] != 0)
            back[lost, second[lost]] += 10
            back[lost, 0] -= 10
            length = np.linalg.norm(back, axis=-1, keepdims=True)
            logits -= np.where(
                done[:, None], 0, rate * back / np.maximum(length, 1e-99)
            )
        if not done.any():
            break
    return distance


def auc(higher, lower):
    larger = scipy.stats.mannwhitneyu(higher, lower).statistic
    return larger / (len(higher) * len(lower))


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv(keyed_randomness.VARIABLE, KEY.decode())


@pytest.mark.usefixtures("key")
def test_contract(tmp_path):
    rows = example_rows(5)
    kwargs = {"budget": 0.3, "step": 0.1}

    def make(**extra):
        return fitted(**kwargs, **extra)

    contract.check_config(MemGuard, kwargs)
    contract.check_shapes_and_dtypes(make, rows)
    # 60 steps of a network that was taught few examples well add up roundings.
    contract.check_modes(make, rows, tmp_path, 1e-5)
    contract.check_nan(make, rows)
    contract.check_mask(make, rows)
    contract.check_training(make, 5)


def test_the_network_is_undecided_of_every_answer():
    rows, _ = reference(500, seed=3)
    rows = np.concatenate([rows, np.eye(5), example_rows(5)]).astype("float32")
    layer = fitted(key=KEY)
    out = to_numpy(layer(rows))
    before, after = (np.abs(expit(network(layer, p)[0]) - 0.5) for p in (rows, out))
    assert before.mean() > 0.05
    assert (after <= before + 1e-6).all()
    # Some rows meet a hollow of the network before.
    assert np.mean(after < 1e-5) > 0.8


def test_members_are_told_from_others_by_the_network_no_more():
    layer = fitted(key=KEY)
    inside, (outside, _) = members(), reference()

    def told(guard):
        return auc(*(network(layer, guard(rows))[0] for rows in (inside, outside)))

    assert told(lambda rows: rows) > 0.65
    assert abs(told(lambda rows: np.round(to_numpy(layer(rows)), 5)) - 0.5) < 0.1


def test_rows_go_less_far_than_in_the_paper_s_search():
    rows, _ = reference(100, seed=4)
    rows = -np.sort(-rows, axis=-1)
    layer = fitted(key=KEY)
    out = to_numpy(layer(rows))
    ours = np.abs(out - rows).sum(axis=-1)
    theirs = published_search(layer, rows.astype("float64"))
    found, missed = np.isfinite(theirs), np.abs(network(layer, out)[0]) > 1e-3
    assert found.mean() > 0.8
    assert np.mean(found & missed) < 0.05
    both = found & ~missed
    assert np.mean(ours[both] <= 1.1 * theirs[both] + 1e-3) > 0.85
    assert ours[both].mean() < 0.9 * theirs[both].mean()


def test_ranking_is_kept():
    rows, _ = reference(500, seed=5)
    out = to_numpy(fitted(key=KEY)(rows))
    assert np.abs(out - rows).max() > 0.1
    ordered = np.take_along_axis(out, rows.argsort(axis=-1), axis=-1)
    assert (np.diff(ordered, axis=-1) >= 0).all()


def test_answers_stay_within_the_budget_on_average_over_keys():
    rows, _ = reference(40, seed=6)
    farthest = np.abs(to_numpy(fitted(key=KEY)(rows)) - rows).sum(axis=-1)
    far = rows[farthest > 0.2]
    assert len(far) > 10
    distances = []
    for number in range(60):
        layer = fitted_with_key(0.1, number)
        distances.append(np.abs(to_numpy(layer(far)) - far).sum(axis=-1))
    mean = np.mean(distances)
    spread = np.std(np.mean(distances, axis=1)) / np.sqrt(60)
    assert abs(mean - 0.1) < 5 * spread < 0.05


def fitted_with_key(budget, number):
    layer = MemGuard(budget, key=f"key {number} of tests, of no other use")
    layer.build((None, 5))
    layer.set_weights(fitted(key=KEY).get_weights())
    return layer


def test_asking_again_or_nearby_gives_no_second_toss():
    rows, _ = reference(200, seed=8)
    layer = fitted(0.1, step=1.0, key=KEY)
    out = to_numpy(layer(rows))
    moved = np.abs(out - rows).sum(axis=-1) > 1e-6
    assert 0.1 < moved.mean() < 0.9
    np.testing.assert_array_equal(to_numpy(layer(rows)), out)
    near = rows * np.random.default_rng(0).uniform(1, 1.0001, rows.shape)
    near = (near / near.sum(axis=-1, keepdims=True)).astype("float32")
    again = np.abs(to_numpy(layer(near)) - near).sum(axis=-1) > 1e-6
    assert np.mean(again == moved) > 0.98


def test_without_a_budget_nothing_moves():
    rows, _ = reference(50)
    np.testing.assert_array_equal(to_numpy(fitted(0.0, key=KEY)(rows)), rows)


def test_the_key_is_in_no_file(tmp_path, monkeypatch):
    monkeypatch.delenv(keyed_randomness.VARIABLE, raising=False)
    inputs = keras.Input((5,))
    model = keras.Model(inputs, fitted(0.3, key=KEY)(inputs))
    expected = to_numpy(model(example_rows(5)))
    path = tmp_path / "model.keras"
    model.save(path)
    assert KEY not in path.read_bytes()
    loaded = keras.models.load_model(path)
    with pytest.raises(ValueError, match=r"has no key.*KERAS_ENTROPY_KEY"):
        loaded(example_rows(5))
    monkeypatch.setenv(keyed_randomness.VARIABLE, KEY.decode())
    out = to_numpy(loaded(example_rows(5)))
    np.testing.assert_allclose(out, expected, atol=1e-6)
    assert loaded.layers[-1].fitted


def test_an_unfitted_layer_tells_nothing_and_is_refused():
    layer = MemGuard(key=KEY)
    np.testing.assert_allclose(to_numpy(layer(example_rows(5))), 0.2, atol=1e-7)
    model = keras.Sequential(
        [keras.Input((4,)), keras.layers.Dense(5, activation="softmax")]
    )
    with pytest.raises(ValueError, match="must be fitted"):
        keras_entropy.defend(model, MemGuard(key=KEY))


@pytest.mark.parametrize("name", ["budget", "step"])
@pytest.mark.parametrize("value", [-1, 3, float("nan")])
def test_what_is_out_of_range_is_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}` must be in .*{name}={value}"):
        MemGuard(**{name: value})


def test_members_are_asked_for_where_they_are_needed():
    with pytest.raises(ValueError, match=r"fitted to the model's.*members=NoneType"):
        MemGuard().fit(*reference())
    with pytest.raises(ValueError, match=r"has no use for.*members=ndarray"):
        RankMap().fit(*reference(), members=members())
    with pytest.raises(ValueError, match=r"shape \(m, 5\).*\(400, 4\)"):
        MemGuard().fit(*reference(), members=members(classes=4))
    with pytest.raises(ValueError, match="`members` must be class probabilities"):
        MemGuard().fit(*reference(), members=members() * 2)
