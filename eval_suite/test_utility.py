"""The cost of each defense in accuracy, calibration and certainty."""

import math
from typing import Literal

import pytest

from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy import catalog
from keras_entropy.prediction_quality import tied_share


def test_utility(target: str, subject: Subject, record: Record) -> None:
    found = subject.utility(target)
    record("utility", defense=target, **found)
    for figure in ("nll", "ece"):
        assert math.isfinite(found[figure]), f"{target}: {figure} is {found[figure]}"


@pytest.mark.claims("trained", value=False)
def test_claimed_utility(defense: str, subject: Subject) -> None:
    entry = catalog.get(defense)
    base, found = subject.utility(BASE), subject.utility(defense)
    if entry.claims.keeps_argmax:
        figures: list[Literal["member_accuracy", "accuracy"]]
        figures = ["member_accuracy", "accuracy"]
        for figure, side in zip(figures, subject.sides(defense), strict=True):
            # float32 may round two close probabilities to a tie, which counts in part.
            ties = tied_share(side)
            change = found[figure] - base[figure]
            assert abs(change) <= ties + 1e-9, (
                f"{defense} claims to keep the argmax: {figure} changed by "
                f"{change:+.4f}; expected at most the share of tied rows, {ties:.4f}"
            )
    if entry.claims.raises_entropy:
        change = found["entropy_mean"] - base["entropy_mean"]
        assert change >= -1e-6, (
            f"{defense} claims to raise entropy: mean entropy changed by {change:+.4g} "
            "nats; expected no fall"
        )
    # The gate counts right labels apart from the report.
    right = float(subject.correctness(defense).values.mean())
    assert right == pytest.approx(found["accuracy"], abs=1e-9), (
        f"{defense}: accuracy {right:.6f} for the gate; expected that of the report, "
        f"{found['accuracy']:.6f}"
    )
