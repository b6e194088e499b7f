"""Checks of arguments that several classes take."""

from __future__ import annotations


def check_nonnegative(name: str, value: float) -> float:
    """Returns a finite number of at least 0 as a float, or raises `ValueError`."""
    if not 0 <= value < float("inf"):  # also rejects nan
        raise ValueError(
            f"`{name}` must be finite and at least 0. Received: {name}={value}"
        )
    return float(value)
