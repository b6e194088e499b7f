import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks.signals import compute_signals


def by_definition(p, y):
    """Straight from the formulas, one row at a time, in float64."""
    q = np.delete(p, y)
    return {
        "loss": -np.log(p[y]),
        "confidence": np.log(p[y]) - np.log(q.sum()),
        "entropy": -(p * np.log(p)).sum(),
        "modified_entropy": -(1 - p[y]) * np.log(p[y]) - (q * np.log(1 - q)).sum(),
    }


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 3, (2, 50, 4))
    return logits, rng.integers(0, 4, 50)


@pytest.mark.parametrize("from_logits", [False, True])
def test_signals_follow_their_definitions(sample, from_logits):
    logits, labels = sample
    p = special.softmax(logits, axis=-1)
    signals = compute_signals(
        logits if from_logits else p, labels, from_logits=from_logits
    )
    for target in range(2):
        for row, label in enumerate(labels):
            for name, value in by_definition(p[target, row], label).items():
                found = getattr(signals, name)[target, row]
                assert found == pytest.approx(value, rel=1e-9, abs=1e-12), name
    assert (signals.targets, signals.examples) == (2, 50)
    np.testing.assert_array_equal(signals.correct, p.argmax(-1) == labels)
    np.testing.assert_allclose(signals.vectors(1, np.arange(50)), p[1], rtol=1e-12)


def test_a_gap_of_110_between_logits_is_exact():
    outputs = np.array([[[110.0, 0.0], [110.0, 0.0]]])
    signals = compute_signals(outputs, [0, 1], from_logits=True)
    assert signals.confidence[0].tolist() == [110.0, -110.0]
    np.testing.assert_allclose(signals.loss[0], [np.exp(-110), 110.0], rtol=1e-12)


@pytest.mark.parametrize("gap", [800.0, 5000.0])
def test_logits_beyond_the_range_of_exp_stay_finite(gap):
    signals = compute_signals(np.array([[[gap, 0.0, 0.0]]]), [0], from_logits=True)
    assert signals.confidence[0, 0] == pytest.approx(gap - np.log(2))
    for name in ("loss", "entropy", "modified_entropy"):
        assert getattr(signals, name)[0, 0] == 0


def test_a_float32_probability_of_one_keeps_its_confidence():
    # 1 - p_y would be 0: the mass that is left is in the other entries.
    outputs = np.array([[[1.0, 1e-20, 2e-20]]], np.float32)
    signals = compute_signals(outputs, [0])
    assert signals.confidence[0, 0] == pytest.approx(-np.log(3e-20), rel=1e-6)


def test_certain_outputs_are_finite_and_in_order():
    outputs = np.array([[[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]]], np.float32)
    signals = compute_signals(outputs, [0, 0, 0])
    for name in ("loss", "confidence", "entropy", "modified_entropy"):
        assert np.isfinite(getattr(signals, name)).all()
    assert signals.loss[0].tolist() == pytest.approx([0, 149 * np.log(2), np.log(2)])
    assert signals.modified_entropy[0, 1] > signals.modified_entropy[0, 2] > 0
    assert signals.entropy[0].tolist() == pytest.approx([0, 0, np.log(2)])
    # Nor is any of them the -0 that prints as less than nothing.
    for name in ("loss", "entropy", "modified_entropy"):
        assert not np.signbit(getattr(signals, name)).any(), name


@pytest.mark.parametrize("classes", [100, 101])
def test_of_more_than_a_hundred_classes_the_ten_largest_are_kept(classes):
    rng = np.random.default_rng(4)
    outputs, labels = rng.dirichlet(np.ones(classes), (2, 9)), rng.integers(0, 100, 9)
    signals = compute_signals(outputs, labels)
    rows = np.array([0, 3, 8])
    expected = outputs[:, rows]
    if classes > 100:
        expected = -np.sort(-expected, axis=-1)[..., :10]
    np.testing.assert_array_equal(signals.vectors(1, rows), expected[1])
    first, twice = signals.first(1), signals.joined(signals)
    assert (first.targets, twice.targets, twice.examples) == (1, 2, 18)
    np.testing.assert_array_equal(first.vectors(0, rows), expected[0])
    both = twice.vectors(1, np.r_[rows, 9 + rows])
    np.testing.assert_array_equal(both, np.tile(expected[1], (2, 1)))
    np.testing.assert_array_equal(twice.loss, np.tile(signals.loss, 2))
    np.testing.assert_array_equal(twice.labels, np.tile(labels, 2))


