"""What a model gives away after each epoch, by the callback in one training."""

import pytest

from eval_suite.options.options import Options
from eval_suite.options.selected_defenses import selected
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE

# Trained by another loss alone, to leak less.
_BESIDE = "relax-loss"


@pytest.mark.measures(BASE)
def test_audited_training(subject: Subject, options: Options, record: Record) -> None:
    names = [BASE, *[name for name in selected(options.defenses) if name == _BESIDE]]
    for name in names:
        for row in subject.audited_epochs(name):
            record("epoch", **row)
            low, auc, high = row["auc_low"], row["auc"], row["auc_high"]
            assert 0 <= low <= auc <= high <= 1, (
                f"{name}, epoch {row['epoch']}: AUC {auc} [{low}, {high}]; expected "
                "shares, the interval around the estimate"
            )
