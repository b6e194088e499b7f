"""Whether members and non-members could be told apart without any model."""

import dataclasses

import numpy as np

from eval_suite.measurements.exchangeability import check_exchangeability


def test_members_and_nonmembers(subject, options, record):
    members, nonmembers = subject.members, subject.nonmembers
    found = check_exchangeability(
        (members.x, members.y), (nonmembers.x, nonmembers.y), seed=options.seed
    )
    # A run that is confounded is marked, not failed: its data are what they are.
    record("exchangeability", detail=str(found), **dataclasses.asdict(found))
    assert np.isfinite([found.auc, found.auc_low, found.auc_high]).all()
