"""The options of shadow models."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

SHADOWS = 16
SHADOW_BATCH_SIZE = 32  # as of `fit`
TWO_POOLS = (
    "--population and --shadow-data are two kinds of attackers: one who has more "
    "examples of the target's distribution, and one who has others alone. Leave one out"
)


def add_shadow_options(group: pytest.OptionGroup) -> None:
    """Adds the options to the suite's group."""
    group.addoption(
        "--population",
        dest="eval_suite_population",
        metavar="DATA",
        type=Path,
        help="With --model: more examples from the same distribution, as for "
        "--members. The model is trained anew on halves of them and of the members and "
        "non-members, and attacked by comparison with these shadow models.",
    )
    group.addoption(
        "--shadow-data",
        dest="eval_suite_shadow_data",
        metavar="DATA",
        type=Path,
        help="With --model, instead of --population: examples of another distribution, "
        "as for --members. Shadow models are trained on halves of these alone, as by "
        "an attacker who has none like the target's; attacks that compare with shadow "
        "models which learned the record itself are left out.",
    )
    group.addoption(
        "--shadow-model",
        dest="eval_suite_shadow_model",
        metavar="FILE",
        type=Path,
        help="A compiled model of another architecture, as for --model: shadow models "
        "are built and trained like it, as by an attacker who doesn't know the "
        "target's. Needs --population or --shadow-data.",
    )
    group.addoption(
        "--shadows",
        dest="eval_suite_shadows",
        metavar="K",
        type=even_number,
        help="Number of models of the game, each of which is the target in turn and "
        "the others its shadows; with --model, of its shadow models. Even, at least 4. "
        f"Default: {SHADOWS}, in --profile full 64.",
    )
    group.addoption(
        "--shadow-epochs",
        dest="eval_suite_shadow_epochs",
        metavar="N",
        type=positive_number,
        help="Epochs of each shadow model. Default: what the steps of the model's "
        "optimizer show.",
    )
    group.addoption(
        "--shadow-batch-size",
        dest="eval_suite_shadow_batch_size",
        metavar="N",
        type=positive_number,
        default=SHADOW_BATCH_SIZE,
        help="Examples in a batch, as the model was trained. Default: 32, as of fit.",
    )
    group.addoption(
        "--shadow-learning-rate",
        dest="eval_suite_shadow_learning_rate",
        metavar="RATE",
        type=positive_rate,
        help="The learning rate at which shadow models are trained. Default: that of "
        "the saved model's optimizer, which is the final one where a callback lowered "
        "it.",
    )
    group.addoption(
        "--trainer",
        dest="eval_suite_trainer",
        metavar="SPEC",
        help="Trains each shadow model as you train yours, whatever that takes (class "
        "weights, callbacks, a pretrained start): MODULE:FUNCTION or FILE.py:FUNCTION "
        "(the current folder is on the path), a function (x, y, seed) -> model that "
        "makes and trains one model. What it has trained is kept as long as its file "
        "and the examples stay the same; what it imports from other files, and data "
        "that it reads, are not looked at: after a change there, add --cache-clear.",
    )
    group.addoption(
        "--shadow-backend",
        dest="eval_suite_shadow_backend",
        choices=("sequential", "loky", "dask", "ray"),
        default="sequential",
        help="Where shadow models are trained: in this process, several at once where "
        "the layers allow; in processes of this machine; or on a cluster. Default: "
        "sequential.",
    )
    group.addoption(
        "--scheduler",
        "--dask-scheduler",
        dest="eval_suite_scheduler",
        metavar="ADDRESS",
        help="The cluster of --shadow-backend dask (tcp://HOST:8786) or ray.",
    )


def even_number(text: str) -> int:
    """Returns a number of models."""
    number = positive_number(text)
    if number < 4 or number % 2:
        raise argparse.ArgumentTypeError(
            f"must be even and at least 4, as models come in pairs. Received: {text}"
        )
    return number


def positive_rate(text: str) -> float:
    """Returns a learning rate."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate < float("inf"):
        raise argparse.ArgumentTypeError(
            f"must be a number above 0, such as 0.001. Received: {text!r}"
        )
    return rate


def positive_number(text: str) -> int:
    """Returns an integer of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(
            f"must be an integer of at least 1. Received: {text!r}"
        )
    return int(text)
