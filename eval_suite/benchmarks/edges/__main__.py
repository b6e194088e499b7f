"""Measures by simulation what intervals, gates and refusals do at the edge.

    python -m eval_suite.benchmarks.edges [NAME ...] [--runs 400]

Few members, rare events, ties, four models: each row tells how often an interval
covered the truth, or a check gave a false alarm, beside what is needed. It judges
nothing: a share of 400 runs is known to about two percentage points.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Iterator
from collections.abc import Sequence

from eval_suite.benchmarks.edges.row import Row

# The modules of this folder, each with a function `rows(runs)`.
NAMES = ("target_headline", "games", "gate", "confounding")


def rows(name: str, runs: int) -> Iterator[Row]:
    """Yields the rows of one module as they come.

    Args:
        name: One of `NAMES`.
        runs: Integer, simulated data sets for each row.
    """
    module = importlib.import_module(f"eval_suite.benchmarks.edges.{name}")
    yield from module.rows(runs)


def line(row: Row) -> str:
    """Returns a row of the table."""
    share = f"{row.hits / row.runs:.1%}"
    return (
        f"{row.subject:<28} {row.setting:<54} {row.what:<16} "
        f"{share:>6} of {row.runs:<5} {row.needed}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval_suite.benchmarks.edges",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; default all"
    )
    parser.add_argument("--runs", type=int, default=400, metavar="N")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in NAMES]
    if unknown:
        parser.error(f"Unknown: {', '.join(unknown)}. Accepted: {', '.join(NAMES)}")
    if options.runs < 1:
        parser.error(f"--runs must be at least 1. Received: {options.runs}")
    for name in options.names or NAMES:
        for row in rows(name, options.runs):
            print(line(row), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
