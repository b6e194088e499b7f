"""LiRA and RMIA scores of all targets, against TensorFlow Privacy's LiRA of one.

Alternating rounds in one process; what is printed are ratios of the time per target.
TensorFlow Privacy wants its shadow statistics as one array for each example, whose
making is not counted.

    python eval_suite/benchmarks/shadow_scoring.py
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from typing import ParamSpec
from typing import TypeVar

import numpy as np

from keras_entropy.attacks.scorers.shadow import lira
from keras_entropy.attacks.scorers.shadow import rmia
from keras_entropy.shadow import complementary_pairs

# Its top-level package needs Keras 2, which the attack modules do not.
vars(sys)["skip_tf_privacy_import"] = True
from tensorflow_privacy.privacy.privacy_tests.membership_inference_attack import (  # noqa: E402
    advanced_mia,
)

Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


def timed(
    function: Callable[Arguments, Result],
    *args: Arguments.args,
    **kwargs: Arguments.kwargs,
) -> tuple[Result, float]:
    """Return the result of a call and its seconds."""
    start = time.perf_counter()
    result = function(*args, **kwargs)
    return result, time.perf_counter() - start


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=20_000)
    parser.add_argument("--models", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    n, models = options.examples, options.models
    membership = complementary_pairs(n, models, seed=0).membership
    signal = rng.normal(size=n) * 3 + rng.gamma(2, size=n) * rng.normal(
        size=(models, n)
    )
    inside, outside = (
        [signal[2:, i][side[2:, i], None] for i in range(n)]
        for side in (membership, ~membership)
    )
    print(f"N={n}, K={models}: all {models} targets of ours, one target of theirs")
    for variance in ("per-example", "fixed", "shrunken"):
        ratios: list[float] = []
        seconds: list[float] = []
        for _ in range(options.rounds):
            found, ours = timed(lira.Online(variance).score_game, signal, membership)
            seconds.append(ours)
            if variance == "shrunken":
                continue
            theirs, other = timed(
                advanced_mia.compute_score_lira,
                signal[0][:, None],
                inside,
                outside,
                fix_variance=variance == "fixed",
                median_or_mean="mean",
            )
            ratios.append(other / (ours / models))
            difference = abs(found.values[0] + theirs).max()
        line = f"lira, {variance}: {statistics.median(seconds):.3f} s"
        if ratios:
            line += (
                f"; TensorFlow Privacy / ours per target = "
                f"{statistics.median(ratios):.0f} [{min(ratios):.0f}-{max(ratios):.0f}]"
                f", largest difference {difference:.1e}"
            )
        print(line)
    found, duration = timed(rmia.Online().score_game, signal, membership)
    print(f"rmia, online: {duration:.3f} s")
    reference = rng.normal(size=(models, n))
    _, duration = timed(rmia.p_values, found.values, reference)
    print(f"rmia, p-values against {n} reference examples: {duration:.3f} s")


if __name__ == "__main__":
    main()
