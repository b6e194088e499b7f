"""How often a gate against a baseline fails: `python -m eval_suite.gate.power`.

Two models' attack scores are drawn as normal variables whose means differ between
members and non-members, and that correlate between the models as the scores of two
trainings do. The rows, the change and the decision are the gate's own.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import stats

from eval_suite.gate.baseline_file import change
from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.decision import FAIL
from eval_suite.gate.decision import Question
from eval_suite.gate.decision import decide
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats

ATTACK_CORRELATION = 0.9
BATCH = 50


@dataclasses.dataclass(frozen=True)
class Scenario:
    """The two runs that are simulated, and the gate between them.

    Args:
        members: Number of members, and of non-members.
        correlation: Float in [0, 1): of the two models' scores, given membership.
        rise: Float, the rise in the AUC of the attacks that see one.
        attacks: Number of gated attacks.
        rising: Number of attacks that see the rise.
        margin: Float.
        paired: Whether the gate knows that the examples are the same.
        auc: Float, the AUC of the baseline.
    """

    members: int = 1000
    correlation: float = 0.8
    rise: float = 0.0
    attacks: int = 1
    rising: int = 1
    margin: float = 0.01
    paired: bool = True
    auc: float = 0.6


def failures(scenario: Scenario, *, runs: int, seed: int = 0) -> int:
    """Returns in how many of `runs` simulated comparisons the gate fails."""
    rng = np.random.default_rng(seed)
    batches = (min(BATCH, runs - start) for start in range(0, runs, BATCH))
    return sum(_failures(scenario, batch, rng) for batch in batches)


def _failures(scenario: Scenario, runs: int, rng: np.random.Generator) -> int:
    member = np.arange(2 * scenario.members) < scenario.members
    then, now = (
        example_rows(
            "base", {str(i): (row, None) for i, row in enumerate(scores)}, member
        )
        for scores in _draw(scenario, runs, member, rng)
    )
    questions = [
        Question(
            "base",
            "auc",
            scenario.margin,
            now=new["auc"],
            baseline=old["auc"],
            estimate=change(old, new, paired=scenario.paired),
        )
        for old, new in zip(then, now, strict=True)
    ]
    size = scenario.attacks
    builds = [decide(questions[i : i + size]) for i in range(0, len(questions), size)]
    return sum(any(found.status == FAIL for found in build) for build in builds)


def _draw(
    scenario: Scenario, runs: int, member: Booleans, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Returns the scores before and after, `(runs * attacks, n)` each."""
    shape = (runs, scenario.attacks, member.size)

    def noise() -> Floats:
        common = rng.normal(size=(runs, 1, member.size)) * np.sqrt(ATTACK_CORRELATION)
        return common + np.sqrt(1 - ATTACK_CORRELATION) * rng.normal(size=shape)

    before = noise()
    after = scenario.correlation * before
    after += np.sqrt(1 - scenario.correlation**2) * noise()
    aucs = np.full((scenario.attacks, 1), scenario.auc)
    before += _shift(aucs) * member
    aucs[: scenario.rising] += scenario.rise
    after += _shift(aucs) * member
    return np.concatenate(before), np.concatenate(after)


def _shift(auc: Floats) -> Floats:
    """Returns the distance of two unit normals with this AUC."""
    return np.sqrt(2) * stats.norm.ppf(auc)


def main(runs: int = 500) -> None:
    """Prints the table of the README."""
    print(f"share of {runs} runs that fail, in percent; one attack sees the rise")
    print("members  correlation  paired  attacks  margin   +0.00  +0.02  +0.03  +0.05")
    for members, correlation, paired, attacks, margin in (
        (1000, 0.8, True, 1, 0.01),
        (1000, 0.8, True, 10, 0.01),
        (1000, 0.8, True, 10, 0.02),
        (1000, 0.8, False, 10, 0.01),
        (1000, 0.5, True, 10, 0.01),
        (1000, 0.95, True, 10, 0.01),
        (500, 0.8, True, 10, 0.01),
        (2000, 0.8, True, 10, 0.01),
    ):
        shares = []
        for rise in (0.0, 0.02, 0.03, 0.05):
            scenario = Scenario(
                members=members,
                correlation=correlation,
                paired=paired,
                attacks=attacks,
                margin=margin,
                rise=rise,
            )
            shares.append(100 * failures(scenario, runs=runs) / runs)
        print(
            f"{members:7}  {correlation:11}  {'yes' if paired else 'no':>6}  "
            f"{attacks:7}  {margin:6}  "
            + "  ".join(f"{share:5.1f}" for share in shares),
            flush=True,
        )


if __name__ == "__main__":
    main()
