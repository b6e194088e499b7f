"""Entropy of the outputs on members and on non-members, as histograms."""

from __future__ import annotations

import numpy as np

from eval_suite.results.rows import DistributionRow
from eval_suite.subjects.subject import Subject
from keras_entropy.prediction_quality import entropies

BINS = 40


def entropy_distribution(subject: Subject, name: str) -> DistributionRow:
    """Returns the densities of the output entropy on both sides, in nats.

    Args:
        subject: The models and their examples.
        name: Name of a defense, or `"base"`.
    """
    sides = subject.sides(name)
    edges = np.linspace(0, np.log(sides[0].shape[-1]), BINS + 1)
    member, nonmember = (
        np.histogram(np.clip(entropies(rows), 0, edges[-1]), edges, density=True)[0]
        for rows in sides
    )
    return {
        "defense": name,
        "quantity": "entropy",
        "edges": edges.tolist(),
        "member": member.tolist(),
        "nonmember": nonmember.tolist(),
    }
