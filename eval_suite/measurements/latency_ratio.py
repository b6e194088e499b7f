"""The cost of a defense in time, as a ratio measured within one process."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy.search.call_times import seconds_per_call
from keras_entropy.search.call_times import times_in_turn

BLOCK_SECONDS = 0.004
WARM_UP_CALLS = 50


@dataclasses.dataclass(frozen=True)
class LatencyRatio:
    """Time of one call over that of another.

    Args:
        ratio: Median over rounds of the per-round ratio.
        low: Lower end of its 95 % interval, from order statistics.
        high: Upper end.
        microseconds: Median time of one call.
        base_microseconds: Median time of one call of the other.
    """

    ratio: float
    low: float
    high: float
    microseconds: float
    base_microseconds: float


def as_tensors(batch: Any) -> Any:
    """Returns inputs of a model as tensors, which a call wants all or none of."""
    import tensorflow as tf

    def as_tensor(part: Any) -> Any:
        return tf.constant(part) if isinstance(part, np.ndarray) else part

    return tf.nest.map_structure(as_tensor, batch)


def compiled_call(model: keras.Model, batch: Any) -> Callable[[], Any]:
    """Returns a function of no arguments that runs the compiled model on `batch`.

    `predict` would cost 45 ms a call whatever the model, so the graph is compiled for
    the one input signature, as a server does.
    """
    import tensorflow as tf

    inputs = as_tensors(batch)
    function = tf.function(lambda x: model(x, training=False), autograph=False)
    spec = tf.nest.map_structure(tf.type_spec_from_value, inputs)
    concrete = function.get_concrete_function(spec)
    return lambda: concrete(inputs)


def measure(
    call: Callable[[], Any],
    base: Callable[[], Any],
    *,
    rounds: int,
    seed: int = 0,
) -> LatencyRatio:
    """Times two calls in turn; the ratio is the median over rounds.

    Args:
        call: What is measured.
        base: What it is compared with.
        rounds: Number of rounds, at least 8.
        seed: Seed of the order within a round.
    """
    for warm_up in (call, base):
        for _ in range(WARM_UP_CALLS):
            warm_up()
    repeats = max(1, round(BLOCK_SECONDS / seconds_per_call(base, 10)))
    times = times_in_turn(call, base, rounds=rounds, repeats=repeats, seed=seed)
    ratios = np.sort(times[:, 0] / times[:, 1])
    # The ranks n/2 +- 0.98 sqrt(n) hold the median with 95 % confidence.
    half = 0.98 * np.sqrt(rounds)
    lower = max(0, int(np.floor(rounds / 2 - half)))
    upper = min(rounds - 1, int(np.ceil(rounds / 2 + half)))
    microseconds, base_microseconds = np.median(times, axis=0) * 1e6
    return LatencyRatio(
        ratio=float(np.median(ratios)),
        low=float(ratios[lower]),
        high=float(ratios[upper]),
        microseconds=float(microseconds),
        base_microseconds=float(base_microseconds),
    )
