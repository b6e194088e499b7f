"""What the process of `AskingProcess` does: it asks, and keeps what is answered.

Run as `python -m eval_suite.session.asking_worker`. It reads what to do
from its standard input, and ends when that is closed.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator
from collections.abc import Sequence

from eval_suite.measurements.tradeoff.frontier import every_strength
from eval_suite.options.first_names import first_names
from eval_suite.session.progress_bars import bars_on
from eval_suite.subjects.make_subject import check_options
from eval_suite.undefended import BASE
from keras_entropy.catalog import Entry


def asked(names: Sequence[str], *, strengths: bool) -> Iterator[str | Entry]:
    """Yields what is asked, the undefended models first and then from the end on.

    Args:
        names: Names of the defenses, in the order in which the other process asks.
        strengths: Boolean, whether every strength follows them.
    """
    yield BASE
    yield from reversed([*names, *(every_strength() if strengths else ())])


def main() -> None:
    """Asks for the process that started this one."""
    # Ctrl-C reaches all processes of a terminal; the one who asks ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    options, folder, names, strengths = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_input, daemon=True).start()
    subject = check_options(options)(bars_on(None), lambda: folder)
    # What the first table waits for, of which canaries are no part.
    for name in (BASE, *reversed(first_names(names))):
        subject.paired_models(name).neighbors()
    for defense in asked(names, strengths=strengths):
        subject.paired_models(defense).neighbors()
        # The frontier's strengths are attacked on the population alone.
        if isinstance(defense, str):
            for further in (subject.canaries, subject.halves_of_reference):
                models = further(defense)
                if models is not None:
                    models.neighbors()


def _end_with_input() -> None:
    # Not through the buffer, whose lock a thread must not hold when Python ends.
    while os.read(sys.stdin.fileno(), 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
