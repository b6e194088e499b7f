"""The expressions that `--gate` accepts: a figure of a defense, and its limit."""

from __future__ import annotations

import argparse
import dataclasses
import math

# True positive rates are asked for with the false positive rate, such as `tpr@0.01`.
RATE = "tpr@"
# The comparison that makes a limit of each figure: of most, less is better.
METRICS = {
    "auc": "<=",
    "worst_off_auc": "<=",
    "canary_auc": "<=",
    "epsilon": "<=",
    f"{RATE}FPR": "<=",
    "accuracy": ">=",
    "accuracy_drop": "<=",
    "latency_ratio": "<=",
}
# They compare a defense with the undefended model, which has none of its own.
AGAINST_BASE = ("accuracy_drop", "latency_ratio")
_SIGNS = ("<=", ">=")


@dataclasses.dataclass(frozen=True)
class Gate:
    """A limit that a figure has to keep.

    Args:
        metric: A key of `METRICS`, with a number in (0, 1) for `FPR`. `auc` is that of
            the strongest attack, chosen and reported on different data, and
            `worst_off_auc` that on the 5 % of the records that other pairs of models
            say are most exposed, `canary_auc` that on mislabelled records, which are
            learned by heart; `epsilon` is a claim that records which were held out may
            refute; `tpr@0.01` is the true positive rate at 1 % false positives, of
            every attack; `accuracy` is on non-members, and `accuracy_drop` its fall
            against the undefended model; `latency_ratio` is the time of a call over
            the undefended model's, at every batch size.
        limit: Float.
        defense: Name of a defense, or `None` for all that are evaluated.
    """

    metric: str
    limit: float
    defense: str | None = None

    @property
    def sign(self) -> str:
        """The comparison: `<=`, or `>=` where more is better."""
        return METRICS[kind_of(self.metric)]

    @property
    def fpr(self) -> float | None:
        """The false positive rate that a true positive rate is gated at."""
        return fpr_of(self.metric)

    def __str__(self) -> str:
        prefix = "" if self.defense is None else f"{self.defense}:"
        return f"{prefix}{self.metric}{self.sign}{self.limit:g}"


def kind_of(metric: str) -> str:
    """Returns the key of `METRICS` that a metric is of."""
    return f"{RATE}FPR" if metric.startswith(RATE) else metric


def fpr_of(metric: str) -> float | None:
    """Returns the false positive rate of a metric; `None` if it has none.

    Raises:
        ValueError: If what stands for it is no number in (0, 1).
    """
    if not metric.startswith(RATE):
        return None
    fpr = float(metric.removeprefix(RATE))
    if not 0 < fpr < 1:
        raise ValueError(
            f"A false positive rate lies in (0, 1). Received: metric={metric!r}"
        )
    return fpr


def parse_gate(text: str) -> Gate:
    """Reads one expression.

    Args:
        text: `[DEFENSE:]METRIC<=LIMIT`, spaces allowed: `auc<=0.55`,
            `M-5:tpr@0.01 <= 0.03`, `accuracy>=0.9`.

    Raises:
        argparse.ArgumentTypeError: If it is something else; the message says what is
            accepted.

    Example:

        >>> parse_gate("M-5:auc <= 0.55")
        Gate(metric='auc', limit=0.55, defense='M-5')
    """
    signs = [sign for sign in _SIGNS if sign in text]
    left, _, right = text.partition(signs[0] if signs else "\0")
    defense, colon, metric = left.rpartition(":")
    defense, metric = defense.strip(), metric.strip()
    kind = kind_of(metric)
    if not signs or kind not in METRICS or (colon and not defense):
        raise _refusal(text, "it must read [DEFENSE:]METRIC<=LIMIT")
    try:
        fpr_of(metric)
    except ValueError:
        rule = "FPR is a false positive rate between 0 and 1, such as tpr@0.05"
        raise _refusal(text, rule) from None
    if signs[0] != METRICS[kind]:
        raise _refusal(text, f"{metric} is gated by {METRICS[kind]}")
    try:
        limit = float(right)
    except ValueError:
        limit = math.nan
    if not math.isfinite(limit):
        raise _refusal(text, "the limit must be a number")
    return Gate(metric, limit, defense or None)


def _refusal(text: str, rule: str) -> argparse.ArgumentTypeError:
    known = ", ".join(f"{metric}{sign}LIMIT" for metric, sign in METRICS.items())
    return argparse.ArgumentTypeError(
        f"{rule}. Accepted: {known}, each with a defense in front if it holds for that "
        f"one alone, as in 'M-5:auc<=0.55'. Received: {text!r}"
    )
