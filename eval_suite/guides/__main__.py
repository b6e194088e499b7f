"""`python -m eval_suite.guides`: what the guides tell of the committed runs."""

import argparse
import pathlib
import sys
from collections.abc import Callable

from eval_suite.guides.both_starts import both_starts
from eval_suite.guides.defense_table import defense_tables
from eval_suite.guides.marked_parts import replace_part
from eval_suite.guides.study_question import study_question
from eval_suite.guides.what_helps import what_helps
from eval_suite.results.schema import load_results

ROOT = pathlib.Path(__file__).parent.parent.parent
REPORTS = ROOT / "reports"
EXAMPLE = REPORTS / "example" / "results.json"
# By the dataset's name for people: the runs with --profile doctor.
DOCTORS = {
    "digits": REPORTS / "doctor" / "results.json",
    "Fashion-MNIST": REPORTS / "doctor-fashion-mnist" / "results.json",
}
# By guide: its parts' names, and what writes them.
PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {
        "what helps": lambda: what_helps(load_results(EXAMPLE)),
        "the study's question": lambda: study_question(
            {dataset: load_results(path) for dataset, path in DOCTORS.items()}
        ),
    },
    "keras_entropy/README.md": {
        "all defenses": lambda: defense_tables(load_results(EXAMPLE)),
        "both starts": lambda: both_starts({"digits": load_results(EXAMPLE)}),
    },
}


def written(guide: str) -> str:
    """Returns the text of a guide with its parts from the committed runs.

    Args:
        guide: Path from the root, a key of `PARTS`.
    """
    text = (ROOT / guide).read_text(encoding="utf-8")
    for name, write in PARTS[guide].items():
        text = replace_part(text, name, write())
    return text


def main(arguments: list[str] | None = None) -> int:
    """Writes the tables in the guides; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m eval_suite.guides",
        description="Write the parts of README.md and keras_entropy/README.md that "
        "tell of the committed runs, reports/example, reports/doctor and "
        "reports/doctor-fashion-mnist. Nothing is run.",
    )
    parser.parse_args(arguments)
    try:
        texts = {guide: written(guide) for guide in PARTS}
    except ValueError as error:
        parser.error(str(error))
    for guide, text in texts.items():
        (ROOT / guide).write_text(text, encoding="utf-8")
        print(ROOT / guide)
    return 0


if __name__ == "__main__":
    sys.exit(main())
