"""What private training costs, against training without clipping and noise.

K models on digits, in alternating rounds of one process, after one round that compiles.
Two ratios of processor time are printed: of a pass in which each training sees all
examples once, and of whole trainings, 100 private steps against 50 plain epochs in
batches of 32, as in the evaluation.

    python eval_suite/benchmarks/private_training.py
    python eval_suite/benchmarks/private_training.py --models 4 --rounds 3
"""

from __future__ import annotations

import argparse
import statistics

import keras

from eval_suite.benchmarks.shadow_training import BATCH_SIZE
from eval_suite.benchmarks.shadow_training import Case
from eval_suite.benchmarks.shadow_training import chosen_case
from eval_suite.benchmarks.shadow_training import clocks
from keras_entropy import shadow
from keras_entropy.privacy import PrivateGradients

_STEPS = 100


def seconds(
    case: Case, epochs: int, batch_size: int, privacy: PrivateGradients | None
) -> float:
    """Returns the processor time of training all models of a case.

    Args:
        case: Models to train.
        epochs: Integer, passes over the examples.
        batch_size: Integer.
        privacy: How gradients are clipped and noised, or `None`.
    """
    rows = case.plan.rows()
    model = case.make_model()
    initial = shadow.initialize(model, range(len(rows)))
    start = clocks()
    shadow.train(
        model,
        initial,
        case.x,
        case.y,
        rows,
        epochs=epochs,
        batch_size=batch_size,
        seeds=range(len(rows)),
        privacy=privacy,
    )
    return float((clocks() - start)[1])


def main() -> None:
    """Prints the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--models", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    case = chosen_case("digits", "", options.models)
    privacy = PrivateGradients(clip_norm=0.3, noise_multiplier=20.0)
    trainings: list[float] = []
    for number in range(options.rounds + 1):
        plain = seconds(case, case.epochs, BATCH_SIZE, None)
        private = seconds(case, _STEPS, len(case.x), privacy)
        if number:  # The first one compiles.
            trainings.append(private / plain)
    passes = [ratio * case.epochs / _STEPS for ratio in trainings]
    print(
        f"{keras.backend.backend()}, digits, {options.models} models, private / plain"
    )
    for name, ratios in (("pass", passes), ("training", trainings)):
        print(
            f"{name}: {statistics.median(ratios):.2f} "
            f"[{min(ratios):.2f}-{max(ratios):.2f}]"
        )


if __name__ == "__main__":
    main()
