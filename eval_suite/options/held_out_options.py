"""The options of an audit of one training, of which records were held out."""

from __future__ import annotations

from pathlib import Path

import pytest

# Of (epsilon, delta), as usual for training sets of up to 100,000 examples.
DELTA = 1e-5


def add_held_out_options(group: pytest.OptionGroup) -> None:
    """Adds the options to the suite's group."""
    group.addoption(
        "--held-out",
        dest="eval_suite_held_out",
        metavar="FILE",
        type=Path,
        help="With --model, instead of --members and --nonmembers: the plan by which "
        "keras_entropy.audit.hold_out held records out of its training. A fair coin "
        "decided on each, so that the audit gives a lower bound on epsilon too.",
    )
    group.addoption(
        "--delta",
        dest="eval_suite_delta",
        metavar="X",
        type=float,
        default=DELTA,
        help="The delta of that epsilon, below one over the number of records. "
        f"Default: {DELTA}.",
    )
