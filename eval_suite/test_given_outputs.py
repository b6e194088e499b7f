"""Utility of given outputs, and the figures that need a model."""

import pytest

from eval_suite.results.record import Record
from eval_suite.subjects.subject import Part
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.prediction_quality import tied_share


@pytest.mark.measures(BASE)
def test_given_outputs(subject: Subject, record: Record) -> None:
    found = subject.utility(BASE)
    record("utility", defense=BASE, **found)
    missing: list[tuple[str, Part, str | None]] = [
        ("latency", "model", "latency_ratio"),
        ("privacy against utility by strength", "strengths", None),
    ]
    for what, part, metric in missing:
        reason = subject.reason_without(part)
        assert reason is not None, f"outputs alone are said to have the {part}"
        record("not_measured", defense=BASE, what=what, reason=reason, metric=metric)
    # The attacks read the outputs as they were given, logits or a sigmoid unit too; the
    # accuracy is that of the probabilities which were made of them.
    scores, _ = subject.answers(BASE).scores(["label_only"], seed=0)["label_only"]
    nonmembers = subject.sides(BASE)[1]
    right = float((scores[-len(nonmembers) :] > 0).mean())
    assert abs(right - found["accuracy"]) <= tied_share(nonmembers) + 1e-9, (
        f"accuracy {found['accuracy']:.6f} of the probabilities, and {right:.6f} of "
        "the outputs as given; expected a difference only where the largest is tied"
    )
