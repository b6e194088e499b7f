"""Which records training shows on, behind each defense."""

import pytest

from eval_suite.measurements.exposed_records import exposed_records
from eval_suite.measurements.exposed_records import models_answers


def test_record_risk(target, subject, record):
    answers = models_answers(subject, target)
    if answers is None:
        pytest.skip("needs six models, trained on random halves of the records")
    records = exposed_records(*answers)
    record("record_risk", defense=target, records=records)
    assert all(effect > 0 for _, _, effect, *_ in records), (
        f"{target}: a record is exposed by a fall of the model's confidence"
    )
