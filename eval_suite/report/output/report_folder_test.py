import copy
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eval_suite.report.__main__ import main
from eval_suite.report.figures import all_figures
from eval_suite.report.figures import defense_dots
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output import report_folder
from eval_suite.report.output.report_folder import check_writable
from eval_suite.report.output.report_folder import write_report
from eval_suite.results.schema import ResultsError
from eval_suite.results.schema import load_results


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _assert_close(new, old):
    """The same but for rounding to five digits."""
    assert type(new) is type(old)
    if isinstance(old, dict):
        assert list(new) == list(old)
        for key in old:
            _assert_close(new[key], old[key])
    elif isinstance(old, list):
        for a, b in zip(new, old, strict=True):
            _assert_close(a, b)
    elif isinstance(old, float):
        assert new == pytest.approx(old, rel=5e-5)
    else:
        assert new == old


@pytest.fixture(autouse=True, scope="module")
def _one_figure():
    """These tests are about files: one figure stands for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(all_figures, "_FIGURES", (defense_dots.accuracy,))
        yield


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports") / "mine"
    results = build_results()
    page = write_report(results, folder)
    return folder, page, results


def test_writes_the_whole_report(report):
    folder, page, results = report
    assert page == folder / "index.html"
    names = {path.name for path in folder.iterdir()}
    assert names == {"index.html", "report.md", "results.json", "figures"}
    written = load_results(folder / "results.json")
    _assert_close(written, results)
    pictures = sorted((folder / "figures").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.read_bytes().startswith(b"\x89PNG\r\n")
    assert [p.name for p in folder.parent.iterdir()] == ["mine"]  # nothing left behind


def test_report_is_as_readable_as_other_files(report):
    folder, _, _ = report
    plain = folder.parent / "plain"
    plain.mkdir()
    mode = plain.stat().st_mode
    plain.rmdir()
    assert folder.stat().st_mode == mode


def test_results_json_has_one_row_a_line(report):
    folder, _, results = report
    lines = (folder / "results.json").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line.rstrip(",")) for line in lines if line.startswith("  {")]
    found = [row["name"] for row in rows if "strongest_auc" in row]
    assert found == [row["name"] for row in results["defenses"]]
    assert sum("tpr_at_fpr" in row for row in rows) == len(results["attacks"])


def test_is_the_same_twice(report, tmp_path):
    folder, _, results = report
    write_report(results, tmp_path / "again")
    assert _contents(tmp_path / "again") == _contents(folder)


def test_replaces_the_previous_report_and_keeps_other_files(tmp_path):
    folder = tmp_path / "r"
    folder.mkdir()
    (folder / "results.json").write_text("{}")
    (folder / "figures").mkdir()
    (folder / "figures" / "stale.png").write_text("old")
    (folder / "notes.txt").write_text("mine")
    write_report(build_results(), folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert not (folder / "figures" / "stale.png").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["r"]


def test_a_link_to_a_folder_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    for _ in range(2):
        write_report(build_results(), link)
        assert link.is_symlink()
        assert (tmp_path / "real" / "index.html").exists()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError])
@pytest.mark.parametrize("stage", ["_json", "_write"])
def test_an_interrupted_write_leaves_the_previous_report(
    report, monkeypatch, stage, interruption
):
    folder, _, results = report
    before = _contents(folder)

    def interrupt(*_):
        raise interruption

    monkeypatch.setattr(report_folder, stage, interrupt)
    with pytest.raises(interruption):
        write_report(results, folder)
    assert _contents(folder) == before
    assert [p.name for p in folder.parent.iterdir()] == ["mine"]


def test_an_interrupted_swap_leaves_the_previous_report(report, monkeypatch):
    folder, _, results = report
    before = _contents(folder)
    rename = Path.rename

    def interrupt(self, target):
        if "-new-" in self.name:
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(results, folder)
    assert _contents(folder) == before


def test_a_report_moved_aside_by_a_killed_process_comes_back(report, monkeypatch):
    folder, _, results = report
    before = _contents(folder)
    folder.rename(folder.with_name(".mine-previous"))

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(report_folder, "_fill", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_report(results, folder)
    assert _contents(folder) == before


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_process_leaves_the_previous_report(report):
    folder, _, _ = report
    before = _contents(folder)
    command = [sys.executable, "-m", "eval_suite.report", str(folder / "results.json")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if any(p.name.startswith(".mine-new-") for p in folder.parent.iterdir()):
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.wait()
    assert process.returncode == -signal.SIGKILL
    assert _contents(folder) == before


def test_invalid_results_are_refused_before_anything_is_touched(tmp_path):
    with pytest.raises(ResultsError):
        write_report({"schema_version": 2}, tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


def test_check_writable_accepts_new_and_old_report_folders(report, tmp_path):
    folder, _, _ = report
    check_writable(folder)
    check_writable(tmp_path)
    check_writable(tmp_path / "not" / "yet" / "there")
    assert list(tmp_path.iterdir()) == []


def test_check_writable_refuses_a_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ValueError, match="is not a folder"):
        check_writable(file)
    with pytest.raises(ValueError, match="Not a directory"):
        check_writable(file / "below")


def test_check_writable_refuses_to_replace_foreign_files(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ValueError, match="holds other files and no report"):
        check_writable(tmp_path)
    with pytest.raises(ValueError, match="holds other files and no report"):
        write_report(build_results(), tmp_path)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
def test_check_writable_refuses_where_files_cannot_be_made():
    with pytest.raises(ValueError, match="can't write in /proc"):
        check_writable("/proc/report")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="permissions don't stop root",
)
def test_check_writable_refuses_a_read_only_folder(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(ValueError, match="can't write in"):
            check_writable(tmp_path / "r")
    finally:
        tmp_path.chmod(0o700)


def test_command_line_renders_again(report, tmp_path, capsys):
    folder, _, _ = report
    results = str(folder / "results.json")
    to = ["--report-dir", str(tmp_path)]
    for arguments, name in ((to, folder.name), ([*to, "--report-name", "b"], "b")):
        assert main([results, *arguments]) == 0
        page = tmp_path / name / "index.html"
        assert capsys.readouterr().out.endswith(f"{page}\n")
        assert _contents(page.parent) == _contents(folder)


def test_command_line_renders_in_place(report, capsys):
    folder, page, _ = report
    before = _contents(folder)
    assert main([str(folder / "results.json")]) == 0
    assert capsys.readouterr().out.endswith(f"{page}\n")
    assert _contents(folder) == before


def test_command_line_compares(report, tmp_path, capsys):
    folder, _, results = report
    results = copy.deepcopy(results)
    for key in ("strongest_auc", "strongest_auc_low", "strongest_auc_high"):
        results["defenses"][5][key] += 0.05
    new = tmp_path / "new.json"
    new.write_text(json.dumps(results))
    old = str(folder / "results.json")
    to = ["--report-dir", str(tmp_path), "--report-name", "copy"]
    assert main([str(new), "--compare", old, *to]) == 0
    sentence = "Attacked more successfully than before: M-18."
    assert sentence in capsys.readouterr().out
    assert sentence in (tmp_path / "copy" / "index.html").read_text(encoding="utf-8")


def test_command_line_says_what_is_wrong(tmp_path, capsys):
    with pytest.raises(SystemExit) as error:
        main([str(tmp_path / "none.json")])
    assert error.value.code == 2
    assert "Can't read" in capsys.readouterr().err


def test_command_line_loads_no_keras(report, tmp_path):
    """It takes seconds to load, and is not needed to render what was measured."""
    folder, _, _ = report
    code = (
        "import sys; from eval_suite.report.__main__ import main; main(sys.argv[1:]); "
        "sys.exit('keras' in sys.modules)"
    )
    results = str(folder / "results.json")
    command = [sys.executable, "-c", code, results, "--report-dir", str(tmp_path)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
