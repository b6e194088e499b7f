"""A second process that trains and asks models, from the other end of the list."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

from eval_suite.measurements.processes.python_process import run_module
from eval_suite.measurements.tradeoff.frontier import every_strength
from eval_suite.measurements.tradeoff.frontier import reason_without_frontier
from eval_suite.options.options import Options
from eval_suite.options.selected_defenses import evaluated
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE

_WORKER = "eval_suite.session.asking_worker"

# A start takes as long as training for this many defenses, at most.
_WORTH = 3


class AskingProcess:
    """Asks the models of a game in a process of its own, and keeps their answers.

    Its answers come back by the folder in which this process looks for them too, under
    locks. Where both need the same, one waits for the other; where this one dies, the
    other does all.

    Args:
        options: Options of the run, which plays a game.
        folder: Where answers are kept.
        names: Names of the defenses.
        strengths: Boolean, whether every strength of the frontier is asked too.
    """

    def __init__(
        self, options: Options, folder: Path, names: Sequence[str], *, strengths: bool
    ) -> None:
        self._process = run_module(_WORKER, stdout=subprocess.DEVNULL)
        work = pickle.dumps((options, folder, list(names), strengths))
        assert self._process.stdin is not None
        # It ends with the pipe, and so with this process, however that ends.
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(work)
            self._process.stdin.flush()

    @classmethod
    def where_it_pays(
        cls, subject: Subject, options: Options, folder: Callable[[], Path]
    ) -> AskingProcess | None:
        """Starts one where a core is free for it and enough is to be trained.

        Args:
            subject: The subject of this process.
            options: Options of the run, which plays a game.
            folder: Function that returns where answers are kept.
        """
        if (os.cpu_count() or 1) < 2:
            return None
        names = [BASE, *evaluated(options)]
        strengths = reason_without_frontier(subject, options) is None
        further = every_strength() if strengths else []
        if subject.to_train([*names, *further]) < _WORTH:
            return None
        return cls(options, folder(), names[1:], strengths=strengths)

    def wait(self) -> int:
        """Waits until all are asked, and returns the exit status."""
        return self._process.wait()

    def close(self) -> None:
        """Ends the process, also at its work."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
