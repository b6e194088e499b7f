"""Our threshold attacks against TensorFlow Privacy's, on every defense."""

import pytest

from eval_suite.measurements import both_engines
from eval_suite.options.optional_packages import why_no_tf_privacy
from keras_entropy.attacks.tf_privacy import THRESHOLD_ATTACKS
from keras_entropy.attacks.tf_privacy import TOLERANCE
from keras_entropy.attacks.tf_privacy import disagreements


def test_threshold_attacks_agree(target, subject, options):
    missing = why_no_tf_privacy()
    if missing:
        pytest.skip(missing)
    # One model's rows are enough: the arithmetic of an AUC is the same for all.
    sides = both_engines.one_targets_rows(subject, target)
    ours, theirs = both_engines.compare(sides, THRESHOLD_ATTACKS, seed=options.seed)
    assert {found.attack for found in theirs} == set(THRESHOLD_ATTACKS)
    found = disagreements(ours, theirs)
    assert not found, f"{target}, expected at most {TOLERANCE:g}: " + "; ".join(found)
