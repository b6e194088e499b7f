"""Canaries: mislabelled copies of examples, which a model can only learn by heart.

What is found of them is an upper end of exposure, no figure of ordinary records: a
model that generalizes contradicts a wrong label until it has memorized the record.
Ordinary outliers lie between the population and the canaries. A defense that protects
canaries has been tried on the worst there is; one that does not may still protect
whoever resembles others.

Wrong labels harm what learns them: of 96.5 % accuracy on digits 94.8 % are left. Models
of their own learn canaries, so that no other figure is of a model that did.

A canary copies a reference example, so that no model knows the same input under its
right label by training. Fitted transforms do know that input, from the reference, and
there it has its right label.

Reference: Aerni, Zhang and Tramer, "Evaluations of Machine Learning Privacy Defenses
are Misleading", CCS 2024, arXiv:2404.17399.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from eval_suite.datasets.datasets import Dataset
from keras_entropy.arrays import Booleans
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.shadow import Plan
from keras_entropy.shadow import complementary_pairs
from keras_entropy.training.recipe import TrainingData

# By default: a share of the population, at most so many.
SHARE = 0.05
MOST = 500
# Of fewer than these nothing can be told, so that by default there are none.
FEWEST = 20
# Learns from so many records that canaries are too few, and takes longest of all.
_LEARNS_FROM_MANY = ("shadow_stacked",)
# Canaries are drawn from streams of their own: without them all else is the same.
_LABELS, _PLAN = 0xCA0, 0xCA1


@dataclasses.dataclass(frozen=True)
class Canaries:
    """Mislabelled copies, and which models are trained on them.

    Args:
        examples: The copies, with their wrong labels.
        membership: Boolean array `(K, n)`: models `2j` and `2j + 1` hold complementary
            halves of them.
    """

    examples: Dataset
    membership: Booleans

    def added_to(self, data: TrainingData, plan: Plan) -> TrainingData:
        """Returns training data with the canaries as rows after the others.

        Args:
            data: What the models are trained on without them.
            plan: Which model is trained on which of that.
        """
        membership = np.concatenate([plan.membership, self.membership], axis=1)
        return dataclasses.replace(
            data,
            x=np.concatenate([data.x, self.examples.x]),
            y=np.concatenate([data.y, self.examples.y]),
            rows=Plan(membership).rows(),
        )


def number_of_canaries(asked: int | None, population: int, reference: Dataset) -> int:
    """Returns how many canaries a game has.

    Args:
        asked: Integer, as the user gave it; `None` for the default, 5 % of the
            population and at most 500.
        population: Integer, examples that are in models.
        reference: Those that are copied.

    Raises:
        ValueError: If there can't be so many.
    """
    classes = len(reference.class_names)
    if asked is None:
        usual = min(int(SHARE * population), MOST, len(reference.x)) // 2 * 2
        return usual if usual >= FEWEST and classes > 1 else 0
    if asked == 0:
        return 0
    if asked % 2 or asked < FEWEST:
        raise ValueError(
            f"--canaries must be 0, or even and at least {FEWEST}: each pair of models "
            "shares them out in halves, and of fewer nothing can be told. Received: "
            f"--canaries {asked}"
        )
    if asked > len(reference.x):
        raise ValueError(
            "--canaries copies examples of the reference, each once, and must be at "
            f"most as many: {len(reference.x) // 2 * 2}. Give fewer, or a larger "
            f"dataset. Received: --canaries {asked}"
        )
    if classes < 2:
        raise ValueError(
            "--canaries needs a second class to take wrong labels from, and the data "
            f"have {classes}. Give --canaries 0. Received: --canaries {asked}"
        )
    return asked


def attacks_on_canaries(attacks: Sequence[str]) -> list[str]:
    """Returns which of the attacks of one question need no other records to learn from.

    Args:
        attacks: Names.
    """
    return [
        name
        for name in attacks
        if not ATTACK_TABLE[name].needs_folds and name not in _LEARNS_FROM_MANY
    ]


def draw_canaries(
    reference: Dataset, count: int, models: int, *, seed: int
) -> Canaries | None:
    """Returns canaries, whose labels are drawn uniformly among the other classes.

    Args:
        reference: Examples that no model is trained on.
        count: Even integer, at most as many as these; 0 for none.
        models: Even integer K.
        seed: Integer, at least 0.
    """
    if not count:
        return None
    rng = np.random.default_rng([seed, _LABELS])
    examples = reference.rows(rng.choice(len(reference.x), count, replace=False))
    classes = len(reference.class_names)
    wrong = (examples.y + rng.integers(1, classes, count)) % classes
    plan_seed = int(np.random.SeedSequence([seed, _PLAN]).generate_state(1)[0])
    plan = complementary_pairs(count, models, seed=plan_seed)
    return Canaries(dataclasses.replace(examples, y=wrong), plan.membership)
