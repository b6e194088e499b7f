"""The records that training exposes, behind each defense."""

import pytest

from eval_suite.measurements.records.exposed_records import exposed_records
from eval_suite.measurements.records.exposed_records import most_false_alarms
from eval_suite.measurements.records.exposed_records import with_planted_record
from eval_suite.measurements.records.exposed_records import with_shuffled_membership
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject


def test_record_risk(
    target: str, subject: Subject, options: Options, record: Record
) -> None:
    reason = subject.reason_without("records")
    if reason is not None:
        pytest.skip(reason)
    answers = subject.record_answers(target)
    record("record_risk", defense=target, records=exposed_records(answers))
    planted, row = with_planted_record(answers)
    found = [number for number, *_ in exposed_records(planted)]
    assert row in found, (
        f"{target}: record {row} was made to be exposed and is not found among "
        f"{len(found)}"
    )
    shuffled = exposed_records(with_shuffled_membership(answers, seed=options.seed))
    most = most_false_alarms(answers)
    assert len(shuffled) <= most, (
        f"{target}: {len(shuffled)} records are exposed by a membership that was drawn "
        f"anew; expected at most {most} by chance"
    )