@pytest.mark.parametrize("from_logits", [False, True])
def test_one_sigmoid_unit_is_two_classes(from_logits):
    rng = np.random.default_rng(1)
    z, labels = rng.normal(0, 4, (1, 30, 1)), rng.integers(0, 2, 30)
    given = z if from_logits else special.expit(z)
    signals = compute_signals(given, labels, from_logits=from_logits)
    np.testing.assert_allclose(
        signals.confidence, (2 * labels - 1) * z[..., 0], rtol=1e-9
    )
    assert signals.classes == 2
    assert signals.vectors(0, np.arange(30)).shape == (30, 2)


def test_half_precision_is_accepted_and_close():
    rng = np.random.default_rng(2)
    p = special.softmax(rng.normal(size=(1, 200, 100)), axis=-1)
    labels = rng.integers(0, 100, 200)
    half = compute_signals(p.astype(np.float16), labels)
    np.testing.assert_allclose(half.loss, compute_signals(p, labels).loss, atol=1e-3)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_uniform_outputs_say_nothing_whatever_the_label(dtype):
    # In float32 ten tenths do not sum to 1: the rest must not depend on the label.
    outputs, labels = np.full((1, 10, 10), 0.1, dtype), np.arange(10)
    signals = compute_signals(outputs, labels)
    for name in ("loss", "confidence", "entropy"):
        assert np.ptp(getattr(signals, name)) == 0, name


@pytest.mark.parametrize("from_logits", [False, True])
def test_equal_rows_give_bit_equal_signals(from_logits):
    # Whatever their place in a block: else ties break by position, and position is
    # membership when members come first.
    rng = np.random.default_rng(3)
    row = rng.normal(size=7) if from_logits else rng.dirichlet(np.ones(7))
    outputs = np.broadcast_to(row, (1, 40_001, 7))
    signals = compute_signals(outputs, np.full(40_001, 2), from_logits=from_logits)
    for name in ("loss", "confidence", "entropy", "modified_entropy"):
        assert np.ptp(getattr(signals, name)) == 0, name


def test_callers_arrays_are_not_changed(sample):
    logits, labels = sample
    p = special.softmax(logits, axis=-1)
    copies = p.copy(), labels.copy()
    p.flags.writeable = labels.flags.writeable = False
    signals = compute_signals(p, labels)
    signals.vectors(0, np.arange(50))[:] = 0
    np.testing.assert_array_equal(p, copies[0])
    np.testing.assert_array_equal(labels, copies[1])


def test_a_file_in_memory_map_is_read_in_blocks(tmp_path, sample):
    logits, labels = sample
    np.save(tmp_path / "z.npy", logits)
    mapped = np.load(tmp_path / "z.npy", mmap_mode="r")
    ours = compute_signals(mapped, labels, from_logits=True)
    np.testing.assert_array_equal(
        ours.loss, compute_signals(logits, labels, from_logits=True).loss
    )


@pytest.mark.parametrize(
    ("change", "labels", "message"),
    [
        (lambda p: p.__setitem__((0, 1, 2), np.nan), None, "finite.*row 1 is .*nan"),
        (lambda p: p.__setitem__((0, 1, 2), np.inf), None, "must be finite"),
        (lambda p: p.__imul__(0.9), None, "sum to 1.*row 0 sums to 0.9.*from_logits"),
        (lambda p: p.__isub__(2), None, "between 0 and 1.*from_logits=True"),
        (None, np.full(50, 4), r"from 0 to 3.*Received: labels\[0\]=4"),
        (None, np.full(50, -1), r"labels\[0\]=-1"),
        (None, np.zeros(49), "50 outputs.*labels of 49 examples"),
        (None, np.zeros((50, 4)), "one-hot rows"),
        (None, np.full(50, 0.5), r"integers from 0 to 3.*\[0\]=0\.5"),
        (None, np.array(["a"] * 50), "class indices, which are numbers"),
    ],
)
def test_invalid_input(sample, change, labels, message):
    logits, valid = sample
    p = special.softmax(logits, axis=-1)
    if change is not None:
        change(p)
    with pytest.raises(ValueError, match=message):
        compute_signals(p, valid if labels is None else labels)


@pytest.mark.parametrize(
    "outputs", [np.ones((3, 2)), np.ones((1, 0, 2)), np.full((1, 2, 2), "x")]
)
def test_invalid_shape_or_type(outputs):
    with pytest.raises(ValueError, match="`outputs` must"):
        compute_signals(outputs, [0, 0])
