"""A limit on the strongest attack: who passes at it, and who passes well below it.

Each half of the data chooses an attack that the other half reports. Where several are
about as strong, the halves choose by chance, and their mean lies below the strongest:
its upper bound alone would pass too easily.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from eval_suite.benchmarks.edges.row import Row
from eval_suite.gate.decision import FAIL
from eval_suite.gate.decision import PASS
from eval_suite.gate.decision import Status
from eval_suite.gate.decision import decide
from eval_suite.gate.questions import limit_questions
from eval_suite.measurements.gate_evidence import bound_row
from eval_suite.options.gate_expression import Gate
from eval_suite.results.recorded import Recorded
from eval_suite.undefended import BASE
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import Audit
from keras_entropy.attacks import audit_outputs

SUBJECT = "limit on the strongest attack"
ATTACKS = ("loss", "entropy", "modified_entropy", "per_class:loss", "label_only")
CLASSES = 5
# So many examples a side tell an AUC to 0.0006.
MANY = 500_000


@dataclasses.dataclass(frozen=True)
class Model:
    """A model whose logits are normal; members' are a little different.

    Args:
        lift: Float, by which the label's logit is higher for members.
        stretch: Float, by which all logits of members are larger, as a share.
    """

    lift: float = 0.0
    stretch: float = 0.0

    def answers(self, side: int, rng: np.random.Generator) -> tuple[Floats, Integers]:
        """Returns outputs and labels of `side` members and as many non-members."""
        member = np.arange(2 * side) < side
        labels = rng.integers(0, CLASSES, 2 * side)
        logits = rng.normal(size=(2 * side, CLASSES))
        logits += (1.5 + self.lift * member)[:, None] * np.eye(CLASSES)[labels]
        return logits * (1 + self.stretch * member)[:, None], labels

    def audit(self, side: int, seed: int) -> Audit:
        """Returns the attacks on one draw of `side` members and as many non-members."""
        logits, labels = self.answers(side, np.random.default_rng(seed))
        return audit_outputs(
            logits[:side],
            labels[:side],
            logits[side:],
            labels[side:],
            from_logits=True,
            attacks=ATTACKS,
            seed=seed,
        )

    def strongest_auc(self) -> float:
        """Returns the AUC of the strongest attack, to about 0.0006."""
        return max(result.auc for result in self.audit(MANY, seed=0).attacks)


# Loss attacks are stronger, entropy is, and all are about the same.
LEAKS = (Model(lift=0.25), Model(stretch=0.1), Model(lift=0.2, stretch=0.03))


def status(audit: Audit, limit: float) -> Status:
    """Returns the gate's answer to `auc<=limit`."""
    found = audit.strongest
    recorded = Recorded()
    recorded.headline.append(
        # The gate reads no more of a row.
        {  # type: ignore[typeddict-item]
            "defense": BASE,
            "strongest_attack": found.attack,
            "strongest_auc": found.auc,
            "strongest_auc_low": found.auc_low,
            "strongest_auc_high": found.auc_high,
        }
    )
    recorded.gate_bound.extend(bound_row(BASE, result) for result in audit.attacks)
    (decision,) = decide(limit_questions(Gate("auc", limit), recorded, [BASE]))
    return decision.status


def statuses(
    model: Model, limit: float, *, side: int, runs: int, first_seed: int = 1
) -> list[Status]:
    """Returns the gate's answers to `auc<=limit` in simulated runs.

    Args:
        model: `Model`.
        limit: Float.
        side: Integer, number of members and of non-members.
        runs: Integer.
        first_seed: Integer. Defaults to 1.
    """
    seeds = range(first_seed, first_seed + runs)
    return [status(model.audit(side, seed), limit) for seed in seeds]


def rows(runs: int) -> Iterator[Row]:
    """Yields the rows of this module.

    Args:
        runs: Integer, data sets for each setting.
    """
    for model in LEAKS:
        limit = model.strongest_auc()
        setting = f"1,000 : 1,000, AUC {limit:.3f} at the limit"
        found = statuses(model, limit, side=1000, runs=runs)
        yield Row(SUBJECT, setting, "false passes", found.count(PASS), runs, "<= 5 %")
        yield Row(SUBJECT, setting, "false alarms", found.count(FAIL), runs, "<= 1 %")
    for model, limit, side in (
        (Model(), 0.55, 1000),
        (Model(), 0.53, 3000),
        (Model(stretch=0.1), 0.61, 1000),
    ):
        auc = 0.5 if model == Model() else model.strongest_auc()
        setting = f"{side:,} : {side:,}, AUC {auc:.3f} below {limit}"
        found = statuses(model, limit, side=side, runs=runs)
        yield Row(SUBJECT, setting, "power to pass", found.count(PASS), runs, ">= 90 %")
        yield Row(SUBJECT, setting, "false alarms", found.count(FAIL), runs, "<= 1 %")
