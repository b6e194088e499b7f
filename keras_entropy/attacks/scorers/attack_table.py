"""The table of attacks: what each is called, what it needs, how it scores."""

import dataclasses
from collections.abc import Callable

from keras_entropy.attacks.scorers import label_only
from keras_entropy.attacks.scorers import per_class
from keras_entropy.attacks.scorers import threshold
from keras_entropy.attacks.scorers.learners import cross_fitting
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow import shadow_attack_table


@dataclasses.dataclass(frozen=True)
class Attack:
    """One row of the table.

    Attributes:
        name: String.
        group: String: threshold, label, trained or shadow.
        score: Function `(signals, membership, seed) -> Scores`.
    """

    name: str
    group: str
    score: Callable


def _threshold(name):
    return lambda signals, membership, seed: Scores(threshold.SCORES[name](signals))


def _label_only(signals, membership, seed):
    return Scores(label_only.gap_scores(signals), natural=True)


def _trained(name):
    def score(signals, membership, seed):
        values, folds, excluded = cross_fitting.cross_fit(
            name, signals, membership, seed
        )
        return Scores(
            values,
            natural=True,
            folds=folds,
            excluded=excluded if excluded.any() else None,
            fold_correlation=cross_fitting.FOLD_CORRELATION,
        )

    return score


def _per_class(name):
    def score(signals, membership, seed):
        plain = threshold.SCORES[name](signals)
        values, folds = per_class.class_ranks(plain, signals.labels, membership, seed)
        return Scores(values, folds=folds)

    return score


def _on_shadows(name):
    def score(signals, membership, seed):
        values = cross_fitting.fit_on_shadows(name, signals, membership, seed)
        return Scores(values, natural=True, learns_from_pairs=True)

    return score


def _shadow(name):
    def score(signals, membership, seed):
        scorer = shadow_attack_table.SCORERS[name]
        values, excluded = scorer(signals.confidence, membership)
        return Scores(
            values, excluded=excluded, learns_from_pairs=name == "lira_online"
        )

    return score


_ROWS = (
    *(Attack(name, "threshold", _threshold(name)) for name in threshold.SCORES),
    *(
        Attack(f"per_class:{name}", "threshold", _per_class(name))
        for name in ("loss", "entropy", "modified_entropy")
    ),
    Attack("label_only", "label", _label_only),
    *(Attack(name, "trained", _trained(name)) for name in cross_fitting.ATTACKERS),
    *(
        Attack(f"shadow_{name}", "shadow", _on_shadows(name))
        for name in cross_fitting.ATTACKERS
    ),
    *(Attack(name, "shadow", _shadow(name)) for name in shadow_attack_table.SCORERS),
)

ATTACKS = {attack.name: attack for attack in _ROWS}
# A single target has no shadows to be compared with.
TARGET_ATTACKS = tuple(row.name for row in _ROWS if row.group != "shadow")
GAME_ATTACKS = tuple(ATTACKS)
