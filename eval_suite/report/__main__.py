"""`python -m eval_suite.report results.json`: render again, running nothing."""

import argparse
import shutil
import sys
from pathlib import Path

from eval_suite.options.report_names import report_name
from eval_suite.results.schema import load_results
from eval_suite.without_keras import leave_keras_out


def main(arguments: list[str] | None = None) -> int:
    """Renders the report of a results.json; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval_suite.report",
        description="Render the report of a results.json again. Nothing is run.",
    )
    parser.add_argument("results", type=Path, help="a results.json")
    parser.add_argument(
        "--report-dir",
        type=Path,
        metavar="DIR",
        help="folder that holds reports (default: the one that results.json's report "
        "lies in)",
    )
    parser.add_argument(
        "--report-name",
        type=report_name,
        metavar="NAME",
        help="folder of the report in it (default: as results.json's report)",
    )
    parser.add_argument(
        "--compare",
        type=Path,
        metavar="OTHER",
        help="results.json of another run: show the differences from it",
    )
    options = parser.parse_args(arguments)
    # Before the report is imported, which shares its statistics with the attacks.
    leave_keras_out()
    from eval_suite.report.content.run_comparison import compare_runs
    from eval_suite.report.output.report_folder import write_report
    from eval_suite.report.output.terminal import terminal_table

    try:
        results = load_results(options.results)
        other = load_results(options.compare) if options.compare else None
        old = options.results.resolve().parent
        folder = options.report_dir or old.parent
        page = write_report(
            results, folder / (options.report_name or old.name), other=other
        )
    except ValueError as error:
        parser.error(str(error))
    if other:
        print(
            f"Compared with {options.compare}: {compare_runs(results, other).sentence}"
        )
    print(terminal_table(results, shutil.get_terminal_size().columns))
    print(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
