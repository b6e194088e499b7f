"""The attacks on one defense, and their kinds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Literal

from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks import NotMeasured
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.leakage.divergence import Divergence

Kind = Literal["asked_once", "asked_often", "labels_alone"]

# Which attacks each further headline is chosen among.
KINDS: Mapping[Kind, Callable[[AttackName], bool]] = {
    "asked_once": lambda name: not name.asks_often,
    "asked_often": lambda name: name.asks_often,
    "labels_alone": lambda name: name.reads_labels_alone,
}


@dataclasses.dataclass(frozen=True)
class Attacked:
    """The attacks on one defense, adaptive ones included.

    Args:
        results: One result for each attack and slice.
        strongest: The strongest attack, chosen and reported on different data.
        audits: The attacks on the answers as they are, `""`, and through what an
            attacker who knows the defense does first.
    """

    results: list[AttackResult]
    strongest: Headline
    audits: Mapping[str, Audit | GameAudit]

    @property
    def not_measured(self) -> list[NotMeasured]:
        """The missing figures, and why they are missing."""
        return [gap for audit in self.audits.values() for gap in audit.not_measured]

    @property
    def js_entropy(self) -> Divergence:
        """Jensen-Shannon distance of the answers' entropy between the two sides."""
        return self.audits[""].js_entropy

    @property
    def js_cross_entropy(self) -> Divergence:
        """The same of the cross-entropy."""
        return self.audits[""].js_cross_entropy

    def entire(self) -> list[AttackResult]:
        """Returns the results on the entire set."""
        return [result for result in self.results if result.slice == "entire"]

    def loss_auc(self) -> float:
        """Returns the AUC of the plain loss attack on the entire set."""
        return next(r.auc for r in self.entire() if r.attack == "loss")
