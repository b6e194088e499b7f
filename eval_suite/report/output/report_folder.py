"""Write a report folder: all of it or none of it."""

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from typing import cast

from eval_suite.results.contents import Results
from eval_suite.results.schema import check_results

_PARTS = frozenset({"index.html", "report.md", "results.json", "figures"})


def check_writable(folder: Path | str) -> None:
    """Makes sure, before any work starts, that a report can be written to `folder`.

    Args:
        folder: Where the report will be. Neither it nor its parents need exist.

    Raises:
        ValueError: `folder` is a file, holds something other than a report (which
            a new report would replace), or lies where this process can't write.
    """
    folder = Path(folder).resolve()
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f"{_MESSAGE} {folder} is not writable.")
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{_MESSAGE} {folder} is not a folder.")
    if folder.is_dir():
        names = {entry.name for entry in folder.iterdir()}
        if names and "results.json" not in names:
            raise ValueError(
                f"{_MESSAGE} {folder} holds other files and no report, and a report "
                "replaces its folder. Name a new or empty folder."
            )
    ancestor = folder.parent
    while not ancestor.exists():
        ancestor = ancestor.parent
    try:
        # A real file: permission bits don't tell of read-only or full disks.
        with tempfile.TemporaryFile(dir=ancestor):
            pass
    except OSError as error:
        raise ValueError(
            f"{_MESSAGE} can't write in {ancestor}: {error.strerror}."
        ) from error


_MESSAGE = "The report folder can't be used:"


def write_report(
    results: Results, folder: Path | str, *, other: Results | None = None
) -> Path:
    """Writes results.json, report.md, index.html and figures/*.png.

    Everything is written to a temporary folder beside `folder`, which then takes its
    place. An interrupted call leaves the previous report as it was. Files in the
    folder that are not part of a report are kept.

    Args:
        results: The rows of a run, as in results.schema.json. The file keeps five
            significant digits of each number.
        folder: The report's folder, made or replaced.
        other: Results of another run, to show the differences from it.

    Returns:
        The path of index.html.

    Raises:
        ResultsError: `results` or `other` does not have the documented form.
        ValueError: `folder` can't be used; see `check_writable`.

    Example:

    >>> from eval_suite.report.output.report_folder import write_report
    >>> from eval_suite.results.schema import load_results
    >>> write_report(load_results("results.json"), "reports/mine")  # doctest: +SKIP
    PosixPath('reports/mine/index.html')
    """
    check_results(results)
    if other is not None:
        check_results(other)
    folder = Path(folder).resolve()
    _restore(folder)
    check_writable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-new-", dir=folder.parent))
    try:
        # mkdtemp's folder is private; a report is as readable as other new files.
        fresh.chmod(0o777 & ~_umask())
        _fill(fresh, results, other)
        _swap(fresh, folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return folder / "index.html"


def _fill(folder: Path, results: Results, other: Results | None) -> None:
    # Matplotlib and Jinja2 take half a second to import: not for a session that only
    # checks its options.
    from eval_suite.report.content.rows import Rows
    from eval_suite.report.content.run_comparison import compare_runs
    from eval_suite.report.figures.all_figures import draw_all
    from eval_suite.report.figures.drawing import save
    from eval_suite.report.figures.drawing import style
    from eval_suite.report.output.markdown import render_markdown
    from eval_suite.report.output.page import render_page

    # Rounded before drawing, so that rendering again gives the same report.
    results = cast(Results, _rounded(results))
    rows = Rows(results)
    comparison = None if other is None else compare_runs(results, other)
    pictures = folder / "figures"
    pictures.mkdir()
    figures = []
    with style.style():
        for drawing in draw_all(rows):
            if drawing.figure is None:
                figures.append((drawing, ""))
            else:
                figures.append((drawing, save.svg(drawing)))
                (pictures / f"{drawing.name}.png").write_bytes(save.png(drawing))
    _write(folder / "results.json", _json(results))
    _write(folder / "report.md", render_markdown(rows, comparison))
    _write(folder / "index.html", render_page(rows, figures, comparison))


def _json(results: Results) -> str:
    """Returns results as JSON with one table row a line: small, and it diffs well."""
    lines = []
    for key, value in results.items():
        if isinstance(value, list) and value:
            rows = ",\n  ".join(map(_compact, value))
            lines.append(f" {_compact(key)}: [\n  {rows}\n ]")
        else:
            lines.append(f" {_compact(key)}: {_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _rounded(value: Any) -> Any:
    """Returns results with five significant digits: half the size, nothing lost."""
    if isinstance(value, float):
        return float(f"{value:.5g}")
    if isinstance(value, list) and {*map(type, value)} == {float}:
        return [float(f"{item:.5g}") for item in value]  # the same, four times faster
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    return value


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _write(path: Path, text: str) -> None:
    # A lone surrogate, legal in a JSON string, can't be encoded.
    path.write_text(text, encoding="utf-8", errors="replace", newline="\n")


def _previous(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-previous")


def _swap(fresh: Path, folder: Path) -> None:
    """Puts `fresh` in the place of `folder`; whatever happens, one of them is there."""
    previous = _previous(folder)
    if folder.exists():
        folder.rename(previous)
    try:
        fresh.rename(folder)
    except BaseException:
        _restore(folder)
        raise
    if previous.exists():
        for entry in previous.iterdir():
            if entry.name not in _PARTS:
                entry.rename(folder / entry.name)
        shutil.rmtree(previous)


def _restore(folder: Path) -> None:
    """Brings back the report that a killed process had moved out of the way."""
    previous = _previous(folder)
    if previous.exists():
        if folder.exists():
            shutil.rmtree(previous)
        else:
            previous.rename(folder)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
