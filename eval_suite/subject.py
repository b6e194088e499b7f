"""What is evaluated: the study's network in the membership game, or a user's model."""

from __future__ import annotations

from eval_suite import architectures
from eval_suite import datasets
from eval_suite.game import MembershipGame
from eval_suite.game import ProgressBar
from eval_suite.options import Options
from eval_suite.profiles import PROFILES
from eval_suite.user_model import UserModel
from keras_entropy.shadow.cache import Cache


def make_subject(
    options: Options, progress: ProgressBar, cache: Cache
) -> MembershipGame | UserModel:
    """Returns the subject that the options ask for; nothing is trained yet.

    Raises:
        ValueError: If a file or name in the options is no good; the message says why.
    """
    if options.model is not None:
        return _user_model(options)
    dataset = datasets.load(options.dataset)
    model = architectures.study_mlp(dataset.x.shape[1:], len(dataset.class_names))
    profile = PROFILES[options.profile]
    return MembershipGame(dataset, model, profile, options.seed, progress, cache)


def check_options(options: Options) -> None:
    """Reads the files that the options name, and keeps nothing.

    Raises:
        ValueError: As for `make_subject`.
    """
    if options.model is not None:
        _user_model(options)
    else:
        datasets.load(options.dataset)


def _user_model(options: Options) -> UserModel:
    return UserModel.read(
        options.model,
        options.members,
        options.nonmembers,
        from_logits=options.from_logits,
    )
