"""`python -m eval_suite.guides`: the tables in the guides, from the example's run."""

import argparse
import pathlib
import sys
from collections.abc import Callable

from eval_suite.guides.defense_table import defense_tables
from eval_suite.guides.marked_parts import replace_part
from eval_suite.guides.what_helps import what_helps
from eval_suite.results.contents import Results
from eval_suite.results.schema import load_results

ROOT = pathlib.Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "reports" / "example" / "results.json"
# The guide, the part's name, and what writes it.
PARTS: dict[str, tuple[str, Callable[[Results], str]]] = {
    "README.md": ("what helps", what_helps),
    "keras_entropy/README.md": ("all defenses", defense_tables),
}


def written(guide: str, results: Results) -> str:
    """Returns the text of a guide with its part from these results.

    Args:
        guide: Path from the root, a key of `PARTS`.
        results: Checked results of a run with all defenses.
    """
    name, write = PARTS[guide]
    text = (ROOT / guide).read_text(encoding="utf-8")
    return replace_part(text, name, write(results))


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables in the guides; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval_suite.guides",
        description="Write the tables of README.md and keras_entropy/README.md from "
        "the committed example, reports/example/results.json. Nothing is run.",
    )
    parser.parse_args(arguments)
    try:
        results = load_results(EXAMPLE)
        texts = {guide: written(guide, results) for guide in PARTS}
    except ValueError as error:
        parser.error(str(error))
    for guide, text in texts.items():
        (ROOT / guide).write_text(text, encoding="utf-8")
        print(ROOT / guide)
    return 0


if __name__ == "__main__":
    sys.exit(main())
