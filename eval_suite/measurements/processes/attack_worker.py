"""What a process of `AttackProcesses` does: work in, results out, until nobody asks.

Run as `python -m eval_suite.measurements.processes.attack_worker`. It reads pickled
functions without arguments from its standard input, and writes to its standard output
whether each worked and its result, or the exception. Where the one who asks is gone,
the input ends, and so does this.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import os
import pickle
import signal
import sys
import traceback
from collections import OrderedDict
from typing import IO
from typing import Any

# By how much others go first: what trains and asks is waited for, attacks can wait.
_NICE = 10
# Labels that are kept: many defenses share those of the undefended models.
_MOST_LABELS = 4


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Works until the requests end.

    Args:
        requests: Of pickled functions.
        answers: Gets a pair for each, pickled: whether it worked, and its result or
            the exception.
    """
    labels = _KnownLabels()
    while True:
        try:
            work = pickle.load(requests)
        except EOFError:
            return
        try:
            found = True, labels.shared(work)()
        except Exception as error:
            error.add_note("".join(traceback.format_exception(error)))
            found = False, error
        pickle.dump(found, answers, protocol=pickle.HIGHEST_PROTOCOL)
        answers.flush()


class _KnownLabels:
    """Answers' labels that were seen, with what was learned from them."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Any] = OrderedDict()

    def shared(self, work: Any) -> Any:
        """Returns the work with labels that were seen before, if it has equal ones."""
        if not isinstance(work, functools.partial):
            return work
        neighbors = work.keywords.get("neighbors")
        if neighbors is None:
            return work
        known = dataclasses.replace(neighbors, labels=self._known(neighbors.labels))
        return functools.partial(work, neighbors=known)

    def _known(self, labels: Any) -> Any:
        digest = hashlib.blake2b()
        for family, bits in labels.right.items():
            digest.update(f"{family}, {bits.shape}".encode())
            digest.update(bits.tobytes())
        key = digest.digest()
        found = self._kept.pop(key, labels)
        self._kept[key] = found
        while len(self._kept) > _MOST_LABELS:
            self._kept.popitem(last=False)
        return found


def main() -> None:
    """Serves the process that started this one."""
    from eval_suite.without_keras import leave_keras_out

    # Ctrl-C reaches all processes of a terminal; the one who asks ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    leave_keras_out()
    serve(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
