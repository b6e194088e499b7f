"""The experiments of the profile doctor, for the options of a session."""

from __future__ import annotations

from pathlib import Path

from eval_suite.datasets import datasets
from eval_suite.doctor.design import CELLS
from eval_suite.doctor.design import draw_cells
from eval_suite.doctor.population import Tools
from eval_suite.doctor.recipes import picture_shape
from eval_suite.doctor.study import Study
from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.options.options import Options
from eval_suite.subjects.fingerprint import fingerprint
from eval_suite.subjects.game.membership_game import MembershipGame
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import Subject
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner


def check_study(options: Options) -> None:
    """Makes sure, before any work, that the profile doctor can decide anything.

    Args:
        options: Of the session.

    Raises:
        ValueError: If a model or a plan is given, nothing is asked beside the examples,
            or the dataset is too small.
    """
    if options.model is not None or options.outputs_only:
        raise ValueError(
            "--profile doctor trains models of its own on --dataset, and tells nothing "
            "of a model or of outputs that are given: leave these or the profile out"
        )
    if not options.questions_asked:
        raise ValueError(
            "--profile doctor compares attackers who ask once with those who ask "
            "often, which takes questions: leave --questions 0 or the profile out"
        )
    dataset = datasets.load(options.dataset)
    draw_cells(len(dataset.x), images=picture_shape(dataset) is not None)


def study_of(
    subject: Subject,
    options: Options,
    folder: Path,
    progress: ProgressBar,
    start: Start,
) -> Study:
    """Returns the experiments on the dataset of a membership game.

    Args:
        subject: The game.
        options: Of the session.
        folder: Where what is trained is kept.
        progress: Opens a progress bar.
        start: Starts attacks.

    Raises:
        TypeError: If the subject is no game; `check_study` tells before any work.
    """
    if not isinstance(subject, MembershipGame):
        raise TypeError(f"No game: {type(subject).__name__}")
    cache = Cache(folder)
    runner = Runner(
        cache=cache,
        key=fingerprint(),
        backend=options.shadow_backend,
        scheduler=options.scheduler,
    )
    return Study(
        subject.dataset,
        subject,
        options.sized_profile,
        options.seed,
        Tools(cache, runner, progress),
        start,
        cells=CELLS,
    )
