import functools

import keras
import numpy as np
import PyEMD
import pytest
import scipy.interpolate
import scipy.special

from keras_entropy import FirstIntrinsicMode
from keras_entropy.layers.contract_test import check_layer
from keras_entropy.layers.contract_test import example_rows
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.layers.reference_study.empirical_modes.envelope import spline
from keras_entropy.layers.reference_study.empirical_modes.sifting import extrema
from keras_entropy.layers.reference_study.empirical_modes.sifting import first_mode
from keras_entropy.models.defending import defend
from keras_entropy.shadow import initialize
from keras_entropy.shadow import predict


def test_contract(tmp_path):
    kwargs = {"siftings": 3, "normalization": "clip"}
    check_layer(FirstIntrinsicMode, kwargs, example_rows(5), tmp_path)


def study_spline(row):
    classes = len(row)
    knots = np.linspace(0, classes, classes)
    return scipy.interpolate.CubicSpline(knots, row)(
        np.linspace(0, classes, 3 * classes)
    )


@functools.cache
def compiled(classes, siftings):
    inputs = keras.Input((classes,))
    return keras.Model(inputs, FirstIntrinsicMode(siftings)(inputs))


def answers(rows, siftings=20, batch_size=100):
    """The answers of a compiled model; eager siftings take many times longer."""
    model = compiled(rows.shape[1], siftings)
    return model.predict(rows, batch_size=batch_size, verbose=0)


def emd_signal(row):
    """M-3 as the study computes it."""
    with np.errstate(divide="ignore"):
        return PyEMD.EMD()(study_spline(row))[0][0::3]


def rows_of(kind, classes, n):
    random = np.random.default_rng(classes)
    if kind == "one-hot":
        return np.eye(classes)
    if kind == "peaked":
        return scipy.special.softmax(8 * random.normal(size=(n, classes)), axis=-1)
    return random.dirichlet(np.full(classes, {"flat": 1.0, "sparse": 0.1}[kind]), n)


@pytest.mark.parametrize("kind", ["one-hot", "peaked", "flat", "sparse"])
@pytest.mark.parametrize("classes", [4, 5, 10, 20])
def test_agrees_with_emd_signal(kind, classes):
    rows = rows_of(kind, classes, 100).astype("float32")
    expected = scipy.special.softmax(
        [emd_signal(r.astype("float64")) for r in rows], -1
    )
    error = np.abs(answers(rows) - expected).max(axis=-1)
    # Rounding decides for a few rows whether something is an extremum, or a sifting
    # the last one.
    assert (error < 1e-5).mean() >= 0.95
    assert (error < 0.01).all()


def test_fewer_siftings_are_less_like_it():
    rows = rows_of("sparse", 10, 100).astype("float32")
    expected = scipy.special.softmax(
        [emd_signal(r.astype("float64")) for r in rows], -1
    )

    def agreement(siftings):
        error = np.abs(answers(rows, siftings) - expected).max(axis=-1)
        return (error < 1e-5).mean()

    shares = [agreement(siftings) for siftings in (1, 2, 5, 20)]
    assert shares[0] < 0.1
    assert shares[0] < shares[1] < shares[2] < shares[3]


def test_rows_that_are_done_are_left_alone():
    # Many more rows than are sifted at once, and some that need many siftings.
    rows = rows_of("sparse", 10, 100).astype("float32")
    together = answers(rows)
    apart = answers(rows, batch_size=10)
    np.testing.assert_allclose(together, apart, atol=1e-6)


def test_many_models_at_once():
    inputs = keras.Input((10,))
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(inputs))
    stack = initialize(model, seeds=[0, 1])
    defended = defend(model, FirstIntrinsicMode())
    x = np.random.default_rng(0).normal(scale=3, size=(40, 10)).astype("float32")
    out = predict(defended, stack.transfer(defended, stack), x)
    for k, rows in enumerate(predict(model, stack, x)):
        np.testing.assert_allclose(out[k], answers(rows), atol=1e-5)


