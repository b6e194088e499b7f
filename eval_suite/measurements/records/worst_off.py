"""The strongest attack on the records that are most exposed."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.results.rows import ExposedRow
from eval_suite.results.rows import WorstOffRow
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Headline
from keras_entropy.attacks import game_headline
from keras_entropy.attacks.results import OperatingPoint

# The false positive rate at which true positives are told, as results spell it.
_LEVEL = "0.01"


def worst_off_row(
    exposed: Sequence[AttackResult], entire: Sequence[AttackResult]
) -> WorstOffRow:
    """Returns the strongest attack on the worst-off records, and its rate on all.

    Args:
        exposed: The attacks on the worst-off records.
        entire: The same attacks on all records.
    """
    headline = game_headline(exposed)
    point, of_all = (
        next(
            result.tpr_at_fpr.get(_LEVEL)
            for result in results
            if result.attack == headline.attack
        )
        for results in (exposed, entire)
    )
    return {
        **exposed_row(headline, point),
        "population_tpr": None if of_all is None else of_all.tpr,
        "realised_fpr": None if point is None else point.realised_fpr,
    }


def exposed_row(headline: Headline, point: OperatingPoint | None) -> ExposedRow:
    """Returns the strongest attack on some records, and its rate there.

    Args:
        headline: The strongest attack.
        point: Its rate of true positives, or `None` where there are too few records.
    """
    return {
        "attack": headline.attack,
        "auc": headline.auc,
        "auc_low": headline.auc_low,
        "auc_high": headline.auc_high,
        "tpr": None if point is None else point.tpr,
        "tpr_low": None if point is None else point.low,
        "tpr_high": None if point is None else point.high,
    }
