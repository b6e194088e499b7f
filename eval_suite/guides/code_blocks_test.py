"""Every code block of the guides runs, section by section, as a reader would."""

import os
import pathlib
import re
import shlex
import subprocess
import sys

import keras
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).parent.parent.parent
FOLDERS = ("keras_entropy", "eval_suite", "reports")
GUIDES = ("README.md", *(f"{name}/README.md" for name in FOLDERS))
# A block of code, with its language, or a heading.
PART = re.compile(r"^```(\w+)\n(.*?)^```|^#+ ([^\n]*)", re.DOTALL | re.MULTILINE)
# What `.ci/run` runs itself, since it installs or takes minutes; and what writes into
# the guides (`guides_test.py`).
RUN_ELSEWHERE = (
    "python3 -m venv",
    ".venv/bin/pip install",
    "pytest eval_suite --report",
    "python -m eval_suite.guides",
)
# Where the reader's own test gets its data.
FIXTURES = """
import keras
import numpy as np
import pytest


@pytest.fixture
def model():
    return keras.models.load_model("model.keras")


def _examples(name):
    with np.load(name) as file:
        return file["x"], file["y"]


@pytest.fixture
def train():
    return _examples("members.npz")


@pytest.fixture
def test():
    return _examples("test.npz")


@pytest.fixture
def more():
    return _examples("pool.npz")
"""


def sections():
    """Each guide's sections with code in them."""
    found = []
    for guide in GUIDES:
        text = (ROOT / guide).read_text(encoding="utf-8")
        title, blocks = "", []
        for part in re.finditer(
            r"^```(\w+)\n(.*?)^```|^#+ ([^\n]*)", text, re.S | re.M
        ):
            language, code, heading = part.groups()
            if language is not None:
                blocks.append((language, code))
                continue
            found.append((f"{guide}: {title}", blocks))
            title, blocks = heading, []
        found.append((f"{guide}: {title}", blocks))
    return [pytest.param(blocks, id=title) for title, blocks in found if blocks]


@pytest.fixture
def names(tmp_path, monkeypatch):
    """What the guides take as given: a model, its examples, and files of them."""
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(0)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(900, 6)).astype("float32"), rng.integers(0, 10, 900)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(10, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[:300], y[:300], epochs=2, verbose=0)
    for name in ("classifier.keras", "model.keras", "other.keras"):
        model.save(name)
    # Runs to look at again.
    for name in ("example", "latest"):
        (tmp_path / "reports" / name).mkdir(parents=True)
        (tmp_path / "reports" / name / "results.json").symlink_to(
            ROOT / "reports" / "example" / "results.json"
        )
    answers = model.predict(x, verbose=0)
    parts = {"members": slice(300), "test": slice(300, 600), "pool": slice(600, 900)}
    for name, part in parts.items():
        np.savez(f"{name}.npz", x=x[part], y=y[part])
    np.savez("other.npz", x=x[600:] + 0.5, y=y[600:])
    for name, part in (("a", slice(300)), ("b", slice(300, 600))):
        np.savez(f"{name}.npz", outputs=answers[part], y=y[part])
    return {
        "keras": keras,
        "keras_entropy": __import__("keras_entropy"),
        "model": model,
        "defended": model,
        "x": x[:300],
        "y": y[:300],
        "x_new": x[300:600],
        "y_new": y[300:600],
        "member_outputs": answers[:300],
        "member_labels": y[:300],
        "nonmember_outputs": answers[300:600],
        "nonmember_labels": y[300:600],
    }


@pytest.mark.parametrize("blocks", sections())
def test_blocks_of_a_section_run(blocks, names, tmp_path, tmp_path_factory):
    # One for all sections, or each would run the controls of the attacks again.
    cache = tmp_path_factory.getbasetemp() / "cache"
    for language, text in blocks:
        if language == "python" and "def test_" in text:
            (tmp_path / "conftest.py").write_text(FIXTURES)
            (tmp_path / "test_of_a_reader.py").write_text(text)
            _audits("pytest -q test_of_a_reader.py", r"1 (passed|failed)", cache)
        elif language == "python":
            if "def train(" in text:
                (tmp_path / "train.py").write_text(text)
            exec(compile(text, "a guide", "exec"), names)
        elif language in ("sh", "console"):
            for command in text.replace("\\\n", " ").splitlines():
                if not command.startswith(RUN_ELSEWHERE):
                    said = "index.html" if "eval_suite.report" in command else "gate"
                    _audits(command, said, cache)
        else:
            assert language == "bibtex"


def _audits(command, said, cache):
    """Runs a command that gives a verdict, whichever it is of such a model."""
    words = re.sub("^pytest", "python -m pytest", command)
    words = re.sub("^python", sys.executable, words)
    ended = subprocess.run(
        ["bash", "-c", words],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTEST_ADDOPTS": f"-o cache_dir={shlex.quote(str(cache))}",
        },
    )
    output = ended.stdout + ended.stderr
    assert ended.returncode in (0, 1), output
    assert "Error" not in output.replace("AssertionError", ""), output
    assert re.search(said, output), output
