import shutil
from pathlib import Path

import pytest

import keras_entropy
from eval_suite.source_digest import source_digest
from eval_suite.subjects.fingerprint import fingerprint

PACKAGE = Path(keras_entropy.__file__).parent
NO_SOURCE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def copy(tmp_path):
    """The package in a checkout below a folder named `attacks`."""
    folder = tmp_path / "attacks" / "checkout" / "keras_entropy"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def change(path):
    assert path.exists()
    path.write_text(path.read_text() + "\n# changed\n")


def test_the_digest_is_the_same_wherever_the_package_lies(copy):
    assert source_digest(copy) == source_digest(PACKAGE) != NO_SOURCE
    assert fingerprint()["source"] == source_digest(PACKAGE, without=("attacks",))


@pytest.mark.parametrize(
    "name",
    [
        *("layers/identity.py", "shadow/backends/engine.py", "_version.py"),
        "attacks/audits/outputs_audit.py",
    ],
)
def test_a_mended_module_has_another_digest(copy, name):
    before = source_digest(copy)
    change(copy / name)
    assert source_digest(copy) != before


@pytest.mark.parametrize(
    "name", ["attacks/audits/outputs_audit.py", "layers/identity_test.py"]
)
def test_what_is_left_out_and_tests_have_no_part_in_it(copy, name):
    before = source_digest(copy, without=("attacks",))
    change(copy / name)
    assert source_digest(copy, without=("attacks",)) == before


def test_a_moved_module_has_another_digest(copy):
    before = source_digest(copy)
    (copy / "layers/identity.py").rename(copy / "layers/same.py")
    assert source_digest(copy) != before
