"""Entropy of the outputs on members and on non-members, as histograms."""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array

BINS = 40


def entropy_distribution(subject: Any, name: str) -> dict[str, Any]:
    """Returns the densities of the output entropy on both sides, in nats.

    Args:
        subject: What is evaluated.
        name: Name of a defense, or `"base"`.
    """
    sides = [_entropy(rows) for rows in subject.sides(name)]
    classes = subject.sides(name)[0].shape[-1]
    edges = np.linspace(0, np.log(classes), BINS + 1)
    member, nonmember = (
        np.histogram(np.clip(side, 0, edges[-1]), edges, density=True)[0]
        for side in sides
    )
    return {
        "quantity": "entropy",
        "edges": edges.tolist(),
        "member": member.tolist(),
        "nonmember": nonmember.tolist(),
    }


def _entropy(outputs: Array) -> Array:
    rows = outputs.astype("float64")
    return -(rows * np.log(np.where(rows > 0, rows, 1.0))).sum(axis=-1)
