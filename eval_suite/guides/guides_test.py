"""The guides are current: tables, options, links, and the length of the first."""

import pathlib
import re

import pytest

from eval_suite.guides.__main__ import EXAMPLE
from eval_suite.guides.__main__ import PARTS
from eval_suite.guides.__main__ import ROOT
from eval_suite.guides.__main__ import main
from eval_suite.guides.__main__ import written
from eval_suite.guides.both_starts import both_starts
from eval_suite.guides.defense_table import GROUPS
from eval_suite.guides.defense_table import defense_tables
from eval_suite.guides.defense_table import what_it_does
from eval_suite.guides.what_helps import what_helps
from eval_suite.options.command_line import add_options
from eval_suite.results.schema import load_results
from keras_entropy import catalog

GUIDES = ["README.md", *(f"{name}/README.md" for name in ("keras_entropy", "reports"))]
GUIDES.append("eval_suite/README.md")


@pytest.fixture(scope="module")
def results():
    return load_results(EXAMPLE)


@pytest.mark.parametrize("guide", PARTS)
def test_parts_are_of_the_committed_runs(guide):
    assert (ROOT / guide).read_text(encoding="utf-8") == written(guide), (
        "Run `python -m eval_suite.guides`."
    )


def test_a_command_writes_them(monkeypatch, tmp_path, capsys):
    for guide in PARTS:
        path = tmp_path / guide
        path.parent.mkdir(exist_ok=True)
        path.write_bytes((ROOT / guide).read_bytes())
    monkeypatch.setattr("eval_suite.guides.__main__.ROOT", tmp_path)
    assert main([]) == 0
    assert str(tmp_path / "README.md") in capsys.readouterr().out


@pytest.mark.parametrize("entry", catalog.entries(), ids=lambda entry: entry.name)
def test_each_defense_is_in_one_table_and_says_what_it_does(entry):
    assert sum(belongs(entry) for belongs in GROUPS.values()) == 1
    assert re.fullmatch(r"\*\*.+\*\*\.( .+\.)?", what_it_does(entry))
    assert "of the study" not in what_it_does(entry)


def test_a_run_of_some_defenses_is_refused(results):
    some = {**results, "defenses": results["defenses"][:3]}
    with pytest.raises(ValueError, match=r"lack .*hamp.*--report-name example"):
        defense_tables(some)
    with pytest.raises(ValueError, match=r"lack .*hamp"):
        what_helps(some)
    with pytest.raises(ValueError, match=r"digits lacks .*reference-start"):
        both_starts({"digits": some})
    rows = [{**row, "known_start": None} for row in results["defenses"]]
    with pytest.raises(ValueError, match=r"lacks a known start.*--known-start"):
        both_starts({"digits": {**results, "defenses": rows}})


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_all_options_are_told_and_none_that_there_is_not():
    # The session's own parser knows them only where the suite is named.
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)
    text = (ROOT / "eval_suite/README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text))
    ours = {
        option.names()[0]
        for group in parser._groups
        if group.name == "eval_suite"
        for option in group.options
    }
    assert ours
    assert ours - told == set()
    pytests = {"--pyargs", "--cache-clear", "--junitxml", "--help", "--extra-index-url"}
    assert told - ours - pytests == set()


@pytest.mark.parametrize("guide", GUIDES)
def test_links_lead_somewhere(guide):
    path = ROOT / guide
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        file, _, anchor = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), target
        assert not anchor or anchor in _anchors(found), target


def _anchors(path: pathlib.Path) -> set[str]:
    """What GitHub calls the headings of a file."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-")
        for head in heads
    }
