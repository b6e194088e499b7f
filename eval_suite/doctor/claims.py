"""What is claimed, by what it is measured, and when it is called true or false.

All of it stands here before a run, and is printed above what the run finds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping

from eval_suite.doctor.comparing import Effect
from eval_suite.results.doctor.rows import ClaimRow
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.doctor.rows import Decision

# The share of claims that are decided wrongly: what all intervals of a claim miss.
_ERROR = 0.05


@dataclasses.dataclass(frozen=True)
class Claim:
    """A hypothesis, and the rule that decides it.

    Args:
        name: String, short.
        says: The claim in words.
        measure: What is compared.
        comparisons: Integer, how many effects decide it: their intervals share an
            error of 5 %.
        supported_above: Float: an effect supports it whose interval is above this.
        refuted_below: Float: an effect refutes it whose interval is below this.
        words: By decision, what is then true here.
    """

    name: str
    says: str
    measure: str
    comparisons: int
    supported_above: float
    refuted_below: float
    words: Mapping[Decision, str]

    @property
    def confidence(self) -> float:
        """Confidence of each interval, so that all hold with 95 %."""
        return 1 - _ERROR / self.comparisons

    @property
    def rule(self) -> str:
        """The rule in words."""
        return (
            f"Supported if every effect's interval ({100 * self.confidence:.2f} %) "
            f"lies above {self.supported_above:g}, refuted if every one lies below "
            f"{self.refuted_below:g}, else not decided."
        )

    def compared(self, what: str, effect: Effect) -> ComparisonRow:
        """Returns one comparison as a row.

        Args:
            what: What is compared with what.
            effect: What was found.
        """
        return {
            "claim": self.name,
            "what": what,
            "effect": effect.value,
            "low": effect.low,
            "high": effect.high,
            "supported_above": self.supported_above,
            "refuted_below": self.refuted_below,
            "decision": effect.decision(self.supported_above, self.refuted_below),
        }

    def decided(self, rows: Iterable[ComparisonRow]) -> ClaimRow:
        """Returns what all comparisons say together.

        Args:
            rows: The claim's own.

        Raises:
            ValueError: If there are more or fewer than the rule was made for.
        """
        decisions = [row["decision"] for row in rows if row["claim"] == self.name]
        if len(decisions) != self.comparisons:
            raise ValueError(
                f"{self.name} is decided by {self.comparisons} comparisons. "
                f"Received: {len(decisions)}"
            )
        first, *others = decisions
        decision = first if all(other == first for other in others) else "not decided"
        return {
            "claim": self.name,
            "says": self.says,
            "measure": self.measure,
            "rule": self.rule,
            "decision": decision,
            "sentence": self.words[decision],
        }


SHADOWS = Claim(
    "D1",
    "Shadow models need not share the target's architecture, nor its data.",
    "AUC of LiRA and of RMIA with other shadow models less their AUC with shadow "
    "models like the target, over pairs of models.",
    comparisons=12,
    supported_above=-0.01,
    refuted_below=-0.01,
    words={
        "supported": "Shadow models of another kind lose less than 0.01 of AUC.",
        "refuted": "Shadow models of another kind lose more than 0.01 of AUC.",
        "not decided": "Whether other shadow models will do hangs on what is other.",
    },
)
OVERFITTING = Claim(
    "D2",
    "The overfitting level does not suffice to tell how well an attack does.",
    "Spearman's correlation with the AUC on half of a recipe's models, over recipes: "
    "that of the AUC on the other half less that of the overfitting level (accuracy "
    "on members less accuracy on others).",
    comparisons=2,
    supported_above=0.0,
    refuted_below=0.05,
    words={
        "supported": "The overfitting level tells less than an attack on other models.",
        "refuted": "The overfitting level tells as much as an attack on other models.",
        "not decided": "Whether the overfitting level suffices is not decided.",
    },
)
DISTANCE = Claim(
    "D3",
    "The Jensen-Shannon distance of entropy, and of cross-entropy, between members "
    "and non-members ranks recipes by attack success better than the overfitting "
    "level.",
    "Spearman's correlation with the AUC on half of a recipe's models, over recipes: "
    "that of the bias-corrected distance less that of the overfitting level.",
    comparisons=4,
    supported_above=0.0,
    refuted_below=0.0,
    words={
        "supported": "Both distances rank recipes better than the overfitting level.",
        "refuted": "Both distances rank recipes worse than the overfitting level.",
        "not decided": "That the distances rank recipes better than the overfitting "
        "level is not shown.",
    },
)
PREDICTION = Claim(
    "D3, out of sample",
    "By the distance the AUC of a new recipe is told more closely than by the "
    "overfitting level, without an attack.",
    "Absolute error of the AUC of a recipe, told by a rising function fitted to the "
    "others: that of the overfitting level less that of the distance.",
    comparisons=4,
    supported_above=0.0,
    refuted_below=0.0,
    words={
        "supported": "The distances tell a new recipe's AUC more closely.",
        "refuted": "The overfitting level tells a new recipe's AUC more closely.",
        "not decided": "Neither tells a new recipe's AUC clearly more closely.",
    },
)
DEFENDED = Claim(
    "D3, over defenses",
    "The distance of a defended model's answers tells its risk too, whatever was done "
    "to their entropy.",
    "Spearman's correlation of the bias-corrected distance with the AUC, on the same "
    "models, over defenses and strengths. A defense that can be inverted counts with "
    "the AUC of the undefended models.",
    comparisons=4,
    supported_above=0.0,
    refuted_below=0.0,
    words={
        "supported": "Defenses whose answers lie farther apart leak more.",
        "refuted": "Defenses whose answers lie farther apart leak less.",
        "not decided": "That the distance tells the risk behind a defense is not "
        "shown: what it sees is not all that an attacker can ask.",
    },
)
LOWERED = Claim(
    "D4, existing attacks",
    "Augmentation in training lowers existing attacks by much.",
    "AUC of an attacker whose shadow models do not augment: on models trained without "
    "augmentation less on models trained with it, over pairs of models.",
    comparisons=2,
    supported_above=0.02,
    refuted_below=0.02,
    words={
        "supported": "Augmentation takes more than 0.02 of AUC from existing attacks.",
        "refuted": "Augmentation takes less than 0.02 of AUC from existing attacks.",
        "not decided": "How much augmentation takes from existing attacks hangs on "
        "the augmentation, or is not decided.",
    },
)
ADAPTED = Claim(
    "D4, adapted attacks",
    "An attacker who trains with the augmentation gets some of it back.",
    "AUC on models trained with augmentation: of an attacker whose shadow models "
    "augment and who asks about the augmentation's own draws, less of the attacker "
    "above, over pairs of models.",
    comparisons=2,
    supported_above=0.0,
    refuted_below=0.0,
    words={
        "supported": "An attacker who adapts gets some of it back.",
        "refuted": "An attacker who adapts does worse.",
        "not decided": "That an attacker who adapts gets some of it back is not shown.",
    },
)
ENTROPY = Claim(
    "E1",
    "A defense that raises the entropy of the output lowers the attack.",
    "Spearman's correlation of the entropy gained with the AUC, its sign turned, over "
    "defenses and strengths, and within their kinds. A defense that can be inverted "
    "counts with the AUC of the undefended models.",
    comparisons=4,
    supported_above=0.0,
    refuted_below=0.0,
    words={
        "supported": "Defenses that raise entropy more leak less.",
        "refuted": "Defenses that raise entropy more leak more.",
        "not decided": "That raising entropy protects is not shown: it hangs on how "
        "it is raised, and on how often the attacker asks.",
    },
)
CLAIMS = (
    SHADOWS,
    OVERFITTING,
    DISTANCE,
    PREDICTION,
    DEFENDED,
    LOWERED,
    ADAPTED,
    ENTROPY,
)
