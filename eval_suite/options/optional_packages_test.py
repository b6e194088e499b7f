import importlib.util
import sys

import pytest

from eval_suite.options.optional_packages import why_no_tf_privacy


@pytest.mark.parametrize(
    ("spec", "version", "said"),
    [
        ("there", (3, 11, 4), None),
        (None, (3, 11, 4), "pip install"),
        (None, (3, 13, 0), "needs Python < 3.12, and this is 3.13"),
    ],
)
def test_the_reason_names_what_to_do(monkeypatch, spec, version, said):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    monkeypatch.setattr(sys, "version_info", version)
    reason = why_no_tf_privacy()
    assert reason is None if said is None else said in reason
