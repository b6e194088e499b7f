import dataclasses

import pytest

from eval_suite.measurements import kept_controls
from eval_suite.measurements.kept_controls import controls_of
from keras_entropy.attacks import Control

PASSED = Control(
    "null: loss, few", "null", "loss", "few", 0.51, 0.4, 0.6, 0.5, True, ""
)


class Controls:
    """Controls that say what they are told to, and count how often they run."""

    __name__ = "null_controls"

    def __init__(self, *controls):
        self.controls = list(controls)
        self.runs = 0

    def __call__(self, attacks):
        self.runs += 1
        return self.controls


def test_the_same_controls_run_once(tmp_path):
    run = Controls(PASSED)
    first, second = (controls_of(tmp_path, run, ("loss",)) for _ in range(2))
    assert first == second == [PASSED]
    assert run.runs == 1


def test_other_attacks_or_code_or_versions_run_again(tmp_path, monkeypatch):
    run = Controls(PASSED)
    controls_of(tmp_path, run, ("loss",))
    controls_of(tmp_path, run, None)
    assert run.runs == 2
    monkeypatch.setattr(kept_controls, "source_digest", lambda package: "mended")
    controls_of(tmp_path, run, None)
    assert run.runs == 3
    monkeypatch.setattr(kept_controls.np, "__version__", "3.0")
    controls_of(tmp_path, run, None)
    assert run.runs == 4


def test_a_control_that_failed_is_not_kept(tmp_path):
    run = Controls(PASSED, dataclasses.replace(PASSED, passed=False))
    for runs in (1, 2):
        assert not all(control.passed for control in controls_of(tmp_path, run, None))
        assert run.runs == runs


@pytest.mark.parametrize("text", ["", "[{", "[]", '[{"name": "null"}]', "7"])
def test_a_file_that_is_not_whole_is_no_control(tmp_path, text):
    run = Controls(PASSED)
    controls_of(tmp_path, run, None)
    (file,) = (tmp_path / "controls").iterdir()
    file.write_text(text)
    assert controls_of(tmp_path, run, None) == [PASSED]
    assert run.runs == 2