def test_a_trend_is_returned_as_it_is():
    # One maximum, no minimum.
    signal = np.sin(np.linspace(0, np.pi, 12))[None].astype("float32")
    np.testing.assert_array_equal(to_numpy(first_mode(signal, 20)), signal)


def test_a_sine_is_its_own_first_mode():
    t = np.linspace(0, 1, 60)
    fast, slow = np.sin(2 * np.pi * 12 * t), np.sin(2 * np.pi * t)
    mode = to_numpy(first_mode((fast + slow)[None].astype("float32"), 20))[0]
    # Away from the ends, where both have to guess.
    np.testing.assert_allclose(mode[10:-10], fast[10:-10], atol=0.15)


def test_extrema_and_plateaus():
    signal = np.array([[0, 2, 1, 3, 3, 0, 0, 0, 1, -1, -1, 0]], "float32")
    found = to_numpy(extrema(signal.T))[..., 0].T
    peaks = ["".join(str(int(x)) for x in row) for row in found]
    assert peaks == ["010010001000", "001000000010"]


@pytest.mark.parametrize("m", [3, 4, 5, 12])
def test_spline_equals_scipys(m):
    random = np.random.default_rng(m)
    n, rows = 30, 50
    knots = random.normal(size=(n // 2 + 4, 1, rows, 2)).astype("float32")
    knots[..., 0] = np.inf
    expected = []
    for row in range(rows):
        outside = random.integers(0, 5, 2)
        # Two at most before and after the others, which may reach into the grid.
        slots = [1, *random.choice(np.arange(7, n - 3), m - 2, replace=False), n + 2]
        if m > 4 and row % 2:
            slots[1:3] = 0, n + 3
        slots = np.sort(slots)
        positions = slots - 2.0
        if 0 in slots:
            positions[[0, 1, -2, -1]] = -outside[0], 3, n - 3, n - 1 + outside[1]
        else:
            positions[[0, -1]] = -outside[0], n - 1 + outside[1]
        knots[:m, 0, row, 0] = positions
        curve = scipy.interpolate.CubicSpline(
            positions,
            knots[:m, 0, row, 1].astype("float64"),
            bc_type="natural" if m == 3 else "not-a-knot",
        )
        expected.append(curve(np.arange(n)))
    knots = keras.ops.convert_to_tensor(knots)
    out = to_numpy(spline(knots[..., 0], knots[..., 1], n))[:, 0].T
    scale = np.abs(expected).max(axis=-1, keepdims=True)
    np.testing.assert_allclose(out / scale, expected / scale, atol=1e-5)


def test_uniform_stays_uniform():
    rows = np.full((1, 10), 0.1, "float32")
    out = to_numpy(FirstIntrinsicMode()(rows))
    np.testing.assert_allclose(out, rows, atol=1e-6)


def test_the_order_of_the_classes_matters():
    rows = rows_of("flat", 10, 20).astype("float32")
    order = np.random.default_rng(0).permutation(10)
    renamed = answers(rows[:, order])
    assert np.abs(renamed - answers(rows)[:, order]).max() > 0.01
    assert not FirstIntrinsicMode.claims.permutation_equivariant


@pytest.mark.parametrize("siftings", [0, -1, 2.5, "2", True])
def test_a_number_of_siftings_out_of_range_is_refused(siftings):
    with pytest.raises(ValueError, match=f"at least 1.*siftings={siftings!r}"):
        FirstIntrinsicMode(siftings)


def test_too_few_classes_are_refused():
    with pytest.raises(ValueError, match=r"at least 4 classes.*\(2, 3\)"):
        FirstIntrinsicMode()(np.full((2, 3), 1 / 3, "float32"))


def test_an_unknown_normalization_is_refused():
    with pytest.raises(ValueError, match="normalization='none'"):
        FirstIntrinsicMode(normalization="none")
