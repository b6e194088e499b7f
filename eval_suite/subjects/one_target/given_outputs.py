"""Outputs of a model that is elsewhere: attacked without a model or a Keras backend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import special

from eval_suite.datasets.npz_files import read_outputs
from eval_suite.results.rows import RunDescription
from eval_suite.results.rows import Utility
from eval_suite.results.run_description import describe_run
from eval_suite.subjects.answers import TargetAnswers
from eval_suite.subjects.one_target.one_target import OneTarget
from eval_suite.subjects.subject import Examples
from eval_suite.subjects.subject import Part
from eval_suite.subjects.utility import accuracies
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.signals import compute_signals


class GivenOutputs(OneTarget):
    """Outputs of one model for members and for non-members.

    Args:
        outputs: Of members `(n, C)` and of non-members `(m, C)`; C is 1 for a sigmoid
            unit.
        labels: Likewise, `(n,)` and `(m,)`.
        from_logits: Boolean, whether the outputs are logits.
        name: Name for the report.
    """

    def __init__(
        self,
        outputs: tuple[Array, Array],
        labels: tuple[Integers, Integers],
        *,
        from_logits: bool,
        name: str,
    ) -> None:
        self.name = name
        self.from_logits = from_logits
        self._outputs = outputs
        self._labels = labels

    @classmethod
    def read(
        cls, members: Path, nonmembers: Path, *, from_logits: bool
    ) -> GivenOutputs:
        """Reads two `.npz` files with arrays `outputs` `(N, C)` and `y` `(N,)`.

        Raises:
            ValueError: If a file is missing or no such file, the two disagree, or the
                outputs are no probabilities while `from_logits` is false.
        """
        inside, y_inside = read_outputs(members)
        outside, y_outside = read_outputs(nonmembers)
        if inside.shape[1] != outside.shape[1]:
            raise ValueError(
                "Members and non-members must have outputs of the same classes. "
                f"Received: {inside.shape[1]} and {outside.shape[1]}"
            )
        for path, rows, y in (
            (members, inside, y_inside),
            (nonmembers, outside, y_outside),
        ):
            try:
                compute_signals(rows[None], y, from_logits=from_logits)
            except ValueError as error:
                text = str(error).replace("`from_logits=True`", "--from-logits")
                raise ValueError(f"{path}: {text}") from error
        return cls(
            (inside, outside),
            (y_inside, y_outside),
            from_logits=from_logits,
            name=f"{members.stem} and {nonmembers.stem}",
        )

    @property
    def classes(self) -> int:
        return max(2, self._outputs[0].shape[1])

    def outputs(self, name: str) -> tuple[Array, Array]:
        if name != BASE:
            raise ValueError(f"{name}: outputs were given without a model to defend")
        return self._outputs

    def answers(self, name: str) -> TargetAnswers:
        return TargetAnswers(
            self.outputs(name),
            self.labels,
            self.attacks,
            from_logits=self.from_logits,
        )

    def sides(self, name: str) -> tuple[Array, Array]:
        members, nonmembers = self.outputs(name)
        return (
            _probabilities(members, self.from_logits),
            _probabilities(nonmembers, self.from_logits),
        )

    def examples(self) -> tuple[Examples, Examples]:
        return (None, self._labels[0]), (None, self._labels[1])

    def utility(self, name: str) -> Utility:
        return accuracies(self.sides(name), self.labels)

    def describe(self) -> RunDescription:
        return describe_run(
            dataset=self.name,
            source="outputs given on the command line",
            scored=sum(map(len, self._labels)),
            class_names=[str(index) for index in range(self.classes)],
            profile="given outputs",
            utility=self.utility(BASE),
            majority_share=self.majority_share(),
        )

    def reason_without(self, part: Part) -> str | None:
        if part == "inputs":
            return "outputs were given without inputs: only the labels were compared"
        if part == "model":
            return "outputs were given without the model that makes them"
        if part == "questions":
            return "outputs were given without the model, which could be asked more"
        if part == "strengths":
            return "outputs were given without a membership game"
        return super().reason_without(part)


def _probabilities(rows: Array, from_logits: bool) -> Floats:
    """Returns float64 `(N, C)` with C at least 2."""
    floats: Floats = rows.astype("float64")
    if floats.shape[1] > 1:
        return special.softmax(floats, axis=1) if from_logits else floats
    second = special.expit(floats) if from_logits else floats
    return np.hstack([1 - second, second])
