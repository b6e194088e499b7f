"""Our threshold attacks against TensorFlow Privacy's, on every defense."""

import pytest

from eval_suite.measurements import both_engines
from eval_suite.options.optional_packages import why_no_tf_privacy
from eval_suite.options.options import Options
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks.tf_privacy import THRESHOLD_ATTACKS
from keras_entropy.attacks.tf_privacy import TOLERANCE
from keras_entropy.attacks.tf_privacy import disagreements


def test_threshold_attacks_agree(
    target: str, subject: Subject, options: Options
) -> None:
    missing = subject.reason_without("tf_privacy") or why_no_tf_privacy()
    if missing:
        pytest.skip(missing)
    # One model's rows are enough: the arithmetic of an AUC is the same for all.
    sides = subject.first_target(target)
    ours, theirs = both_engines.run_both(sides, THRESHOLD_ATTACKS, seed=options.seed)
    assert {found.attack for found in theirs} == set(THRESHOLD_ATTACKS)
    found = disagreements(ours, theirs)
    assert not found, f"{target}, expected at most {TOLERANCE:g}: " + "; ".join(found)
