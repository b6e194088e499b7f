"""Defenses beside models that nothing defends and that know the reference."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.results.rows import BesideControlRow
from keras_entropy.arrays import Floats
from keras_entropy.attacks import Headline
from keras_entropy.attacks import paired_difference


def beside_controls(
    comparison: AttackComparison, name: str, controls: Sequence[str]
) -> list[BesideControlRow]:
    """Returns a defense beside each control, paired over the pairs of models.

    Args:
        comparison: The attacks.
        name: Name of a defense, itself no control.
        controls: Names of the controls among the defenses of the run.

    Returns:
        Nothing where no models are in pairs.
    """
    subject = comparison.subject
    if subject.reason_without("pairs") is not None:
        return []

    def attacked(name: str) -> tuple[Headline, Floats]:
        accuracy = subject.correctness(name).values.mean(axis=1)
        return comparison.attacked(name).strongest, accuracy

    own = attacked(name)
    return [
        _row(name, own, control, attacked(control))
        for control in controls
        if control in comparison.names
    ]


def _row(
    name: str,
    own: tuple[Headline, Floats],
    control: str,
    other: tuple[Headline, Floats],
) -> BesideControlRow:
    leaks_more = paired_difference(own[0], other[0])
    more_accurate = paired_difference(other[1], own[1])
    return {
        "defense": name,
        "control": control,
        "difference_auc": leaks_more.value,
        "difference_accuracy": -more_accurate.value,
        # Both have to be shown: of two tests the weaker one decides.
        "p_value": max(leaks_more.p_value, more_accurate.p_value),
    }
