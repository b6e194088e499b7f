import gc
import time

import numpy as np
import pytest

from keras_entropy.search.call_times import seconds_per_call
from keras_entropy.search.call_times import times_in_turn


@pytest.fixture
def clock(monkeypatch):
    """A clock that calls advance; the machine is 5 times slower after 40 of them."""
    state = {"time": 0.0, "calls": []}
    monkeypatch.setattr(time, "perf_counter", lambda: state["time"])

    def call(name, seconds):
        def run():
            state["calls"].append(name)
            state["time"] += seconds * (5 if len(state["calls"]) > 40 else 1)

        return run

    state["call"] = call
    return state


def test_what_slows_the_machine_slows_both(clock):
    call, base = clock["call"]("call", 3.0), clock["call"]("base", 2.0)
    times = times_in_turn(call, base, rounds=40)
    assert times.shape == (40, 2)
    assert np.median(times[:, 0] / times[:, 1]) == pytest.approx(1.5)
    assert sorted(set(times[:, 0])) == [3, 15]
    rounds = np.reshape(clock["calls"], (40, 2))
    assert (rounds == "call").sum(axis=1).tolist() == [1] * 40
    assert 0 < (rounds[:, 0] == "call").sum() < 40


def test_the_time_of_the_processor_is_told_on_demand(clock, monkeypatch):
    monkeypatch.setattr(time, "process_time", lambda: 3 * clock["time"])
    call = clock["call"]("call", 2.0)
    times = times_in_turn(call, call, rounds=2, repeats=3, processor_time=True)
    assert times.tolist() == [[6, 6], [6, 6]]


def test_a_block_is_so_many_calls_and_garbage_waits(clock):
    collecting = []
    times = times_in_turn(
        lambda: collecting.append(gc.isenabled()),
        clock["call"]("base", 1.0),
        rounds=2,
        repeats=3,
    )
    assert collecting == [False] * 6
    assert gc.isenabled()
    assert times.tolist() == [[0, 1], [0, 1]]
    assert seconds_per_call(clock["call"]("base", 2.0), 4) == 2
