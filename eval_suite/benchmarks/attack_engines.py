"""Times this engine against TensorFlow Privacy's, in one run on the same arrays.

    python -m eval_suite.benchmarks.attack_engines

60,000 members, 10,000 non-members, 10 classes; the entire set alone, then 13 slices
(entire, ten classes, right and wrong predictions). One BLAS thread and CPU seconds for
both, rounds alternating between the engines, so that other work on the machine counts
little; what counts is the ratio within a round. Compared is the cost of the same table:
this engine trains an attacker once and measures it on every slice, TensorFlow Privacy
trains one for each slice. On the entire set alone both train once, TensorFlow Privacy
with a grid search.

It fails if a ratio falls below its floor.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
import threadpoolctl

from keras_entropy.arrays import Floats
from keras_entropy.attacks.audits.outputs_audit import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.tf_privacy import tf_privacy_attacks

# The attacks that are timed together, by the name of their row.
TIMED_ATTACKS = {
    "thresholds": ("loss", "entropy"),
    "logistic": ("logistic",),
    "mlp": ("mlp",),
    "knn": ("knn",),
}
ALL_SLICES = ("entire", "class", "correctness")
# What they must reach on 13 slices, for any machine; this engine also computes
# intervals, operating points, an epsilon bound and the Jensen-Shannon distances.
FLOORS = {"total": 6.0, "thresholds": 2.0, "logistic": 2.0, "mlp": 6.0}


def measure(
    members: int,
    nonmembers: int,
    attacks: Mapping[str, Sequence[str]],
    slices: Sequence[str],
    rounds: int,
) -> Floats:
    """Returns CPU seconds `(rounds, attacks, 2)`, ours and TensorFlow Privacy's.

    Args:
        members: Integer.
        nonmembers: Integer.
        attacks: Dict from a name to the attacks that are run in one call.
        slices: Strings, the kinds of slices.
        rounds: Integer.
    """
    outputs, labels = planted.noise(
        "continuous", members + nonmembers, np.random.default_rng(0)
    )
    sides = outputs[:members], labels[:members], outputs[members:], labels[members:]
    seconds = np.empty((rounds, len(attacks), 2))
    with threadpoolctl.threadpool_limits(1):
        for number in range(rounds):
            for column, names in enumerate(attacks.values()):
                start = time.process_time()
                audit_outputs(*sides, attacks=names, slices=slices, seed=number)
                middle = time.process_time()
                tf_privacy_attacks(*sides, attacks=names, slices=slices, seed=number)
                end = time.process_time()
                seconds[number, column] = middle - start, end - middle
    return seconds


def table(
    seconds: Floats, attacks: Mapping[str, Sequence[str]]
) -> tuple[list[str], dict[str, float]]:
    """Returns the lines of the table, and the median ratios by attack and in total."""
    totals = seconds.sum(axis=1, keepdims=True)
    with_total = np.concatenate([seconds, totals], axis=1)
    ratios = with_total[..., 1] / with_total[..., 0]
    lines = [f"{'attack':<10}{'ours s':>9}{'theirs s':>10}{'ratio':>8}   [min, max]"]
    found = {}
    for column, name in enumerate((*attacks, "total")):
        ours, theirs = np.median(with_total[:, column], axis=0)
        found[name] = float(np.median(ratios[:, column]))
        low, high = ratios[:, column].min(), ratios[:, column].max()
        lines.append(
            f"{name:<10}{ours:>9.2f}{theirs:>10.2f}{found[name]:>7.1f}x   "
            f"[{low:.1f}, {high:.1f}]"
        )
    return lines, found


def too_slow(ratios: Mapping[str, float]) -> list[str]:
    """Returns the names whose ratio is below its floor."""
    return [name for name, floor in FLOORS.items() if not ratios[name] >= floor]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints both tables; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    parser.add_argument("--members", type=int, default=60_000, metavar="N")
    parser.add_argument("--nonmembers", type=int, default=10_000, metavar="N")
    options = parser.parse_args(arguments)
    for slices in (("entire",), ALL_SLICES):
        seconds = measure(
            options.members, options.nonmembers, TIMED_ATTACKS, slices, options.rounds
        )
        lines, ratios = table(seconds, TIMED_ATTACKS)
        print(f"Slices: {', '.join(slices)}. Rounds: {options.rounds}")
        print("\n".join(lines), flush=True)
    slow = too_slow(ratios)
    if slow:
        print(f"Below the floor: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
