"""Would the tests see a change? Changes drawn at random, each tested by itself.

    python -m eval_suite.benchmarks.mutants [MODULE ...] [--count 200] [--seed 0]

Needs the extra `dev` and the root of the repository as the working folder. Of all
single changes of the modules that decide (`<` to `<=`, `+` to `-`, `and` to `or`, a
number to another) some are drawn; the tests beside the module and those that use it
most must fail. It prints what survives: a test is missing, or the change changes
nothing. A few tens of minutes on one core; nothing on disk is changed.

Why not a library: mutmut 3 leaves out what properties, data classes and modules say
outside of functions, runs all tests that reach a function, and cosmic-ray changes the
files in place and starts Python, Keras and one list of tests for each change. Neither
draws a sample.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence

from eval_suite.benchmarks.mutants.mutations import Mutation
from eval_suite.benchmarks.mutants.mutations import mutations
from eval_suite.benchmarks.mutants.tested import TESTED
from eval_suite.benchmarks.mutants.trial import passes
from eval_suite.benchmarks.mutants.trial import preload
from eval_suite.benchmarks.mutants.trial import source_of

# Tests as they are take at most this long, and with a change at most so many times as
# long as without, and a little.
_LIMIT = 300.0
_TIMES, _MORE = 3, 10.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the changes that survive; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval_suite.benchmarks.mutants",
        description=__doc__.partition("\n")[0],
    )
    parser.add_argument(
        "modules", nargs="*", metavar="MODULE", help="default: all that decide"
    )
    parser.add_argument("--count", type=int, default=200, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    unknown = [name for name in options.modules if name not in TESTED]
    if unknown:
        parser.error(f"Unknown: {', '.join(unknown)}. Accepted: {', '.join(TESTED)}")
    drawn = draw(options.modules or list(TESTED), options.count, options.seed)
    preload()
    limits: dict[tuple[str, ...], float] = {}
    survivors = 0
    for number, mutation in enumerate(drawn, 1):
        tests = TESTED[mutation.module]
        if tests not in limits:
            limits[tests] = _limit(tests)
        survived = passes(tests, mutation, limits[tests])
        survivors += survived
        if survived:
            print(f"{number:>4} survived: {mutation}", flush=True)
        elif not number % 20:
            print(f"{number:>4} tried, {survivors} survived", flush=True)
    print(f"{survivors} of {len(drawn)} survived ({survivors / len(drawn):.1%})")
    return 0


def draw(modules: Sequence[str], count: int, seed: int) -> list[Mutation]:
    """Returns changes of modules, drawn at random, by module.

    Args:
        modules: Names.
        count: Integer; all changes where there are no more.
        seed: Integer.
    """
    every = [
        mutation
        for module in modules
        for mutation in mutations(module, source_of(module)[0])
    ]
    drawn = random.Random(seed).sample(range(len(every)), min(count, len(every)))
    return [every[index] for index in sorted(drawn)]


def _limit(tests: Sequence[str]) -> float:
    """Returns the seconds that tests of a changed module may take."""
    start = time.monotonic()
    if not passes(tests, None, _LIMIT):
        raise SystemExit(f"The tests fail as they are: {' '.join(tests)}")
    return _TIMES * (time.monotonic() - start) + _MORE


if __name__ == "__main__":
    sys.exit(main())
