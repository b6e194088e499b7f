"""What answers protect and are worth in a membership game. It loads no Keras."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_entropy import attacks
from keras_entropy import prediction_quality
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.adaptive_attacks import adaptive_results
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.neighbors import Neighbors

# Of one question, and with neighbors those of many as well.
SEARCH_ATTACKS = (
    "loss",
    "modified_entropy",
    "label_only",
    "lira_online",
    "rmia_online",
    "rmia_tempered",
    "shadow_stacked",
)


@dataclasses.dataclass(frozen=True)
class Point:
    """Protection and cost of a candidate, in one membership game.

    Args:
        name: Name of the candidate.
        attack: The strongest attack, an adaptive one included.
        pair_auc: float64 array `(pairs,)`: the AUC of the attack chosen on the other
            half of the pairs.
        accuracy: float64 array `(pairs,)`, on non-members.
        nll: float64 array `(pairs,)`, on non-members, in nats.
        ece: float64 array `(pairs,)`, on non-members, over 15 bins.
        keeps_argmax: Boolean, whether no predicted class changed on any row.
        asked_once: float64 array `(pairs,)`: `pair_auc` of attacks of one question.
        half_auc: Two floats: the AUC of the strongest attack on the even-numbered pairs
            and of that on the odd-numbered, each chosen by its own half. They are too
            high, and owe nothing to the other half: what a choice among points is made
            by.
        asked_often: The same of attacks of many questions; `None` where none ran.
        pair_inflation: Float, by which the variance over `pair_auc` is to be enlarged,
            as of a headline. Defaults to 1.
        half_often: The same of attacks of many questions; `None` where none ran.
    """

    name: str
    attack: str
    pair_auc: Floats
    accuracy: Floats
    nll: Floats
    ece: Floats
    keeps_argmax: bool
    asked_once: Floats
    half_auc: tuple[float, float]
    asked_often: Floats | None = None
    pair_inflation: float = 1.0
    half_often: tuple[float, float] | None = None


def worth(
    name: str,
    defended: Floats,
    undefended: Floats,
    labels: Integers,
    membership: Booleans,
    adapted: Sequence[tuple[str, Floats]] = (),
    *,
    neighbors: Neighbors | None = None,
    seed: int = 0,
) -> Point:
    """Returns what answers protect and are worth, whatever made them.

    Args:
        name: Name for people.
        defended: float32 array `(K, N, C)`: what K defended models answer.
        undefended: Array of the same shape: what they answer without the defense.
        labels: Integer array `(N,)`.
        membership: Boolean array `(K, N)`, of complementary pairs.
        adapted: The answers that an attacker who knows the defense attacks as well:
            the name of each way, and an array of the same shape. Defaults to none.
        neighbors: What the defended models answer to neighbors of the examples, or
            `None` for an attacker who asks once. Defaults to `None`.
        seed: Integer. Defaults to `0`.
    """
    results = list(_audit(defended, labels, membership, seed, neighbors))
    for way, answers in adapted:
        results += adaptive_results(_audit(answers, labels, membership, seed), way)
    return point_of(name, results, defended, undefended, labels, membership)


def point_of(
    name: str,
    results: Sequence[attacks.AttackResult],
    defended: Floats,
    undefended: Floats,
    labels: Integers,
    membership: Booleans,
) -> Point:
    """Returns what answers are worth that have been attacked.

    Args:
        name: Name for people.
        results: The attacks on the entire set, of one question and of many.
        defended: As for `worth`, like all that follows.
        undefended: Likewise.
        labels: Likewise.
        membership: Likewise.
    """
    headline = attacks.game_headline(results)
    often = [AttackName.parse(result.attack).asks_often for result in results]
    by_number = [
        [result for result, many in zip(results, often, strict=True) if many is asked]
        for asked in (False, True)
    ]
    figures = np.array(
        [
            _quality(answer[~members], labels[~members])
            for answer, members in zip(defended, membership, strict=True)
        ]
    )
    accuracy, nll, ece = figures.reshape(-1, 2, 3).mean(axis=1).T
    first = undefended.argmax(axis=-1)[..., None]
    winners = np.take_along_axis(defended, first, axis=-1)[..., 0]
    return Point(
        name=name,
        attack=headline.attack,
        pair_auc=_pair_auc(headline),
        accuracy=accuracy,
        nll=nll,
        ece=ece,
        keeps_argmax=bool((winners == defended.max(axis=-1)).all()),
        asked_once=_pair_auc(attacks.game_headline(by_number[0])),
        asked_often=(
            _pair_auc(attacks.game_headline(by_number[1])) if by_number[1] else None
        ),
        pair_inflation=headline.pair_inflation,
        half_auc=_by_half(results),
        half_often=_by_half(by_number[1]) if by_number[1] else None,
    )


def _by_half(results: Sequence[attacks.AttackResult]) -> tuple[float, float]:
    """Returns the largest mean AUC over the even and over the odd-numbered pairs."""
    pairs = [result.pair_auc for result in results if result.pair_auc is not None]
    pair_auc = np.stack(pairs)
    even, odd = (float(pair_auc[:, i::2].mean(axis=1).max()) for i in (0, 1))
    return even, odd


def _pair_auc(headline: attacks.Headline) -> Floats:
    if headline.pair_auc is None:
        raise ValueError(
            "The attacks must be on complementary pairs of models. Received: a "
            f"headline without `pair_auc`, of {headline.attack}"
        )
    return headline.pair_auc


def _quality(outputs: Floats, labels: Integers) -> tuple[float, float, float]:
    """Returns accuracy, NLL in nats and ECE."""
    return (
        prediction_quality.accuracy(outputs, labels),
        prediction_quality.nll(outputs, labels),
        prediction_quality.expected_calibration_error(outputs, labels),
    )


def dominated(points: Sequence[Point]) -> list[bool]:
    """Returns for each point whether another is as good on AUC, accuracy and NLL.

    And better on one of them. Differences of less than 0.001 in AUC or in accuracy and
    of less than 1 % in NLL count as none.
    """
    figures = np.array(
        [[p.pair_auc.mean(), -p.accuracy.mean(), p.nll.mean()] for p in points]
    )
    slack = np.stack(
        [
            np.full(len(points), 1e-3),
            np.full(len(points), 1e-3),
            0.01 * np.maximum(figures[:, 2], 1e-3),
        ],
        axis=-1,
    )
    # `[i, j]`: j against i.
    as_good = (figures[None] <= figures[:, None] + slack[:, None]).all(axis=-1)
    better = (figures[None] < figures[:, None] - slack[:, None]).any(axis=-1)
    return (as_good & better).any(axis=1).tolist()


def _audit(
    outputs: Floats,
    labels: Integers,
    membership: Booleans,
    seed: int,
    neighbors: Neighbors | None = None,
) -> list[attacks.AttackResult]:
    often = () if neighbors is None else attacks.NEIGHBOR_ATTACKS
    audit = attacks.audit_game(
        outputs,
        labels,
        membership,
        neighbors=neighbors,
        attacks=(*SEARCH_ATTACKS, *often),
        seed=seed,
    )
    return audit.attacks
