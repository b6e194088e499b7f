import itertools
import time

import numpy as np
import pytest

from eval_suite.measurements import latency_ratio
from eval_suite.subjects import study_network


def test_the_ratio_is_that_of_the_clock(monkeypatch):
    now = itertools.count()
    clock = {"time": 0.0}
    noise = np.random.default_rng(0)

    def call(seconds):
        def run():
            clock["time"] += seconds * noise.uniform(0.99, 1.01)
            next(now)

        return run

    monkeypatch.setattr(time, "perf_counter", lambda: clock["time"])
    found = latency_ratio.measure(call(3e-4), call(2e-4), rounds=40)
    assert found.low <= 1.5 <= found.high
    assert found.ratio == pytest.approx(1.5, rel=0.01)
    assert found.microseconds == pytest.approx(300, rel=0.01)
    assert found.base_microseconds == pytest.approx(200, rel=0.01)
    assert next(now) > 80 * latency_ratio.BLOCK_SECONDS / 3e-4


def test_a_slow_phase_of_the_machine_does_not_move_the_ratio(monkeypatch):
    clock = {"time": 0.0, "calls": 0}

    def call(seconds):
        def run():
            clock["calls"] += 1
            slow = 5 if clock["calls"] > 700 else 1
            clock["time"] += seconds * slow

        return run

    monkeypatch.setattr(time, "perf_counter", lambda: clock["time"])
    found = latency_ratio.measure(call(2e-4), call(1e-4), rounds=40)
    assert found.ratio == pytest.approx(2, rel=1e-6)


def test_the_compiled_call_answers_like_the_model():
    model = study_network.study_mlp((8, 8), 10)
    batch = np.random.default_rng(0).normal(size=(3, 8, 8)).astype("float32")
    found = np.asarray(latency_ratio.compiled_call(model, batch)())
    np.testing.assert_allclose(found, np.asarray(model(batch)), atol=1e-6)
