"""A single target: one model, its members, and examples that it never saw."""

from __future__ import annotations

import abc

import numpy as np

from eval_suite.datasets.datasets import Dataset
from keras_entropy import prediction_quality
from keras_entropy.arrays import Array
from keras_entropy.attacks import Shadows
from keras_entropy.attacks.statistics.intervals import share_interval


class OneTarget(abc.ABC):
    """What an evaluation asks of a subject that is one model.

    Attributes:
        members: Examples that the model was trained on.
        nonmembers: Examples of the same law that it was not trained on.
    """

    members: Dataset
    nonmembers: Dataset

    @abc.abstractmethod
    def outputs(self, name: str) -> tuple[Array, Array]:
        """Returns what the defended model answers to members and to non-members.

        Args:
            name: Name of a defense, or `"base"` for the undefended model.
        """

    def shadows(self, name: str) -> Shadows | None:
        """Returns the shadow models of the defended model, if there are any.

        Args:
            name: Name of a defense, or `"base"` for the undefended model.
        """
        return None

    def utility(self, name: str) -> dict[str, float]:
        """Returns what the defended model is worth, on non-members.

        The interval of the accuracy is Clopper and Pearson's, over examples.
        """
        inside, outside = self.outputs(name)
        labels = self.nonmembers.y
        accuracy = prediction_quality.accuracy(outside, labels)
        hits = round(accuracy * len(labels))
        low, high = share_interval(hits, len(labels))
        entropy = prediction_quality.mean_entropy(outside)
        return {
            "accuracy": accuracy,
            "accuracy_low": float(low),
            "accuracy_high": float(high),
            "member_accuracy": prediction_quality.accuracy(inside, self.members.y),
            "nll": prediction_quality.nll(outside, labels),
            "ece": prediction_quality.expected_calibration_error(outside, labels),
            "entropy_mean": entropy,
            "entropy_normalized": entropy / float(np.log(outside.shape[-1])),
        }

    def sides(self, name: str) -> tuple[Array, Array]:
        """Returns the answers to members and to non-members."""
        return self.outputs(name)

    def majority_share(self) -> float:
        """Returns the accuracy of always answering the most frequent class."""
        labels = self.nonmembers.y
        return float(np.bincount(labels).max() / len(labels))

    def probe(self) -> Array:
        """Returns examples to time calls with."""
        return self.nonmembers.x
