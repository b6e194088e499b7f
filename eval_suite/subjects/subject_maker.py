"""What was read of a run's options before any work, and makes its subject."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from eval_suite.options.options import Options
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import Subject

# Takes what opens progress bars, and a function that returns the folder in which
# trained models are kept from run to run.
_Make = Callable[[ProgressBar, Callable[[], Path]], Subject]


@dataclasses.dataclass(frozen=True)
class SubjectMaker:
    """Makes the subject of what was read.

    Args:
        make: Function that makes it.
        options: The options of the run, where what was read decides on a default.
    """

    make: _Make
    options: Options

    def __call__(self, progress: ProgressBar, folder: Callable[[], Path]) -> Subject:
        """Returns the subject.

        Args:
            progress: Opens progress bars.
            folder: Returns the folder in which trained models are kept.
        """
        return self.make(progress, folder)
