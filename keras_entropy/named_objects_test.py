import sys

import numpy as np
import pytest

from keras_entropy.named_objects import named_object

SOURCE = """
from __future__ import annotations
import dataclasses
NUMBER = 3

@dataclasses.dataclass
class Thing:
    size: int

def neighbors(x, seed):
    return x + seed

def _hidden():
    pass
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    yield path
    sys.modules.pop("_file_mine", None)


def test_a_function_is_found_in_a_file_and_in_a_module(file):
    assert named_object(f"{file}:neighbors")(1, 2) == 3
    assert named_object("numpy.linalg:norm") is np.linalg.norm


def test_a_file_hides_no_module(tmp_path):
    path = tmp_path / "numpy.py"
    path.write_text("def neighbors(x, seed): return x")
    named_object(f"{path}:neighbors")
    sys.modules.pop("_file_numpy")
    assert sys.modules["numpy"] is np


@pytest.mark.parametrize("text", ["", "mine", ":f", "mine.py", "mine:", "m:f()"])
def test_another_form_is_refused(text):
    with pytest.raises(ValueError, match=r"Expected MODULE:NAME or FILE\.py:NAME"):
        named_object(text)


def test_a_missing_name_is_answered_with_those_that_are_there(file):
    with pytest.raises(
        ValueError, match=r"has no 'neighbours'\. It has: .*neighbors"
    ) as e:
        named_object(f"{file}:neighbours")
    assert "_hidden" not in str(e.value)
    assert "NUMBER" not in str(e.value)


def test_a_missing_file_is_answered_with_those_beside_it(file):
    with pytest.raises(
        ValueError, match=r"no such file\. Python files in .*: mine\.py"
    ):
        named_object(f"{file.parent / 'mime.py'}:neighbors")


def test_a_missing_module_is_told_from_one_that_fails(tmp_path, monkeypatch):
    with pytest.raises(
        ValueError, match=r"no module 'no_such.part' .*'no_such/part.py"
    ):
        named_object("no_such.part:f")
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "needs_more.py").write_text("import no_such_module")
    with pytest.raises(ValueError, match="needs_more can't be imported: No module"):
        named_object("needs_more:f")
    (tmp_path / "divides.py").write_text("1 / 0")
    for where in ("divides", tmp_path / "divides.py"):
        with pytest.raises(ValueError, match="can't be imported: ZeroDivisionError"):
            named_object(f"{where}:f")
    assert "_file_divides" not in sys.modules


def test_a_module_of_the_current_folder_is_found_after_all_others(
    tmp_path, monkeypatch
):
    (tmp_path / "only_here.py").write_text("def f(): return 7")
    (tmp_path / "numpy.py").write_text("def f(): return 7")
    monkeypatch.chdir(tmp_path)
    elsewhere = [folder for folder in sys.path if folder]
    monkeypatch.setattr(sys, "path", elsewhere)
    assert named_object("only_here:f")() == 7
    assert named_object("numpy:zeros") is np.zeros
    with pytest.raises(ValueError, match=f"nor in the current folder, {tmp_path}"):
        named_object("not_here:f")
    del sys.modules["only_here"]
