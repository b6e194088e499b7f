import csv

import numpy as np
import pytest

from eval_suite.measurements.records.exposed_records import COLUMNS
from eval_suite.measurements.records.exposed_records import as_csv
from eval_suite.measurements.records.exposed_records import exposed_records
from eval_suite.measurements.records.exposed_records import most_false_alarms
from eval_suite.measurements.records.exposed_records import with_planted_record
from eval_suite.measurements.records.exposed_records import with_shuffled_membership
from eval_suite.subjects.measured import RecordAnswers
from keras_entropy.shadow import complementary_pairs


def test_the_records_that_models_memorise():
    rng = np.random.default_rng(0)
    membership = complementary_pairs(200, 16, seed=0).membership
    confidence = rng.normal(size=membership.shape)
    leaky = np.array([3, 50, 120])
    confidence[:, leaky] += 8 * membership[:, leaky]
    rows, labels = np.arange(1000, 1200), np.arange(200) % 7
    records = exposed_records(RecordAnswers(confidence, membership, labels, rows))
    assert {1003, 1050, 1120} <= {record[0] for record in records}
    # A false discovery rate of 5 % on three true ones leaves hardly room for others.
    assert len(records) <= 5
    for number, label, effect, p_value, q_value, detected in records[:3]:
        assert label == (number - 1000) % 7
        assert 6 < effect < 10
        assert p_value <= q_value <= 0.05
        assert detected == 1


@pytest.mark.parametrize("models", [6, 16])
@pytest.mark.parametrize("digits", [6, 0])
def test_the_test_finds_a_planted_record_and_chance_exposes_hardly_any(models, digits):
    rng = np.random.default_rng(models)
    membership = complementary_pairs(400, models, seed=0).membership
    confidence = rng.normal(size=membership.shape)
    confidence[:, :100] += 3 * membership[:, :100]
    # Rounded to a few values, many pairs differ by exactly the same.
    confidence = confidence.round(digits).astype("float32")
    rows = np.arange(5000, 5400)
    answers = RecordAnswers(confidence, membership, np.zeros(400, int), rows)
    planted, row = with_planted_record(answers)
    assert row not in [record[0] for record in exposed_records(answers)]
    assert row in [record[0] for record in exposed_records(planted)]
    shuffled = with_shuffled_membership(answers, seed=0)
    pairs = shuffled.membership[::2] != shuffled.membership[1::2]
    assert pairs.all()
    assert len(exposed_records(shuffled)) <= most_false_alarms(answers) < 100


def test_file():
    text = as_csv(
        [
            {"defense": "base", "records": [[7, 1, 2.5, 0.001, 0.01, 1.0]]},
            {"defense": "a,b", "records": [[8, 0, 1.0, 0.002, 0.02, 0.5]]},
        ]
    )
    header, first, second = csv.reader(text.splitlines())
    assert tuple(header) == COLUMNS
    assert first == ["base", "7", "1", "2.5", "0.001", "0.01", "1.0"]
    assert second[0] == "a,b"
