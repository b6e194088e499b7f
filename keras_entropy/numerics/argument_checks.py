"""Checks of arguments that several classes take."""

from __future__ import annotations

from typing import Any


def check_nonnegative(name: str, value: float) -> float:
    """Returns a finite number of at least 0 as a float, or raises `ValueError`."""
    if not 0 <= value < float("inf"):  # also rejects nan
        raise ValueError(
            f"`{name}` must be finite and at least 0. Received: {name}={value}"
        )
    return float(value)


def check_count(name: str, value: Any) -> int:
    """Returns `value`, or raises `ValueError` if it is no integer of at least 1."""
    if type(value) is not int or value < 1:  # `True` is no count
        raise ValueError(
            f"`{name}` must be an integer, at least 1. Received: {name}={value!r}"
        )
    return value
