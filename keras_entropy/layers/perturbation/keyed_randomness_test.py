import numpy as np
import pytest
import scipy.stats
from keras import ops

from keras_entropy.layers.perturbation import keyed_randomness

KEY = b"a key for tests, of no other use"


def test_twenty_rounds_are_those_of_the_standard():
    # RFC 8439, section 2.3.2.
    key = np.frombuffer(bytes(range(32)), "<i4")
    nonce = bytes.fromhex("000000090000004a00000000")
    inputs = np.frombuffer((1).to_bytes(4, "little") + nonce, "<i4")
    expected = bytes.fromhex(
        "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
        "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e"
    )
    out = ops.convert_to_numpy(keyed_randomness.chacha(key, inputs[None], rounds=20))[0]
    assert out.astype("<i4").tobytes() == expected


def draws(vectors, count=10, key=KEY):
    vectors = ops.convert_to_tensor(np.int32(vectors))
    return ops.convert_to_numpy(keyed_randomness.uniforms(key, vectors, count))


def test_equal_vectors_have_equal_numbers_wherever_they_stand():
    vectors = np.random.default_rng(0).integers(0, 20, (50, 10))
    out = draws(vectors)
    np.testing.assert_array_equal(draws(vectors[::-1])[::-1], out)
    np.testing.assert_array_equal(
        draws(vectors.reshape(5, 10, 10)).reshape(50, 10), out
    )
    np.testing.assert_array_equal(draws(vectors[7:8])[0], out[7])


def test_another_key_or_vector_has_other_numbers():
    vectors = np.zeros((10, 10)) + np.eye(10)
    out = draws(
        np.concatenate([vectors, 2 * vectors, 1024 * vectors, np.zeros((1, 10))])
    )
    assert len(np.unique(out)) == out.size
    assert not np.isin(draws(vectors, key=KEY[::-1]), out).any()


@pytest.mark.parametrize("count", [2, 10, 40])
def test_numbers_are_uniform_and_independent(count):
    # Vectors that differ by one unit, as neighboring answers do.
    vectors = np.stack(np.meshgrid(*[np.arange(14)] * 3), -1).reshape(-1, 3)
    out = draws(vectors, count)
    assert out.shape == (14**3, count)
    assert 0 < out.min()
    assert out.max() < 1
    for column in out.T:
        assert scipy.stats.kstest(column, "uniform").pvalue > 1e-4
    correlation = np.corrcoef(out.T) - np.eye(count)
    assert np.abs(correlation).max() < 5 / np.sqrt(len(out))
    steps = np.corrcoef(out[:-1, 0], out[1:, 0])[0, 1]
    assert abs(steps) < 4 / np.sqrt(len(out))


def test_purposes_are_apart():
    one, other = (keyed_randomness.derive(KEY, purpose, 8) for purpose in ("a", "b"))
    assert not (one == other).any()
    joined = (
        keyed_randomness.derive(KEY + b"a", "b", 8),
        keyed_randomness.derive(KEY, "ab", 8),
    )
    assert not (joined[0] == joined[1]).any()


@pytest.mark.parametrize("key", ["0" * 32, b"\0" * 16, "abababababababab"])
def test_keys_that_were_left_as_they_were_are_refused(key):
    with pytest.raises(ValueError, match=r"must be a secret.*[12] of them different"):
        keyed_randomness.check_key(key)


def test_random_keys_of_the_shortest_length_are_taken():
    random = np.random.default_rng(0)
    for _ in range(2000):
        keyed_randomness.check_key(random.bytes(8).hex())


def test_short_keys_are_refused():
    with pytest.raises(ValueError, match=r"at least 16 bytes.*Received: 5 bytes"):
        keyed_randomness.check_key("short")
    assert keyed_randomness.check_key("0123456789abcdef") == b"0123456789abcdef"
