"""Times of two calls, measured in turn so that they can be compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from keras_entropy.arrays import Floats

Call = Callable[[], Any]


def times_in_turn(
    call: Call,
    base: Call,
    *,
    rounds: int,
    repeats: int = 1,
    seed: int = 0,
    processor_time: bool = False,
) -> Floats:
    """Times two calls in turn.

    Each round runs one block of each, in random order and without garbage collection,
    so that whatever slows the machine down slows both: compare within rounds.

    Args:
        call: The one call.
        base: The other call.
        rounds: Integer.
        repeats: Integer, calls in a block. Defaults to `1`.
        seed: Integer, of the order within a round. Defaults to `0`.
        processor_time: Boolean, whether to count only what this process computes, not
            what it waits. Defaults to `False`.

    Returns:
        float64 array `(rounds, 2)`: seconds for one call, `call` first.
    """
    order = np.random.default_rng(seed).permuted(np.tile([0, 1], (rounds, 1)), axis=1)
    calls = (call, base)
    times = np.empty((rounds, 2))
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for i, pair in enumerate(order):
            for which in pair:
                times[i, which] = seconds_per_call(
                    calls[which], repeats, processor_time=processor_time
                )
    finally:
        if was_enabled:
            gc.enable()
    return times


def seconds_per_call(
    call: Call, repeats: int, *, processor_time: bool = False
) -> float:
    """Returns the mean time of so many calls in a row."""
    clock = time.process_time if processor_time else time.perf_counter
    start = clock()
    for _ in range(repeats):
        call()
    return (clock() - start) / repeats
