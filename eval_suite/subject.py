"""What is evaluated: the study's network in the membership game, or a user's model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from collections.abc import Iterator

from eval_suite import architectures
from eval_suite import datasets
from eval_suite.game import MembershipGame
from eval_suite.game import ProgressBar
from eval_suite.options import Options
from eval_suite.profiles import PROFILES
from eval_suite.user_model import UserModel


def make_subject(options: Options, progress: ProgressBar) -> MembershipGame | UserModel:
    """Returns the subject that the options ask for; nothing is trained yet.

    Raises:
        ValueError: If a file or name in the options is no good; the message says why.
    """
    if options.model is not None:
        return UserModel.read(
            options.model,
            options.members,
            options.nonmembers,
            from_logits=options.from_logits,
        )
    dataset = datasets.load(options.dataset)
    model = architectures.study_mlp(dataset.x.shape[1:], len(dataset.class_names))
    return MembershipGame(
        dataset, model, PROFILES[options.profile], options.seed, progress
    )


def check_options(options: Options) -> None:
    """Reads the files that the options name, and keeps nothing.

    Raises:
        ValueError: As for `make_subject`.
    """
    make_subject(options, _no_progress)


@contextlib.contextmanager
def _no_progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    yield lambda done: None
