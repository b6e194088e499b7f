"""All output defenses at several strengths: what protection costs."""

import numpy as np
import pytest

from eval_suite.measurements.tradeoff.frontier import FrontierAttacks
from eval_suite.measurements.tradeoff.frontier import reason_without_frontier
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from keras_entropy.attacks import paired_difference

# What one bin of label frequencies may leak more than the predicted label alone.
MARGIN = 0.01


def test_frontier(
    subject: Subject,
    frontier_attacks: FrontierAttacks,
    options: Options,
    record: Record,
) -> None:
    reason = reason_without_frontier(subject, options)
    if reason is not None:
        what = "privacy against utility by strength"
        record("not_measured", what=what, reason=reason, defense=BASE, metric=None)
        pytest.skip(reason)
    found = frontier_attacks.play()
    for row in found.rows():
        record("frontier", **row)
    assert not found.above_bounds(), "; ".join(found.above_bounds())
    label = found.get("LabelOnly(confidence=1.0)")
    binned = found.get("BinnedFrequencies(bins=1)")
    excess = paired_difference(binned, label, margin=MARGIN)
    assert excess.p_value >= 0.05, (
        f"label frequencies in one bin leak {excess.value:+.3f} [{excess.low:+.3f}, "
        f"{excess.high:+.3f}] against the label alone; expected at most +{MARGIN}"
    )
    np.testing.assert_array_equal(binned.accuracy, label.accuracy)
    assert binned.nll.mean() < label.nll.mean() / 2, (
        f"label frequencies have NLL {binned.nll.mean():.3f}; expected far below "
        f"label-only's {label.nll.mean():.3f}"
    )
