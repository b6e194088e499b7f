"""A user's own model that answers for each step, or for several labels."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any
from typing import NoReturn

import keras
import numpy as np
from scipy import stats

from eval_suite.datasets.datasets import Dataset
from eval_suite.results.rows import RunDescription
from eval_suite.results.rows import Utility
from eval_suite.results.run_description import describe_run
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.many_answers.made_audit import ONCE
from eval_suite.subjects.many_answers.made_audit import audit_many
from eval_suite.subjects.many_answers.made_audit import unit_of
from eval_suite.subjects.many_answers.one_table import as_examples
from eval_suite.subjects.many_answers.reading import ManyAnswers
from eval_suite.subjects.measured import Correctness
from eval_suite.subjects.one_target.one_target import OneTarget
from eval_suite.subjects.subject import Examples
from eval_suite.subjects.subject import Part
from eval_suite.subjects.utility import shares_right
from eval_suite.subjects.utility import utility_over_steps
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.attacks import Audit
from keras_entropy.attacks import ExampleScores
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import carried_levels
from keras_entropy.attacks.audits.steps import have_steps
from keras_entropy.labels import class_indices

_REASONS: Mapping[Part, str] = {
    "questions": ONCE,
    "slices": "an example has many classes, of which some may be answered right",
    "shadows": "shadow models are compared by the one answer of an example",
    "defenses": "they are compared on models that answer once an example; a model that "
    "is defended already is taken as --model",
    "tf_privacy": "TensorFlow Privacy reads one answer an example",
}
# Makes all attacks: by seed and false positive rates.
_MakeAudit = Callable[[int, tuple[float, ...]], Audit]


class ManyAnswersOfTarget(Answers):
    """Answers of one target, many about each example.

    Args:
        make_audit: Makes all attacks on them, at given false positive rates.
        nonmembers: How many non-members there are.
    """

    def __init__(self, make_audit: _MakeAudit, nonmembers: int) -> None:
        self._make_audit = make_audit
        self._nonmembers = nonmembers

    def prepared_audit(
        self,
        *,
        slices: Sequence[str],
        seed: int,
        fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    ) -> Callable[[], Audit]:
        # Of the slices there is the entire set alone: see `reason_without`.
        levels = tuple(carried_levels(fpr_levels, self._nonmembers))
        return functools.partial(self._make_audit, seed, levels)

    def scores(self, attacks: Sequence[str], *, seed: int) -> dict[str, ExampleScores]:
        audit = self._make_audit(seed, DEFAULT_LEVELS)
        return {attack: audit.scores(attack) for attack in attacks}

    def changed(self, change: Callable[[Array], Array]) -> NoReturn:
        raise ValueError(f"no defense is in front of them: {_REASONS['defenses']}")


class ManyTarget(OneTarget):
    """One target model that answers many times about an example.

    The unit of membership is the example. All non-members are scored: no defense is
    fitted here that would need some of them.

    Args:
        answered: What the model answers.
    """

    def __init__(self, answered: ManyAnswers) -> None:
        self.answered = answered
        self._audit = functools.cache(self._make_audit)

    def outputs(self, name: str) -> tuple[Array, Array]:
        if name != BASE:
            raise ValueError(f"{name}: {_REASONS['defenses']}")
        return self.answered.outputs

    def answers(self, name: str) -> ManyAnswersOfTarget:
        return ManyAnswersOfTarget(self._audit, len(self.outputs(name)[1]))

    def _make_audit(self, seed: int, levels: tuple[float, ...]) -> Audit:
        return audit_many(
            self.answered.outputs,
            self.answered.labels,
            attacks=self.attacks,
            seed=seed,
            fpr_levels=levels,
        ).entire

    def examples(self) -> tuple[Examples, Examples]:
        return self._examples

    @functools.cached_property
    def _examples(self) -> tuple[Examples, Examples]:
        return as_examples(self.answered.inputs, self.answered.labels)

    def sides(self, name: str) -> tuple[Array, Array]:
        """Returns probabilities `(n, steps, C)`; a label is a step of two classes."""
        inside, outside = map(_of_steps, self.outputs(name))
        return inside, outside

    @functools.cached_property
    def _classes_of_steps(self) -> tuple[Integers, Integers]:
        inside, outside = (
            _classes(y, rows)
            for y, rows in zip(self.answered.labels, self.outputs(BASE), strict=True)
        )
        return inside, outside

    def utility(self, name: str) -> Utility:
        return utility_over_steps(self.sides(name), self._classes_of_steps)

    def correctness(self, name: str) -> Correctness:
        _, shares = shares_right(self.sides(name), self._classes_of_steps)
        return Correctness(shares[:, None], degrees=None)

    def label_only_auc(self) -> float:
        # Of shares, which are more than right or wrong: a rank statistic.
        inside, outside = shares_right(self.sides(BASE), self._classes_of_steps)
        above = stats.mannwhitneyu(inside, outside).statistic
        return float(above / (len(inside) * len(outside)))

    def majority_share(self) -> float:
        classes = self._classes_of_steps[1]
        if have_steps(self.answered.outputs[0]):
            return float(np.bincount(classes.reshape(-1)).max() / classes.size)
        return float(np.maximum(classes.mean(axis=0), 1 - classes.mean(axis=0)).mean())

    def live_model(self, name: str) -> keras.Model:
        return self.answered.model

    def probe(self) -> Array:
        return self.answered.inputs[1]

    def model_inputs(self, x: Array) -> Any:
        return self.answered.form.inputs(x)

    def reason_without(self, part: Part) -> str | None:
        return _REASONS.get(part) or super().reason_without(part)

    def describe(self) -> RunDescription:
        answered = self.answered
        inputs, labels = map(np.concatenate, (answered.inputs, answered.labels))
        prefix = "" if have_steps(answered.outputs[0]) else "label "
        return describe_run(
            dataset=" against ".join(answered.names),
            source="the user's own examples",
            scored=len(inputs),
            input_shape=inputs.shape[1:],
            class_names=[f"{prefix}{number}" for number in range(self.classes)],
            digest=Dataset("", "", inputs, labels, ()).digest,
            profile=f"one model, scored by {unit_of(answered.outputs[0])}",
            architecture=answered.model.name,
            utility=self.utility(BASE),
            majority_share=self.majority_share(),
        )


def _of_steps(outputs: Array) -> Array:
    if have_steps(outputs):
        return outputs.reshape(len(outputs), -1, outputs.shape[-1])
    return np.stack([1 - outputs, outputs], axis=-1)


def _classes(y: Array, outputs: Array) -> Integers:
    """Returns `(n, steps)`: the class of each step, or 1 for each label that holds."""
    one_hot = have_steps(outputs) and y.shape == outputs.shape
    flat = y.reshape(-1, y.shape[-1]) if one_hot else y.reshape(-1)
    return class_indices(flat).reshape(len(y), -1)
