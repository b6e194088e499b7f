"""The options of the gate."""

from __future__ import annotations

import argparse
import math
from pathlib import Path

import pytest

from eval_suite.options.gate_expression import parse_gate

# A rise in AUC up to this is accepted. It absorbs how far the AUC moves when the same
# recipe is trained with another seed (README, "The gate").
ACCEPTED_RISE = 0.01


def add_gate_options(group: pytest.OptionGroup) -> None:
    """Adds the options."""
    group.addoption(
        "--gate",
        dest="eval_suite_gates",
        metavar="EXPR",
        action="append",
        type=parse_gate,
        default=[],
        help="Fail if a figure is shown to be beyond its limit: auc<=0.55, "
        "tpr@0.01<=0.03, accuracy_drop<=0.01, latency_ratio<=1.2, with --held-out "
        "epsilon<=8, with DEFENSE: in front for one defense alone. May be given more "
        "than once.",
    )
    group.addoption(
        "--baseline",
        dest="eval_suite_baseline",
        metavar="FILE",
        type=Path,
        help="Fail if an attack's AUC is shown to have risen since this file was "
        "written, by more than --margin.",
    )
    group.addoption(
        "--update-baseline",
        dest="eval_suite_update_baseline",
        action="store_true",
        help="Write --baseline from this run instead of comparing with it.",
    )
    group.addoption(
        "--margin",
        dest="eval_suite_margin",
        metavar="X",
        type=_margin,
        default=ACCEPTED_RISE,
        help=f"Rise in AUC that --baseline accepts. Default: {ACCEPTED_RISE}.",
    )
    group.addoption(
        "--inconclusive",
        dest="eval_suite_inconclusive",
        choices=("pass", "fail"),
        default="pass",
        help="What a gate that is not decided counts as. Default: pass, with a "
        "warning.",
    )


def check_margin(margin: float) -> None:
    """Raises `ValueError` unless a rise in AUC of this size may be accepted."""
    if not 0 <= margin < 0.5:  # also rejects NaN
        raise ValueError(f"a margin is a number from 0 up to 0.5. Received: {margin}")


def _margin(text: str) -> float:
    try:
        margin = float(text)
    except ValueError:
        margin = math.nan
    try:
        check_margin(margin)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"a margin is a number from 0 up to 0.5. Received: {text!r}"
        ) from error
    return margin
