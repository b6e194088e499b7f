"""The strongest attack on the records that are most exposed."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from eval_suite.results.rows import WorstOffRow
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Headline
from keras_entropy.attacks import game_headline

# The false positive rate at which true positives are told, as results spell it.
_LEVEL = "0.01"


@dataclasses.dataclass(frozen=True)
class WorstOff:
    """The strongest attack on the worst-off records, and what it finds of all.

    Args:
        headline: Chosen and reported on different pairs of models.
        exposed: The attack on the worst-off records.
        entire: The same on all records.
    """

    headline: Headline
    exposed: AttackResult
    entire: AttackResult

    @classmethod
    def of(
        cls, exposed: Sequence[AttackResult], entire: Sequence[AttackResult]
    ) -> WorstOff:
        """Returns the strongest of some attacks.

        Args:
            exposed: The attacks on the worst-off records.
            entire: The same attacks on all records.
        """
        headline = game_headline(exposed)
        own, of_all = (
            next(result for result in results if result.attack == headline.attack)
            for results in (exposed, entire)
        )
        return cls(headline, own, of_all)

    def row(self) -> WorstOffRow:
        """Returns it in the form of results.json."""
        point = self.exposed.tpr_at_fpr.get(_LEVEL)
        of_all = self.entire.tpr_at_fpr.get(_LEVEL)
        return {
            "attack": self.headline.attack,
            "auc": self.headline.auc,
            "auc_low": self.headline.auc_low,
            "auc_high": self.headline.auc_high,
            "tpr": None if point is None else point.tpr,
            "tpr_low": None if point is None else point.low,
            "tpr_high": None if point is None else point.high,
            "population_tpr": None if of_all is None else of_all.tpr,
        }
