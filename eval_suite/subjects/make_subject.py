"""What is evaluated: the study's network in the membership game, or a user's model."""

from __future__ import annotations

from eval_suite.datasets import datasets
from eval_suite.options.options import Options
from eval_suite.options.shadow_options import SHADOWS
from eval_suite.subjects import study_network
from eval_suite.subjects.fingerprint import fingerprint
from eval_suite.subjects.membership_game import MembershipGame
from eval_suite.subjects.membership_game import ProgressBar
from eval_suite.subjects.one_target import OneTarget
from eval_suite.subjects.shadow_population import ShadowRecipe
from eval_suite.subjects.study_target import StudyTarget
from eval_suite.subjects.study_target import check_official_split
from eval_suite.subjects.user_model import UserModel
from eval_suite.subjects.user_model import dataset_of
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.runner import Runner


def make_subject(
    options: Options, progress: ProgressBar, cache: Cache
) -> MembershipGame | OneTarget:
    """Returns the subject that the options ask for; nothing is trained yet.

    Raises:
        ValueError: If a file or name in the options is no good; the message says why.
    """
    if options.model is not None:
        subject = _user_model(options)
        if options.population is not None:
            _train_shadows(subject, options, cache)
        return subject
    dataset = datasets.load(options.dataset)
    profile = options.sized_profile
    if profile.name == "study":
        return StudyTarget(
            dataset,
            profile,
            options.seed,
            progress,
            cache,
            as_published=options.as_published,
        )
    model = study_network.study_mlp(dataset.x.shape[1:], len(dataset.class_names))
    runner = _runner(options, cache)
    return MembershipGame(
        dataset, model, profile, options.seed, progress, cache, runner
    )


def check_options(options: Options) -> None:
    """Reads the files that the options name and calls the cluster; keeps nothing.

    Raises:
        ValueError: As for `make_subject`, or if the cluster doesn't answer.
    """
    _runner(options, None).check_cluster()
    if options.model is not None:
        subject = _user_model(options)
        if options.population is not None:
            _train_shadows(subject, options, None)
        return
    dataset = datasets.load(options.dataset)
    if options.profile == "study":
        check_official_split(dataset)


def _user_model(options: Options) -> UserModel:
    return UserModel.read(
        options.model,
        options.members,
        options.nonmembers,
        from_logits=options.from_logits,
        compiled=options.population is not None,
    )


def _train_shadows(subject: UserModel, options: Options, cache: Cache | None) -> None:
    recipe = ShadowRecipe(
        models=options.shadows or SHADOWS,
        batch_size=options.shadow_batch_size,
        epochs=options.shadow_epochs,
        seed=options.seed,
    )
    pool = dataset_of(options.population)
    subject.train_shadows_on(pool, recipe, _runner(options, cache))


def _runner(options: Options, cache: Cache | None) -> Runner:
    return Runner(
        cache=cache,
        key=fingerprint(),
        backend=options.shadow_backend,
        scheduler=options.scheduler,
    )
