"""Attacks one trained model, for a user's own tests."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from eval_suite.membership_audit import MembershipAudit
from eval_suite.options.attack_names import checked_names
from eval_suite.options.question_options import MODEL_QUESTIONS
from eval_suite.options.shadow_options import SHADOW_BATCH_SIZE
from eval_suite.options.shadow_options import SHADOWS
from eval_suite.subjects.many_answers.made_audit import audit_many
from eval_suite.subjects.many_answers.made_audit import check_attacks
from eval_suite.subjects.many_answers.made_audit import check_many
from eval_suite.subjects.one_target.resemblance_row import told_resemblance
from eval_suite.undefended import BASE
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS
from keras_entropy.attacks.audits.fpr_levels import check_levels
from keras_entropy.attacks.audits.trained_attacks import those_that_can_train
from keras_entropy.attacks.leakage.one_training import DELTA
from keras_entropy.attacks.leakage.one_training import check_records
from keras_entropy.audit import HeldOutPlan

if TYPE_CHECKING:
    import keras

    from eval_suite.subjects.subject import ProgressBar
    from keras_entropy.queries.given_neighbors import NeighborMaker
    from keras_entropy.shadow.trainer import TrainerFunction


def audit_model(
    model: keras.Model,
    members: Any = None,
    nonmembers: Any = None,
    *,
    held_out: HeldOutPlan | Path | str | None = None,
    delta: float = DELTA,
    from_logits: bool = False,
    output: str | None = None,
    attacks: str | Sequence[str] = "all",
    questions: int = MODEL_QUESTIONS,
    neighbors: NeighborMaker | str | None = None,
    seed: int = 0,
    fpr_levels: Sequence[float] = DEFAULT_LEVELS,
    population: Any = None,
    shadow_data: Any = None,
    shadow_model: keras.Model | None = None,
    trainer: TrainerFunction | str | None = None,
    shadows: int = SHADOWS,
    shadow_epochs: int | None = None,
    shadow_batch_size: int = SHADOW_BATCH_SIZE,
    shadow_learning_rate: float | None = None,
    cache: Path | str | None = None,
    progress: ProgressBar | None = None,
) -> MembershipAudit:
    """Attacks a trained model.

    The attacker asks once about each example, and then often, about neighbors of it:
    a model keeps its label farther around what it was trained on.

    Args:
        model: Keras classifier, a subclassed one included. One that answers for each
            step, `(N, steps, C)`, or ends in several sigmoids, each for a label of its
            own, is attacked by one question: of steps the unit is the example, whose
            score is the mean over them; of labels, all audits are `audit.by_label`.
        members: `(x, y)` that it was trained on: inputs `(n, ...)` and class indices
            `(n,)`. The inputs may be a dict or list of arrays, strings or a pandas
            table, and the pair a `tf.data.Dataset` or a PyTorch `DataLoader` of
            batches, or a file (`keras_entropy/examples/README.md`). Of a model of many
            answers, a class for each step, or L labels `(n, L)` of 0 and 1.
        nonmembers: `(x, y)` from the same distribution that it was not trained on.
        held_out: Instead of both, a plan of `keras_entropy.audit.hold_out` by which it
            was trained, or the plan's file: `audit.epsilon` is then a bound on the
            training's epsilon. Defaults to `None`.
        delta: Float, of that bound, above 0 and below one over the number of records.
            Defaults to 1e-5.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        output: Name of the output that is audited, of a model that has several: its key
            where the model answers with a dictionary, else its layer's name. The labels
            are that output's. Defaults to `None`.
        attacks: `"all"`, one name, or several, out of
            `keras_entropy.attacks.TARGET_ATTACKS`, `input_residual` (of inputs that are
            numbers), `neighbors:label_share` and `neighbors:confidence`.
        questions: Integer, how many neighbors of each example are asked about. `0`
            leaves these attacks out: the audit then holds for an attacker who asks
            once. Defaults to 32.
        neighbors: Neighbors of your own, beside those that fit the inputs: a function
            `(x, seed) -> x'`, a Keras layer, or `"MODULE:NAME"` or `"FILE.py:NAME"` of
            either. Defaults to `None`.
        seed: Integer. Defaults to 0.
        fpr_levels: Floats in (0, 1), the false positive rates at which `tpr_at_fpr`
            tells true positive rates. Defaults to `(0.01, 0.001)`.
        population: Further `(x, y)` from the same distribution. With them shadow models
            are trained, on halves of these examples and of both sets, and attacks that
            compare the model with them are made as well. Defaults to `None`.
        shadow_data: Instead of `population`, `(x, y)` of another distribution: shadow
            models are trained on halves of these alone, as by an attacker who has none
            like the target's. Defaults to `None`.
        shadow_model: A compiled Keras classifier of another architecture, which each
            shadow model is. Defaults to `None`: they are like the model.
        trainer: Function `(x, y, seed) -> model` that trains one of the shadow models
            as you train yours, or its name, `"MODULE:NAME"` or `"FILE.py:NAME"`.
            Defaults to `None`: they are trained as the model is compiled.
        shadows: Integer, how many: even, at least 4. Defaults to 16.
        shadow_epochs: Integer, epochs of each. Defaults to `None`: as the steps of the
            model's optimizer show.
        shadow_batch_size: Integer, examples in a batch. Defaults to 32.
        shadow_learning_rate: Float. Defaults to `None`: that of the model's optimizer.
        cache: Folder in which trained models are kept. Defaults to `None`: nowhere; in
            pytest, its own cache.
        progress: Function that opens a progress bar, title and number of steps in.
            Defaults to `None`: none is shown.

    Returns:
        `MembershipAudit`.

    Raises:
        ValueError: If one set holds copies of the other's examples (equal rows of a
            table are none), or they do not fit the model or each other; if the
            model is no classifier or random without saying so; if the name of an attack
            is unknown, or there are too few questions for it; if `neighbors` makes
            none; if there are too few non-members for one of `fpr_levels` other than
            the default ones; if the plan's file is no plan or too small for `delta`; if
            `population` or `shadow_data` is too small or overlaps the two sets;
            if `trainer` trains no such models or `shadow_model` is none; if an attack
            is named by shadow models that don't resemble yours.
        TypeError: If `neighbors` is neither a function nor a layer, or neither both
            sets nor a plan are given.

    Warns:
        UserWarning: If the shadow models do not resemble the model, so that no attack
            is made by them.
    """
    from eval_suite.subjects.many_answers.many_target import ManyTarget
    from eval_suite.subjects.one_target.given_subject import given_subject
    from eval_suite.subjects.one_target.given_subject import shadows_of
    from eval_suite.subjects.one_target.given_subject import train_shadows

    trains = population is not None or shadow_data is not None
    names = checked_names(attacks, questions, neighbors, shadows=trains)
    subject = given_subject(
        model, members, nonmembers, held_out, from_logits, seed, output
    )
    if isinstance(subject, ManyTarget):
        many = subject.answered
        needs_one = {
            "neighbors": neighbors,
            "population": population,
            "trainer": trainer,
            "shadow_model": shadow_model,
            "shadow_data": shadow_data,
        }
        check_many(many.outputs[0].shape[1:], questions, needs_one)
        check_attacks(attacks, many.outputs[0])
        check_levels(fpr_levels, len(many.labels[1]))
        return MembershipAudit(
            name=model.name,
            outputs=many.outputs,
            labels=many.labels,
            inputs=many.inputs,
            attacks=attacks,
            seed=seed,
            fpr_levels=fpr_levels,
            many=functools.partial(
                audit_many,
                many.outputs,
                many.labels,
                attacks=attacks,
                seed=seed,
                fpr_levels=fpr_levels,
            ),
        )
    if trains:
        train_shadows(
            subject,
            population,
            shadow_data,
            trainer,
            cache,
            progress,
            models=shadows,
            batch_size=shadow_batch_size,
            epochs=shadow_epochs,
            seed=seed,
            learning_rate=shadow_learning_rate,
            model=shadow_model,
        )
    elif trainer is not None or shadow_model is not None:
        name = "shadow_model" if trainer is None else "trainer"
        raise ValueError(
            f"`{name}` is for shadow models, which need `population`: further (x, y) "
            "from the same distribution, or `shadow_data`, of another. Received: "
            "population=None"
        )
    check_levels(fpr_levels, len(subject.nonmembers.y) + len(subject.reference.y))
    if subject.held_out is not None:
        check_records(subject.held_out.records, delta)
    if attacks != "all":
        # Before the model is asked anything.
        sides = len(subject.members.x), len(subject.nonmembers.x)
        those_that_can_train(names, *sides, names)
    if any(AttackName.parse(name).asks_often for name in names):
        subject.ask_neighbors(questions, neighbors)
    resemblance = subject.resemblance
    if resemblance is not None and not resemblance.resembles:
        told = told_resemblance(resemblance)
        alone = checked_names("all", MODEL_QUESTIONS, None)
        lost = set() if attacks == "all" else {*names} - {*alone}
        if lost:
            raise ValueError(f"{', '.join(sorted(lost))}: {told}")
        warnings.warn(told, stacklevel=2)
    return MembershipAudit(
        name=model.name,
        outputs=subject.outputs(BASE),
        labels=subject.labels,
        inputs=(subject.members.x, subject.nonmembers.x),
        attacks="all" if attacks == "all" else names,
        seed=seed,
        neighbors=subject.neighbors(BASE),
        questions=subject.questions,
        fpr_levels=fpr_levels,
        set_aside=len(subject.reference.y),
        held_out=subject.held_out,
        delta=delta,
        shadows=shadows_of(subject),
        resemblance=resemblance,
    )
