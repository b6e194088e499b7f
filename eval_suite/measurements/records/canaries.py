"""The attacks on mislabelled records, which a model can only learn by heart."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Sequence

from eval_suite.measurements.records.worst_off import exposed_row
from eval_suite.results.rows import CanaryRow
from eval_suite.subjects.answers import Answers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import game_headline
from keras_entropy.attacks.audits.pooled_rates import POOLED

CANARIES = "canaries"
# As results spell the false positive rate at which true positives are told.
_LEVEL = 0.01


def prepared(answers: Answers, *, seed: int) -> Callable[[], Audit | GameAudit]:
    """Returns what makes the attacks on the canaries alone.

    No attack on the population sees a canary, and none on canaries the population.
    The canaries of one model are too few for a threshold of its own.

    Args:
        answers: The answers to the canaries.
        seed: Integer, of random attacks.
    """
    slices = ("entire", POOLED)
    return answers.prepared_audit(slices=slices, seed=seed, fpr_levels=(_LEVEL,))


def on_canaries(results: Sequence[AttackResult]) -> list[AttackResult]:
    """Returns each attack on the canaries once, with the rates of all models together.

    Args:
        results: Those of `prepared` audits.
    """
    rates = {
        result.attack: result.tpr_at_fpr for result in results if result.slice == POOLED
    }
    return [
        dataclasses.replace(
            result, slice=CANARIES, tpr_at_fpr=rates.get(result.attack, {})
        )
        for result in results
        if result.slice == "entire"
    ]


def canary_row(results: Sequence[AttackResult]) -> CanaryRow:
    """Returns the strongest attack on the canaries.

    Args:
        results: As `on_canaries` gives them, at least one.
    """
    headline = game_headline(results)
    strongest = next(each for each in results if each.attack == headline.attack)
    point = next(iter(strongest.tpr_at_fpr.values()), None)
    return {
        **exposed_row(headline, point),
        "realised_fpr": None if point is None else point.realised_fpr,
    }
