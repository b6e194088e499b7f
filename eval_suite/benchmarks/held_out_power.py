"""What a bound on epsilon from one training sees, by the number of held-out records.

    python -m eval_suite.benchmarks.held_out_power

The training is a Gaussian mechanism of known epsilon: what the attacker sees of each
record is N(0, 1) if it was held out and N(mu, 1) if it was trained on, and nothing of
the others. For each epsilon and number of records the medians of both bounds over the
runs, and in how many runs a bound was above the truth, which 5 % may be. The first
rows, of epsilon 0, are the null: how many runs are above 0.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy import optimize

from keras_entropy.attacks.leakage.guesses import gaussian_epsilon
from keras_entropy.attacks.leakage.one_training import DELTA
from keras_entropy.attacks.leakage.one_training import OneTrainingBound
from keras_entropy.attacks.leakage.one_training import one_training_bound

EPSILONS = (0.0, 1.0, 2.0, 4.0, 8.0)
RECORDS = (100, 300, 1000, 3000, 10_000)
NULL_RUNS = 1000
RUNS = 100
# Attacks to choose among where there is nothing to see.
NULL_ATTACKS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--null-runs", type=int, default=NULL_RUNS)
    arguments = parser.parse_args()
    print(f"delta {DELTA:g}, 95 % confidence; runs above the truth in brackets")
    print("| epsilon | records | bound | if Gaussian | most that could be seen |")
    print("|--:|--:|--:|--:|--:|")
    for epsilon in EPSILONS:
        for records in RECORDS:
            runs = arguments.runs if epsilon else arguments.null_runs
            print(power_row(epsilon, records, runs), flush=True)


def power_row(epsilon: float, records: int, runs: int) -> str:
    """Returns one row of the table.

    Args:
        epsilon: Float, at least 0, of the mechanism.
        records: Integer, how many coins are tossed.
        runs: Integer.
    """
    mu = mu_of(epsilon)
    bounds = [_run(mu, records, seed) for seed in range(runs)]
    cells = []
    for kind in ("epsilon", "gaussian_epsilon"):
        found = np.array([getattr(bound, kind) for bound in bounds])
        above = int((found > epsilon).sum())
        cells.append(f"{np.median(found):.2f} ({above} of {runs:,})")
    cells.append(f"{bounds[0].ceiling:.2f}")
    return f"| {epsilon:g} | {records:,} | {' | '.join(cells)} |"


def mu_of(epsilon: float) -> float:
    """Returns the mu of a Gaussian mechanism of some epsilon at `DELTA`."""
    if epsilon == 0:
        return 0.0
    return float(
        optimize.brentq(lambda mu: gaussian_epsilon(mu, DELTA) - epsilon, 1e-3, 10)
    )


def _run(mu: float, records: int, seed: int) -> OneTrainingBound:
    rng = np.random.default_rng((seed, records))
    member = rng.random(records) < 0.5
    attacks = 1 if mu else NULL_ATTACKS
    scores = {
        f"attack {number}": rng.normal(size=records) + mu * member
        for number in range(attacks)
    }
    return one_training_bound(scores, member, seed=seed)


if __name__ == "__main__":
    main()
