from pathlib import Path

import numpy as np
import pytest

from eval_suite.options.needed_checks import is_needed
from eval_suite.options.options import Options
from eval_suite.session.study_of_session import check_study


def test_a_small_dataset_is_refused(tmp_path):
    file = tmp_path / "small.npz"
    np.savez(file, x=np.zeros((470, 4), "float32"), y=np.arange(470) % 3)
    with pytest.raises(ValueError, match="takes a dataset of 471 examples"):
        check_study(Options(profile="doctor", dataset=str(file)))


def test_a_model_is_refused():
    with pytest.raises(ValueError, match="leave these or the profile out"):
        check_study(Options(profile="doctor", model=Path("model.keras")))


def test_no_questions_are_refused():
    with pytest.raises(ValueError, match="leave --questions 0 or the profile out"):
        check_study(Options(profile="doctor", questions=0))


def test_digits_are_enough():
    check_study(Options(profile="doctor"))


def test_its_checks_run_with_its_profile_alone():
    assert is_needed("test_doctor.py", Options(profile="doctor", report=True))
    assert not is_needed("test_doctor.py", Options(report=True))
    assert not is_needed("test_frontier.py", Options(profile="doctor", report=True))
