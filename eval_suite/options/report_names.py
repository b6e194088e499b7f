"""Where a report lies: a folder for all runs, and a name for each."""

import argparse
import re
from pathlib import Path

REPORTS = Path("reports")
LATEST = "latest"
# One folder's name on every system. A leading dot is hidden, and used while writing.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


def report_name(text: str) -> str:
    """Returns the name of a run if it can be that of a folder.

    Args:
        text: What was given on a command line.

    Raises:
        argparse.ArgumentTypeError: If it can't.
    """
    if _NAME.fullmatch(text) is None or text.endswith("."):
        raise argparse.ArgumentTypeError(
            "the name of a report is one folder's name: at most 100 letters, digits, "
            "dots, dashes and underscores, a letter or digit first and no dot last; "
            f"another place is given by --report-dir. Received: {text!r}"
        )
    return text
