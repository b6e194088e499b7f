"""The table of attacks: what each is called, what it needs, how it scores."""

from __future__ import annotations

import dataclasses
import functools

from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.results import Group
from keras_entropy.attacks.scorers.input_residual import residual_scores
from keras_entropy.attacks.scorers.label_only import gap_scores
from keras_entropy.attacks.scorers.learners.cross_fitting import ATTACKERS
from keras_entropy.attacks.scorers.learners.cross_fitting import cross_fit
from keras_entropy.attacks.scorers.learners.cross_fitting import fit_on_shadows
from keras_entropy.attacks.scorers.per_class import class_ranks
from keras_entropy.attacks.scorers.scores import Score
from keras_entropy.attacks.scorers.shadow.shadow_attack_table import SHADOW_SCORERS
from keras_entropy.attacks.scorers.threshold import SCORES
from keras_entropy.attacks.scorers.threshold import threshold_scores


@dataclasses.dataclass(frozen=True)
class Attack:
    """One row of the table.

    Attributes:
        name: `AttackName`.
        group: String: threshold, label, trained or shadow.
        score: Function `(signals, membership, seed) -> Scores`.
        learns_from_pairs: Boolean, whether the attack on a pair of targets learns from
            the other pairs in which direction members differ.
        needs_inputs: Boolean, whether the attack reads the inputs of the examples.
    """

    name: AttackName
    group: Group
    score: Score
    learns_from_pairs: bool = False
    needs_inputs: bool = False

    @property
    def needs_folds(self) -> bool:
        """Whether it is fitted to parts of a target's own examples."""
        return self.group == "trained" or self.name.by_class


_ROWS = (
    *(
        Attack(
            AttackName(signal),
            "threshold",
            functools.partial(threshold_scores, signal),
        )
        for signal in SCORES
    ),
    *(
        Attack(
            AttackName(signal, by_class=True),
            "threshold",
            functools.partial(class_ranks, signal),
        )
        for signal in ("loss", "entropy", "modified_entropy")
    ),
    Attack(AttackName("label_only"), "label", gap_scores),
    Attack(
        AttackName("input_residual"), "threshold", residual_scores, needs_inputs=True
    ),
    *(
        Attack(AttackName(learner), "trained", functools.partial(cross_fit, learner))
        for learner in ATTACKERS
    ),
    *(
        Attack(
            AttackName(f"shadow_{learner}"),
            "shadow",
            functools.partial(fit_on_shadows, learner),
            learns_from_pairs=True,
        )
        for learner in ATTACKERS
    ),
    *(
        Attack(AttackName(name), "shadow", scorer, scorer.learns_from_pairs)
        for name, scorer in SHADOW_SCORERS.items()
    ),
)

ATTACK_TABLE: dict[str, Attack] = {row.name: row for row in _ROWS}

# The names that callers give are plain strings.
GAME_ATTACKS = tuple(str(row.name) for row in _ROWS if not row.needs_inputs)
# On a single target whose inputs are known as well.
INPUT_ATTACKS = tuple(str(row.name) for row in _ROWS if row.needs_inputs)
# A single target has no shadows to be compared with, unless it is given some; no
# attacker is trained on those.
TARGET_ATTACKS = tuple(
    str(row.name) for row in _ROWS if row.group != "shadow" and not row.needs_inputs
)
SHADOW_ATTACKS = tuple(SHADOW_SCORERS)
