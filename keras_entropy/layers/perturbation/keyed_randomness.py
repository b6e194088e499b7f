"""A pseudo-random function of a secret key and of integer vectors, in `keras.ops`.

The vector is hashed by a multilinear map with secret coefficients, and the hash is the
input of ChaCha with 8 rounds: without the key nobody can tell the numbers from random
ones, or which vectors have the same numbers. All of it is 32-bit integer arithmetic
that wraps around, which all backends do alike.
"""

from __future__ import annotations

import hashlib
import os
from typing import Any

import numpy as np
from keras import ops

from keras_entropy.arrays import Integers

VARIABLE = "KERAS_ENTROPY_KEY"
SHORTEST = 16
# Random keys of the shortest length have fewer once in a million times, if that.
_FEWEST_DIFFERENT = 5
_CONSTANTS = np.frombuffer(b"expand 32-byte k", "<i4")
_WORDS = 16  # that one block of ChaCha gives
_HASH_WORDS = 3


def check_key(key: bytes | str) -> bytes:
    """Returns the key as bytes, or raises `ValueError` if it is no secret."""
    secret = key.encode() if isinstance(key, str) else bytes(key)
    if len(secret) < SHORTEST:
        raise ValueError(
            f"`key` must have at least {SHORTEST} bytes, such as "
            f"`secrets.token_bytes(32)`. Received: {len(secret)} bytes"
        )
    different = len(set(secret))
    if different < _FEWEST_DIFFERENT:
        raise ValueError(
            "`key` must be a secret, such as `secrets.token_bytes(32)`, and this looks "
            f"like one that was left as it was. Received: {len(secret)} bytes, "
            f"{different} of them different"
        )
    return secret


def check_step(step: float) -> float:
    """Returns what rows are rounded to, or raises `ValueError` if out of range."""
    if not 0.001 <= step <= 1:  # also rejects nan
        raise ValueError(f"`step` must be in [0.001, 1]. Received: step={step}")
    return float(step)


def key_from_environment(layer: str) -> bytes:
    """Returns the key that the environment holds, or raises `ValueError`."""
    key = os.environ.get(VARIABLE)
    if not key:
        raise ValueError(
            f"`{layer}` has no key. A key is never saved with a model: pass `key=`, or "
            f"set the environment variable {VARIABLE} before the model is first "
            "called. Received: neither"
        )
    return check_key(key)


def derive(key: bytes, purpose: str, words: int) -> Integers:
    """Returns int32 `(words,)`, independent for each purpose (SHAKE-256)."""
    # The key's length first, so that no other key and purpose give the same bytes.
    message = len(key).to_bytes(8, "little") + key + purpose.encode()
    return np.frombuffer(hashlib.shake_256(message).digest(4 * words), "<i4")


def _tensor(words: Integers) -> Any:
    return ops.convert_to_tensor(words, dtype="int32")


def _rotate(x: Any, bits: int) -> Any:
    # A right shift of a negative int32 shifts ones in, which the mask takes away.
    low = ops.bitwise_and(ops.right_shift(x, 32 - bits), (1 << bits) - 1)
    return ops.bitwise_or(ops.left_shift(x, bits), low)


def _quarter_rounds(a: Any, b: Any, c: Any, d: Any) -> tuple[Any, Any, Any, Any]:
    for first, second in ((16, 12), (8, 7)):
        a = a + b
        d = _rotate(ops.bitwise_xor(d, a), first)
        c = c + d
        b = _rotate(ops.bitwise_xor(b, c), second)
    return a, b, c, d


def chacha(key: Integers, inputs: Any, rounds: int = 8) -> Any:
    """Returns one block of ChaCha for each input.

    Args:
        key: int32 array `(8,)`.
        inputs: int32 tensor `(..., 4)`: counter and nonce.
        rounds: Even integer; 20 is the standard one.

    Returns:
        int32 tensor `(..., 16)`.

    Reference:
        [Bernstein, 2008](https://cr.yp.to/chacha/chacha-20080128.pdf); 8 rounds:
        [Aumasson, 2020](https://eprint.iacr.org/2019/1492)
    """
    zero = ops.zeros_like(inputs)
    words = (_CONSTANTS, key[:4], key[4:])
    start = (*(zero + _tensor(row) for row in words), inputs)
    a, b, c, d = start
    # From the front: TensorFlow's `vectorized_map` takes -1 for the axis of its own.
    last = len(inputs.shape) - 1
    for _ in range(rounds // 2):
        a, b, c, d = _quarter_rounds(a, b, c, d)
        b, c, d = (ops.roll(row, -i, axis=last) for i, row in enumerate((b, c, d), 1))
        a, b, c, d = _quarter_rounds(a, b, c, d)
        b, c, d = (ops.roll(row, i, axis=last) for i, row in enumerate((b, c, d), 1))
    rows = [row + first for row, first in zip((a, b, c, d), start, strict=True)]
    return ops.concatenate(rows, axis=-1)


def uniforms(key: bytes, vectors: Any, count: int) -> Any:
    """Returns numbers that look uniform without the key.

    Args:
        key: The secret.
        vectors: int32 tensor `(..., n)`.
        count: Integer: how many numbers for each vector.

    Returns:
        float32 tensor `(..., count)` in (0, 1); equal vectors give equal numbers.
    """
    length = vectors.shape[-1]
    coefficients = derive(key, f"hash {length}", _HASH_WORDS * length)
    coefficients = coefficients.reshape(length, _HASH_WORDS)
    hashed = ops.sum(vectors[..., None] * _tensor(coefficients), axis=-2)[..., None, :]
    blocks = -(-count // _WORDS)
    counter = np.arange(blocks, dtype="int32")[:, None]
    counters = ops.zeros_like(hashed[..., :1]) + _tensor(counter)
    inputs = ops.concatenate([counters, ops.zeros_like(counters) + hashed], axis=-1)
    words = chacha(derive(key, f"stream {length}", 8), inputs)
    words = ops.reshape(words, (*ops.shape(vectors)[:-1], blocks * _WORDS))
    # 23 bits and a half: exact in float32, and neither 0 nor 1.
    bits = ops.bitwise_and(ops.right_shift(words[..., :count], 9), (1 << 23) - 1)
    return (ops.cast(bits, "float32") + 0.5) * 2.0**-23
