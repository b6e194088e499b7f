"""Outputs of a model that is elsewhere: attacked without a model or a Keras backend."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from scipy import special

from eval_suite.datasets.npz_files import read_outputs
from keras_entropy.arrays import Array


@dataclasses.dataclass(frozen=True)
class GivenOutputs:
    """What a model answered to members and to non-members.

    Args:
        outputs: Of members `(n, C)` and of non-members `(m, C)`.
        labels: Likewise, `(n,)` and `(m,)`.
        from_logits: Boolean, whether the outputs are logits.
        name: Name for the report.
    """

    outputs: tuple[Array, Array]
    labels: tuple[Array, Array]
    from_logits: bool
    name: str

    @classmethod
    def read(
        cls, members: Path, nonmembers: Path, *, from_logits: bool
    ) -> GivenOutputs:
        """Reads two `.npz` files with arrays `outputs` `(N, C)` and `y` `(N,)`.

        Raises:
            ValueError: If a file is missing or no such file, the two disagree, or the
                outputs are no probabilities while `from_logits` is false.
        """
        from keras_entropy.attacks.signals import compute_signals

        sides = [read_outputs(path) for path in (members, nonmembers)]
        outputs, labels = zip(*sides, strict=True)
        if outputs[0].shape[1] != outputs[1].shape[1]:
            raise ValueError(
                "Members and non-members must have outputs of the same classes. "
                f"Received: {outputs[0].shape[1]} and {outputs[1].shape[1]}"
            )
        for path, rows, y in zip((members, nonmembers), outputs, labels, strict=True):
            try:
                compute_signals(rows[None], y, from_logits=from_logits)
            except ValueError as error:
                text = str(error).replace("`from_logits=True`", "--from-logits")
                raise ValueError(f"{path}: {text}") from error
        return cls(
            outputs, labels, from_logits, f"{members.stem} and {nonmembers.stem}"
        )

    @property
    def classes(self) -> int:
        """Number of classes; a sigmoid unit counts as two."""
        return max(2, self.outputs[0].shape[1])

    def sides(self, name: str) -> tuple[Array, Array]:
        """Returns the probabilities on both sides; the only `name` is `"base"`."""
        return tuple(_probabilities(rows, self.from_logits) for rows in self.outputs)

    def describe(self, accuracies: tuple[float, float]) -> dict[str, dict]:
        """Returns the blocks of results.json that say what was run."""
        examples = sum(map(len, self.labels))
        names = [str(index) for index in range(self.classes)]
        return {
            "dataset": {
                "name": self.name,
                "source": "outputs given on the command line",
                "examples": examples,
                "reference": 0,
                "population": examples,
                "classes": self.classes,
                "input_shape": None,
                "class_names": names,
                "digest": None,
            },
            "profile": {
                "name": "given outputs",
                "models": 1,
                "targets": 1,
                "pairs": 0,
                "epochs": None,
                "batch_size": None,
                "seed": None,
                "architecture": None,
                "member_accuracy": accuracies[0],
                "nonmember_accuracy": accuracies[1],
            },
            "is_reference_study": False,
        }


def _probabilities(rows: Array, from_logits: bool) -> Array:
    """Returns float64 `(N, C)` with C at least 2."""
    rows = rows.astype("float64")
    if rows.shape[1] > 1:
        return special.softmax(rows, axis=1) if from_logits else rows
    second = special.expit(rows) if from_logits else rows
    return np.hstack([1 - second, second])
