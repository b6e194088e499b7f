"""The cost of each defense in time, as a ratio to the undefended model."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from eval_suite.measurements import latency_ratio
from eval_suite.options.options import Options
from eval_suite.options.profiles import PROFILES
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy import catalog


@pytest.mark.parametrize("batch_size", [1, 256])
def test_latency(
    target: str,
    batch_size: int,
    subject: Subject,
    options: Options,
    benchmark: Any,
    record: Record,
) -> None:
    if options.parallel:
        reason = "time is measured in one process only: run without -n"
        record(
            "not_measured",
            what="latency",
            reason=reason,
            defense=target,
            metric="latency_ratio",
        )
        pytest.skip(reason)
    probe = subject.probe()
    rows = np.resize(np.arange(len(probe)), batch_size)
    batch = subject.model_inputs(probe[rows])
    defended_model = subject.live_model(target)
    # For the undefended model itself this is the A/A control: the noise of a ratio.
    base = latency_ratio.compiled_call(subject.live_model(BASE), batch)
    defended = latency_ratio.compiled_call(defended_model, batch)
    rounds = PROFILES[options.profile].latency_rounds
    found = latency_ratio.measure(defended, base, rounds=rounds)
    record(
        "latency", defense=target, batch_size=batch_size, **dataclasses.asdict(found)
    )
    benchmark.group = f"batch {batch_size}"
    benchmark.extra_info.update(ratio=found.ratio, low=found.low, high=found.high)
    answer = benchmark.pedantic(defended, rounds=20, iterations=10, warmup_rounds=1)
    if target != BASE and not catalog.get(target).claims.deterministic:
        totals = np.asarray(answer).sum(axis=-1)
        np.testing.assert_allclose(totals, 1, atol=1e-5)
        return
    expected = defended_model(latency_ratio.as_tensors(batch), training=False)
    np.testing.assert_allclose(
        np.asarray(answer),
        np.asarray(expected),
        atol=1e-5,
        err_msg=f"{target}: the compiled call that was timed gives other answers",
    )
