"""Whether members and non-members could be told apart without any model."""

import pytest

from eval_suite.measurements.exchangeability import FEWEST
from eval_suite.measurements.exchangeability import TOLERANCE
from eval_suite.measurements.exchangeability import check_exchangeability
from eval_suite.measurements.exchangeability import random_halves
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE


def test_members_and_nonmembers(
    subject: Subject, options: Options, record: Record
) -> None:
    members, nonmembers = subject.examples()
    few = min(len(members[1]), len(nonmembers[1]))
    if few < FEWEST:
        lack = f"it takes {FEWEST} examples on a side, and one has {few}"
        what = "exchangeability"
        record("not_measured", defense=BASE, what=what, reason=lack, metric=None)
        pytest.skip(lack)
    found = check_exchangeability(members, nonmembers, seed=options.seed)
    # A run that is confounded is marked, not failed: its data are what they are.
    record("exchangeability", **found.row())
    reason = subject.reason_without("inputs")
    if reason is not None:
        what = "exchangeability of the inputs"
        record("not_measured", defense=BASE, what=what, reason=reason, metric=None)
    # Halves of fewer members would be too small for the check to be made of them, and
    # the members and non-members themselves have been recorded above.
    if len(members[1]) < 2 * FEWEST:
        return
    halves = check_exchangeability(*random_halves(members), seed=options.seed)
    assert not halves.confounded, (
        f"two random halves of the members are told apart: AUC {halves.auc:.3f} "
        f"[{halves.auc_low:.3f}, {halves.auc_high:.3f}]; expected an interval that "
        f"begins at {0.5 + TOLERANCE} or below, or what is said of members and "
        "non-members means nothing"
    )
