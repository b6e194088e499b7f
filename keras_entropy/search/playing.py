"""The membership game that candidates are tried in, and what is asked in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.models.input_table import answers_to
from keras_entropy.prediction_quality import hits
from keras_entropy.queries.asking import Answer
from keras_entropy.queries.asking import ask
from keras_entropy.queries.asking import shares
from keras_entropy.queries.families.choice import families_for
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.given_neighbors import NeighborMaker
from keras_entropy.queries.given_neighbors import given_neighbors
from keras_entropy.search.retraining import Retraining
from keras_entropy.search.undefended_game import Game
from keras_entropy.shadow.plan import complementary_pairs
from keras_entropy.shadow.plan import model_seeds
from keras_entropy.shadow.resemblance import Resemblance
from keras_entropy.shadow.resemblance import compare
from keras_entropy.shadow.stack import replicate
from keras_entropy.shadow.stack_prediction import predict
from keras_entropy.training.example_checks import check_no_member
from keras_entropy.training.loss_targets import targets_for
from keras_entropy.training.on_reference.reference_training import FEWEST_EXAMPLES
from keras_entropy.training.own_training import OwnTraining
from keras_entropy.training.recipe import TrainingData

_FIT_SHARE = 0.15
# Half of them, for the models of the reference alone.
_FEWEST = 2 * FEWEST_EXAMPLES

# What is asked, and how many questions about each example.
Asked = tuple[list[Family], int]


def play(
    model: keras.Model,
    undefended: keras.Model,
    reference: tuple[Array, Integers],
    members: tuple[Array, Integers],
    models: int,
    epochs: int,
    batch_size: int,
    seed: int,
    asking: Callable[[Array, Integers, tuple[Array, Integers]], Asked],
    from_logits: bool = False,
    learning_rate: float | None = None,
    trainer: OwnTraining | None = None,
) -> tuple[Game, Retraining, Resemblance]:
    """Trains the models of the game, and compares them with the one they stand for.

    Args:
        model: Compiled Keras classifier, which is trained anew, at the learning rate
            that it is compiled with.
        undefended: The same with class probabilities as its output.
        reference: Inputs and class indices that it was not trained on.
        members: Inputs and class indices that it was trained on.
        models: Even integer.
        epochs: Integer, that each model is trained for.
        batch_size: Integer.
        seed: Integer.
        asking: Function from the examples of the game, their classes and reference
            examples to what is asked.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        learning_rate: Float, of other trainings, or `None` for that at which the
            model's own began. Defaults to `None`.
        trainer: Trains each model in the user's own way, and `model` need not be
            compiled. Defaults to `None`: they are trained as it is compiled.

    Raises:
        ValueError: If the sets overlap, there are too few examples, or the model can't
            be trained.
    """
    reference_x, reference_y = reference
    labels = reference_y, members[1]
    check_no_member(reference_x, members[0], "members", labels)
    if len(reference_x) < _FEWEST:
        raise ValueError(
            f"`reference` must hold at least {_FEWEST} examples, better a tenth as "
            "many as there are members: on half of them or fewer, models are trained "
            "that know no member, and layers are fitted to these. "
            f"Received: {len(reference_x)} examples"
        )
    # Some of the reference examples are in no undefended model: layers are fitted to
    # them, and trainings that need a reference have them.
    order = np.random.default_rng(seed).permutation(len(reference_x))
    wanted = round(_FIT_SHARE * (len(members[0]) + len(order)))
    fit, rest = np.split(order, [min(max(wanted, FEWEST_EXAMPLES), len(order) // 2)])
    x = np.concatenate([members[0], reference_x[rest]])
    y = np.concatenate([members[1], reference_y[rest]])
    even = len(x) // 2 * 2
    x, y = x[:even], y[:even]
    asked = asking(x, y, (reference_x[fit], reference_y[fit]))
    plan = complementary_pairs(even, models, seed=seed)
    data = TrainingData(
        x=x,
        y=y,
        rows=plan.rows(),
        seeds=model_seeds(seed, models),
        # Known, so that a run can be repeated: these models stay here.
        noise_seed=0,
        epochs=epochs,
        batch_size=batch_size,
        reference=(reference_x[fit], reference_y[fit]),
    )
    if trainer is not None:
        data = dataclasses.replace(data, train=trainer)
        stack = data.train_models(model, replicate(model, models))
    else:
        targets = targets_for(model, y)
        stack = dataclasses.replace(data, y=targets).train_models(model)

    def answers(layer: FittedDefense) -> Floats:
        return predict(undefended, stack, layer.queries(reference_x[fit], seed=seed))

    def ask_behind(answer: Callable[[Floats], Floats], questions: int) -> Neighbors:
        kinds, _ = asked
        return ask(
            kinds, x, y, questions, lambda q: answer(predict(undefended, stack, q))
        )

    def ask_models(answer: Answer) -> Neighbors | None:
        kinds, questions = asked
        return ask(kinds, x, y, questions, answer) if questions else None

    outputs = predict(undefended, stack, x)
    game = Game(
        outputs=outputs,
        labels=y,
        membership=plan.membership,
        reference_answers=answers,
        reference_labels=reference_y[fit],
        questions=asked[1],
        ask=ask_behind,
    )
    retraining = Retraining(model, stack, data, from_logits, learning_rate, ask_models)
    resemblance = compare(
        hits(answers_to(undefended, x), y),
        np.stack([hits(answers, y) for answers in outputs]),
        y,
        np.arange(even) < len(members[0]),
        plan.membership,
    )
    return game, retraining, resemblance


def families(
    model: keras.Model,
    questions: int,
    neighbors: NeighborMaker | str | None,
    seed: int,
    x: Array,
    y: Integers,
    reference: tuple[Array, Integers],
) -> Asked:
    """Returns what is asked about the examples, checked before any training.

    Args:
        model: The model, for what it augments its inputs by.
        questions: Integer, about each example; 0 asks none.
        neighbors: A further kind of neighbors, or `None`.
        seed: Integer.
        x: Inputs `(N, ...)` that are asked about.
        y: Integers `(N,)`: their classes.
        reference: Inputs and class indices from which neighbors are made.

    Raises:
        ValueError: If there are too few questions, or none can be made.
    """
    if not questions:
        if neighbors is not None:
            raise ValueError(
                "`neighbors` needs `questions` above 0. Received: questions=0"
            )
        return [], 0
    found = families_for(x, y, reference=reference, model=model, seed=seed)
    if neighbors is not None:
        found.append(given_neighbors(neighbors, x, y, seed=seed))
    shares(found, questions)
    return found, questions
