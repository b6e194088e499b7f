"""What models answer to neighbors of each example, summed while they answer.

An attacker who may ask often asks about more than the example itself: noisy copies of
it, points between it and others. A model keeps its label farther around an example that
it was trained on, so that labels alone tell members apart, whatever a defense does to
the probabilities.

Reference: Choquette-Choo, Tramer, Carlini and Papernot, "Label-Only Membership
Inference Attacks", ICML 2021, arXiv:2007.14321.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import TypeVar

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.label_signals import label_signals

Known = TypeVar("Known")


@dataclasses.dataclass(frozen=True, eq=False)
class NeighborLabels:
    """Whether R models predict the label of each example at each of its neighbors.

    Defenses that keep the label share one object: what is learned from labels alone is
    then computed once.

    Attributes:
        right: Booleans `(Q_f, R, N)` by the name of a family of questions, Q_f of them.
    """

    right: Mapping[str, Booleans]
    _known: dict[bytes, Any] = dataclasses.field(
        default_factory=dict, init=False, repr=False
    )

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the families, in the order asked."""
        return tuple(self.right)

    @property
    def questions(self) -> int:
        """Integer, questions about each example, over all families."""
        return sum(len(bits) for bits in self.right.values())

    def share(self) -> Floats:
        """Returns the share of right labels over all questions, float64 `(R, N)`."""
        total = sum(bits.sum(axis=0, dtype=np.int64) for bits in self.right.values())
        return np.asarray(total, np.float64) / self.questions

    def once(self, key: bytes, compute: Callable[[], Known]) -> Known:
        """Returns what was computed from these labels under a key, or computes it.

        Args:
            key: Bytes, all that the result depends on beside the labels.
            compute: Function without arguments.
        """
        if key not in self._known:
            self._known[key] = compute()
        found: Known = self._known[key]
        return found

    def of_pair(self, pair: int) -> NeighborLabels:
        """Returns the labels of models `2 * pair` and `2 * pair + 1` alone."""
        models = slice(2 * pair, 2 * pair + 2)
        return NeighborLabels(
            {name: bits[:, models] for name, bits in self.right.items()}
        )


@dataclasses.dataclass(frozen=True, eq=False)
class Neighbors:
    """What R models answered to neighbors of N examples.

    Attributes:
        labels: `NeighborLabels`.
        confidence: Float64 `(R, N)` by family: the mean logit-scaled confidence in the
            label over the questions.
    """

    labels: NeighborLabels
    confidence: Mapping[str, Floats]

    def check(self, targets: int, examples: int, name: str = "neighbors") -> None:
        """Raises `ValueError` if these are not answers of so many models.

        Args:
            targets: Integer R.
            examples: Integer N.
            name: String, how a message names this.
        """
        shapes = {bits.shape[1:] for bits in self.labels.right.values()}
        shapes |= {values.shape for values in self.confidence.values()}
        if shapes != {(targets, examples)}:
            raise ValueError(
                f"`{name}` must hold answers of the models in `outputs` to questions "
                f"about the same examples, ({targets}, {examples}). Received: {name} "
                f"of {sorted(shapes)}"
            )


class NeighborSums:
    """Sums up the answers to one question after the other; none is kept.

    Args:
        labels: Integers `(N,)`: the class of each example, which is that of its
            neighbors too.
        from_logits: Boolean, whether the answers are logits. Defaults to `False`.

    Example:

        >>> sums = NeighborSums(np.array([0, 1]))
        >>> sums.add("noise", np.array([[[0.9, 0.1], [0.3, 0.7]]]))
        >>> sums.add("noise", np.array([[[0.4, 0.6], [0.2, 0.8]]]))
        >>> sums.result().labels.share()
        array([[0.5, 1. ]])
    """

    def __init__(self, labels: Integers, *, from_logits: bool = False) -> None:
        self._labels = labels
        self._from_logits = from_logits
        self._right: dict[str, list[Booleans]] = {}
        self._confidence: dict[str, Floats] = {}
        self._shape: tuple[int, ...] | None = None

    def add(self, family: str, outputs: Array) -> None:
        """Adds the answers to one question about each example.

        Args:
            family: Name of the family of questions.
            outputs: Float array `(R, N, C)`.

        Raises:
            ValueError: If the answers have another shape than those before, are NaN or
                infinite, or no probabilities while `from_logits` is false.
        """
        if self._shape is not None and outputs.shape != self._shape:
            raise ValueError(
                "All answers to neighbors must have one shape. Received: "
                f"{self._shape} before and {outputs.shape} of {family}"
            )
        confidence, right = label_signals(
            outputs,
            self._labels,
            from_logits=self._from_logits,
            name=f"answers to {family}",
        )
        self._shape = outputs.shape
        self._right.setdefault(family, []).append(right)
        if family in self._confidence:
            self._confidence[family] += confidence
        else:
            self._confidence[family] = confidence

    def result(self) -> Neighbors:
        """Returns the sums so far.

        Raises:
            ValueError: If nothing was added.
        """
        if self._shape is None:
            raise ValueError("At least one question must be answered. Received: none")
        right = {family: np.stack(bits) for family, bits in self._right.items()}
        return Neighbors(
            NeighborLabels(right),
            {
                family: total / len(right[family])
                for family, total in self._confidence.items()
            },
        )
