"""Attack scores of each example of one model, and how two attacks differ."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

import numpy as np
from scipy import stats

from eval_suite.gate.resampling import auc_influence
from eval_suite.gate.scores import attack_scores
from eval_suite.one_target import OneTarget
from keras_entropy import catalog
from keras_entropy.attacks import Difference
from keras_entropy.attacks import Shadows

INVERSE = "inverse:"

Scores = tuple[np.ndarray, np.ndarray | None]


def scores_of(
    subject: OneTarget, name: str, attacks: Sequence[str], *, seed: int
) -> dict[str, Scores]:
    """Returns the scores of attacks on one defense.

    Args:
        subject: The model and its two sets of examples.
        name: Name of the defense, or `"base"`.
        attacks: Names of attacks on its outputs, or on its inverse (`inverse:loss`).
            Others are left out: those through repeated queries.
        seed: Seed of the attacks' folds, the comparison's own.

    Returns:
        By attack, as `attack_scores`: members first.
    """
    labels = subject.members.y, subject.nonmembers.y
    outputs = subject.outputs(name)
    plain = [attack for attack in attacks if ":" not in attack or _is_per_class(attack)]
    shadows = subject.shadows(name)
    scores = attack_scores(outputs, labels, plain, shadows=shadows, seed=seed)
    undoing = [attack for attack in attacks if attack.startswith(INVERSE)]
    if undoing:
        layer = catalog.get(name).create()
        undone = tuple(layer.invert(side) for side in outputs)
        inner = [attack.removeprefix(INVERSE) for attack in undoing]
        theirs = answering(shadows, layer.invert)
        found = attack_scores(undone, labels, inner, shadows=theirs, seed=seed)
        scores |= {INVERSE + attack: own for attack, own in found.items()}
    return scores


def answering(
    shadows: Shadows | None, change: Callable[[np.ndarray], np.ndarray]
) -> Shadows | None:
    """Returns the shadows with other answers, changed as the target's are."""
    if shadows is None:
        return None
    return dataclasses.replace(shadows, outputs=change(shadows.outputs))


def _is_per_class(attack: str) -> bool:
    return attack.startswith("per_class:")


def paired_over_examples(
    value: float,
    scores: tuple[Scores, Scores],
    member: np.ndarray,
    *,
    margin: float = 0.0,
) -> Difference:
    """Returns the difference of two attacks' AUCs on the same examples.

    The two share their examples, so only what they say differently of each counts:
    the standard error is that of DeLong et al. (Biometrics, 1988) for correlated
    curves, and the interval is the normal one of 95 %.

    Args:
        value: Float, the first AUC minus the second.
        scores: What each attack says of each example.
        member: Boolean array `(n,)`.
        margin: Float, the difference that would still be accepted.
    """
    influences = []
    for values, folds in scores:
        scored = ~np.isnan(values)
        influence = np.zeros(len(values))
        kept = None if folds is None else folds[scored]
        influence[scored] = auc_influence(values[scored], member[scored], kept)[1]
        influences.append(influence)
    error = float(np.sqrt(np.square(influences[0] - influences[1]).sum()))
    half = float(stats.norm.isf(0.025)) * error
    if error:
        p_value = float(stats.norm.sf((value - margin) / error))
    else:
        p_value = float(value <= margin)
    return Difference(value, value - half, value + half, p_value)
