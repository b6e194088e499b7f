"""The subject of an audit in Python: a model and examples that lie in memory."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import keras

from eval_suite.options.shadow_options import TWO_POOLS
from eval_suite.subjects.fingerprint import fingerprint
from eval_suite.subjects.given_model import target_of
from eval_suite.subjects.many_answers.many_target import ManyTarget
from eval_suite.subjects.one_target.held_out_model import HeldOutModel
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.user_files import pool_of
from eval_suite.subjects.one_target.user_model import UserModel
from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy.attacks import Shadows
from keras_entropy.audit import HeldOutPlan
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner
from keras_entropy.shadow.trainer import Trainer
from keras_entropy.shadow.trainer import TrainerFunction


def given_subject(
    model: keras.Model,
    members: Any,
    nonmembers: Any,
    held_out: HeldOutPlan | Path | str | None,
    from_logits: bool,
    seed: int,
    output: str | None,
) -> UserModel | ManyTarget:
    """Returns the model with the two sets, or with the records of a plan.

    The arguments and what is raised are those of the fixture `membership_audit`.
    """
    if held_out is not None and members is None and nonmembers is None:
        if not isinstance(held_out, HeldOutPlan):
            held_out = HeldOutPlan.load(held_out)
        return HeldOutModel(
            model, held_out, from_logits=from_logits, seed=seed, output=output
        )
    if held_out is not None or members is None or nonmembers is None:
        raise TypeError(
            "An audit needs `members` and `nonmembers`, or instead of both `held_out`, "
            "the plan by which records were held out of the training"
        )
    return target_of(
        model, members, nonmembers, from_logits=from_logits, seed=seed, output=output
    )


def train_shadows(
    subject: UserModel,
    population: Any,
    shadow_data: Any,
    trainer: TrainerFunction | str | None,
    cache: Path | str | None,
    progress: ProgressBar | None,
    **recipe: Any,
) -> None:
    """Lets shadow models be trained for a subject, when they are first asked.

    Args:
        subject: The model and its two sets.
        population: Further inputs and labels, or `None`.
        shadow_data: Instead of them, inputs and labels of another distribution, or
            `None`.
        trainer: Trains one of them as the user does, or `None`: as it is compiled.
        cache: Folder in which they are kept, or `None`.
        progress: Opens a progress bar, or `None`.
        **recipe: Further arguments of `ShadowRecipe`.

    Raises:
        ValueError: As for `ShadowRecipe`, `Trainer` and `Population`, or if a plan of
            held-out records says who is a member, or there are two pools.
    """
    if population is not None and shadow_data is not None:
        raise ValueError(TWO_POOLS)
    if subject.held_out is not None:
        named = "population" if shadow_data is None else "shadow_data"
        raise ValueError(
            f"`held_out` and `{named}` answer two questions, one at a time. For the "
            f"bound on epsilon leave out `{named}`. For attackers who train shadow "
            "models leave out `held_out`, and give the entire training set as "
            "`members`, of which a plan holds the audited records alone, and what the "
            "plan held out, `plan.nonmembers`, as `nonmembers`"
        )
    own = None if trainer is None else Trainer(trainer)
    runner = Runner(cache=None if cache is None else Cache(cache), key=fingerprint())
    pool, other_data = pool_of(population, shadow_data, subject.model)
    subject.train_shadows_on(
        pool, ShadowRecipe(trainer=own, **recipe), runner, other_data=other_data
    )
    if progress is not None:
        subject.run_with(runner, progress)


def shadows_of(subject: UserModel) -> Shadows | None:
    """Returns the shadow models' answers, with those to neighbors if there are any."""
    found = subject.shadows(BASE)
    if found is None or subject.questions is None:
        return found
    return dataclasses.replace(found, neighbors=subject.shadow_neighbors(BASE))
