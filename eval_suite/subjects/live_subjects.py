"""Subjects with live models: a user's own, and those of the study's network."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import keras

from eval_suite.datasets import datasets
from eval_suite.datasets.datasets import Dataset
from eval_suite.options.options import Options
from eval_suite.options.shadow_options import SHADOWS
from eval_suite.subjects import study_network
from eval_suite.subjects.fingerprint import fingerprint
from eval_suite.subjects.game.canaries import number_of_canaries
from eval_suite.subjects.game.membership_game import MembershipGame
from eval_suite.subjects.given_model import read_target
from eval_suite.subjects.many_answers.made_audit import check_many
from eval_suite.subjects.many_answers.many_target import ManyTarget
from eval_suite.subjects.one_target.held_out_model import HeldOutModel
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.study_target import StudyTarget
from eval_suite.subjects.one_target.study_target import check_official_split
from eval_suite.subjects.one_target.study_target import sample_of
from eval_suite.subjects.one_target.user_files import load_model
from eval_suite.subjects.one_target.user_files import pool_of
from eval_suite.subjects.one_target.user_model import UserModel
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.subject import ProgressBar
from eval_suite.subjects.subject import Subject
from eval_suite.subjects.subject_maker import SubjectMaker
from keras_entropy.attacks.leakage.one_training import check_records
from keras_entropy.audit import HeldOutPlan
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner
from keras_entropy.shadow.trainer import Trainer

if TYPE_CHECKING:
    from eval_suite.options.options import GivenModel


def read_live(options: Options) -> SubjectMaker:
    """Reads what the options name and calls the cluster; see `check_options`."""
    _runner(options, None).check_cluster()
    if options.model is not None:
        user_model = _read_user_model(options, options.model)
        if isinstance(user_model, ManyTarget):
            many = user_model
            once = dataclasses.replace(options, defenses="none", questions=0)
            return SubjectMaker(lambda progress, folder: many, once)

        def evaluate(progress: ProgressBar, folder: Callable[[], Path]) -> Subject:
            user_model.run_with(_runner(options, Cache(folder())), progress)
            return user_model

        return SubjectMaker(evaluate, options)
    dataset = datasets.load(options.dataset)
    profile = options.sized_profile
    network = study_network.study_mlp(dataset.x.shape[1:], len(dataset.class_names))
    if options.profile == "study":
        check_official_split(dataset)
        asked = _questions(options, dataset, sample_of(dataset, options.seed), network)

        def study(progress: ProgressBar, folder: Callable[[], Path]) -> Subject:
            return StudyTarget(
                dataset,
                profile,
                options.seed,
                progress,
                Cache(folder()),
                as_published=options.as_published,
                questions=asked,
            )

        return SubjectMaker(study, options)
    split = dataset.split(options.seed, profile.examples)
    canaries = number_of_canaries(options.canaries, len(split[0].x), split[1])
    questions = _questions(options, *split, network)

    def play(progress: ProgressBar, folder: Callable[[], Path]) -> Subject:
        cache = Cache(folder())
        game = functools.partial(
            MembershipGame,
            dataset,
            network,
            profile,
            options.seed,
            progress,
            cache,
            _runner(options, cache),
            questions=questions,
            is_reference_study=True,
        )
        known_start = game(one_start=True) if options.known_start else None
        # No gate asks for what a defense gives away of the reference.
        halves = options.report or not options.gating
        return game(known_start=known_start, canaries=canaries, halves_reference=halves)

    return SubjectMaker(play, options)


def _read_user_model(options: Options, model: GivenModel) -> UserModel | ManyTarget:
    if options.held_out is not None:
        plan = options.held_out
        if not isinstance(plan, HeldOutPlan):
            plan = HeldOutPlan.load(plan)
        check_records(plan.records, options.delta)
        audited = HeldOutModel.of_files(
            model,
            plan,
            from_logits=options.from_logits,
            seed=options.seed,
            imports=options.imports,
            output=options.output,
        )
        if options.questions_asked:
            audited.ask_neighbors(options.questions_asked, options.neighbors)
        return audited
    if options.members is None or options.nonmembers is None:
        raise ValueError("--model needs --members and --nonmembers")
    subject = read_target(
        model,
        options.members,
        options.nonmembers,
        from_logits=options.from_logits,
        compiled=options.knows_recipe,
        seed=options.seed,
        imports=options.imports,
        output=options.output,
    )
    if isinstance(subject, ManyTarget):
        _check_many(options, subject)
        return subject
    if options.trains_shadows:
        recipe = ShadowRecipe(
            models=options.shadows or SHADOWS,
            batch_size=options.shadow_batch_size,
            epochs=options.shadow_epochs,
            seed=options.seed,
            learning_rate=options.shadow_learning_rate,
            trainer=None if options.trainer is None else Trainer(options.trainer),
            model=_shadow_model(options),
        )
        pool, other_data = pool_of(
            options.population, options.shadow_data, subject.model
        )
        subject.train_shadows_on(
            pool, recipe, _runner(options, None), other_data=other_data
        )
    if options.questions_asked:
        subject.ask_neighbors(options.questions_asked, options.neighbors)
    return subject


def _check_many(options: Options, subject: ManyTarget) -> None:
    """Raises `ValueError` if more is asked for than a model of many answers takes."""
    own = options.defenses not in ("all", "untrained", "none")
    needs_one = {
        "--defenses": options.defenses if own else None,
        "--neighbors": options.neighbors,
        "--population": options.population,
        "--shadow-data": options.shadow_data,
        "--tf-privacy full": True if options.tf_privacy == "full" else None,
    }
    shape = subject.answered.outputs[0].shape[1:]
    check_many(shape, options.questions, needs_one, option="--questions")


def _shadow_model(options: Options) -> keras.Model | None:
    if options.shadow_model is None:
        return None
    return load_model(
        options.shadow_model,
        compiled=True,
        imports=options.imports,
        option="--shadow-model",
    )


def _questions(
    options: Options, scored: Dataset, reference: Dataset, model: keras.Model
) -> Questions | None:
    """Returns what is asked about the scored examples, `None` if nothing is."""
    if not options.questions_asked:
        return None
    return Questions.about(
        scored.x,
        scored.y,
        reference=(reference.x, reference.y),
        count=options.questions_asked,
        own=options.neighbors,
        model=model,
        seed=options.seed,
    )


def _runner(options: Options, cache: Cache | None) -> Runner:
    return Runner(
        cache=cache,
        key=fingerprint(),
        backend=options.shadow_backend,
        scheduler=options.scheduler,
    )
