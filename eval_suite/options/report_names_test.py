import argparse

import pytest

from eval_suite.options.report_names import report_name


@pytest.mark.parametrize("name", ["latest", "2026-11-24", "v1.2_rc-1", "7", "a" * 100])
def test_a_folders_name_is_taken_as_it_is(name):
    assert report_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".a",
        "-x",
        "a/b",
        "/a",
        "a\\b",
        "a b",
        "a\n",
        "ä",
        "C:",
        "a" * 101,
    ],
)
def test_what_would_lead_elsewhere_is_refused(name):
    with pytest.raises(argparse.ArgumentTypeError, match="one folder's name") as error:
        report_name(name)
    assert repr(name) in str(error.value)
