import argparse
from pathlib import Path

import pytest

from eval_suite.options.options import Options
from eval_suite.options.question_options import GAME_QUESTIONS
from eval_suite.options.question_options import MODEL_QUESTIONS
from eval_suite.options.question_options import STUDY_QUESTIONS
from eval_suite.options.question_options import number_of_questions

FILE = Path("file")


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("32", 32), ("128", 128)])
def test_accepts(text, number):
    assert number_of_questions(text) == number


@pytest.mark.parametrize("text", ["", "-1", "2.5", "many", "1e3", "+4"])
def test_refuses_and_says_what_it_takes(text):
    with pytest.raises(argparse.ArgumentTypeError, match="at least 0") as error:
        number_of_questions(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(
    ("given", "questions"),
    [
        ({}, GAME_QUESTIONS),
        ({"profile": "study"}, STUDY_QUESTIONS),
        ({"model": FILE}, MODEL_QUESTIONS),
        ({"model": FILE, "questions": 9}, 9),
        ({"questions": 0}, 0),
        ({"member_outputs": FILE, "nonmember_outputs": FILE}, 0),
    ],
)
def test_as_many_are_asked_as_the_run_can_bear(given, questions):
    assert Options(**{"questions": None, **given}).questions_asked == questions
