"""A row of the table that a run prints first."""

from typing import TypedDict


class FirstRow(TypedDict):
    """AUCs of the strongest attacks of two kinds on one defense, and its accuracy."""

    name: str
    asked_once: float | None
    asked_often: float | None
    accuracy: float
