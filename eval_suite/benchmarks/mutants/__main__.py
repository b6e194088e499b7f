"""Would the tests see a change? Changes drawn at random, each tested by itself.

    python -m eval_suite.benchmarks.mutants [MODULE ...] [--count 200] [--seed 0]
                                            [--first 1]

Needs the extra `dev` and the root of the repository as the working folder. Of all
single changes of the modules that decide (`<` to `<=`, `+` to `-`, `and` to `or`, a
number to another) some are drawn; the tests beside the module and those that use it
most must fail. It prints what survives: a test is missing, or the change changes
nothing. About an hour on one core; nothing on disk is changed. The changes come in the
order in which they were drawn: those tried so far are a sample too, and `--first` goes
on behind them.

Why not a library: mutmut 3 leaves out what properties, data classes and modules say
outside of functions, runs all tests that reach a function, and cosmic-ray changes the
files in place and starts Python, Keras and one list of tests for each change. Neither
draws a sample.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
from collections.abc import Sequence

from eval_suite.benchmarks.mutants.mutations import Mutation
from eval_suite.benchmarks.mutants.mutations import mutations
from eval_suite.benchmarks.mutants.tested import TESTED
from eval_suite.benchmarks.mutants.trial import passes
from eval_suite.benchmarks.mutants.trial import preload
from eval_suite.benchmarks.mutants.trial import source_of

# Seconds of the processor, which a busy machine leaves as they are: tests take at most
# this long as they are, and with a change at most so many times as long, and a little.
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
    parser.add_argument(
        "--first", type=int, default=1, metavar="N", help="number of the first to try"
    )
    options = parser.parse_args(arguments)
    unknown = [name for name in options.modules if name not in TESTED]
    if unknown:
        parser.error(f"Unknown: {', '.join(unknown)}. Accepted: {', '.join(TESTED)}")
    drawn = draw(options.modules or list(TESTED), options.count, options.seed)
    if not 1 <= options.first <= len(drawn):
        parser.error(f"--first must be 1 to {len(drawn)}. Received: {options.first}")
    drawn = drawn[options.first - 1 :]
    preload()
    limits: dict[tuple[str, ...], float] = {}
    survivors = 0
    for number, mutation in enumerate(drawn, options.first):
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
    """Returns changes of modules, in the order in which they are drawn at random.

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
    return [every[index] for index in drawn]


def _limit(tests: Sequence[str]) -> float:
    """Returns the seconds that tests of a changed module may take."""
    start = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    if not passes(tests, None, _LIMIT):
        raise SystemExit(f"The tests fail as they are: {' '.join(tests)}")
    taken = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - start
    return _TIMES * taken + _MORE


if __name__ == "__main__":
    sys.exit(main())
