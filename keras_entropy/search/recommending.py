"""The search for the output defense that fits a model."""

from __future__ import annotations

import functools
import logging
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Integers
from keras_entropy.examples.arrays_of import array_of
from keras_entropy.examples.pairs import one_array_of_numbers
from keras_entropy.examples.pairs import pair_of
from keras_entropy.labels import class_indices
from keras_entropy.layers.defense import Defense
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.models.starting_rate import check_rate
from keras_entropy.queries.given_neighbors import NeighborMaker
from keras_entropy.search import tradeoff
from keras_entropy.search.call_times import times_in_turn
from keras_entropy.search.candidates import CANDIDATES
from keras_entropy.search.candidates import Candidate
from keras_entropy.search.limits import Limits
from keras_entropy.search.playing import families
from keras_entropy.search.playing import play
from keras_entropy.search.points import Point
from keras_entropy.search.points import dominated
from keras_entropy.search.recommendation import NOT_ALIKE
from keras_entropy.search.recommendation import NOTHING
from keras_entropy.search.recommendation import Recommendation
from keras_entropy.search.recommendation import Row
from keras_entropy.shadow import arguments
from keras_entropy.training.epochs import epochs_of
from keras_entropy.training.reference_fitting import fitted

# Two AUCs that differ by less are the same to the search, and the better answer wins.
_TIE = 0.005
_ROUNDS = 30
# Where the optimizer shows no steps.
_EPOCHS = 50


def recommend(
    model: keras.Model,
    reference: tuple[Any, Any],
    *,
    members: tuple[Any, Any],
    max_accuracy_drop: float = 0.0,
    max_nll_increase: float = float("inf"),
    max_latency_ratio: float | None = None,
    keep_argmax: bool = True,
    models: int = 16,
    epochs: int | None = None,
    learning_rate: float | None = None,
    batch_size: int = 32,
    from_logits: bool = False,
    questions: int = 64,
    neighbors: NeighborMaker | str | None = None,
    seed: int = 0,
) -> Recommendation:
    """Searches layers and strengths, and defends the model by the best.

    Protection is measured where it can be: `models` models of this architecture are
    trained on halves of the members and of the reference examples, and each is
    attacked by thresholds, LiRA and RMIA, with every candidate in front of it: by one
    question about each example, and by many about neighbors of it, to which labels
    alone tell much. Half of the pairs of models chooses; the figures of the table are
    those of the other half, which the choice can't have flattered.

    Of the candidates within the limits, the one with the lowest AUC under any attack is
    chosen; among those within 0.005 of it, the one with the lowest NLL. None is chosen
    that leaks more than no defense, and none at all where the models do not resemble
    the one given: their accuracies are compared with its own. The result is a function
    of the arguments, but for the limit on time.

    Example:

    >>> found = keras_entropy.recommend(
    ...     model, (x_test, y_test), members=(x_train, y_train), max_nll_increase=1.0
    ... )
    >>> print(found)
    >>> found.model.save("defended.keras")

    Args:
        model: Compiled Keras classifier that ends in a softmax, in one sigmoid unit or,
            with `from_logits`, in logits. Its loss may take class numbers or one-hot
            rows.
        reference: Inputs and labels that the model was not trained on, at least 20.
        members: Inputs and labels that it was trained on, or some of them.
        max_accuracy_drop: Float in `[0, 1]`, share of examples. Defaults to `0.0`.
        max_nll_increase: Float above -1, relative to the undefended model's: 0.15
            allows 15 % more, -0.15 demands 15 % less. Defaults to no limit.
        max_latency_ratio: Float, at least 1, of calls of `predict_on_batch` with up to
            256 examples, or `None` for no limit. Defaults to `None`.
        keep_argmax: Boolean, whether no predicted class may change. Defaults to `True`.
        models: Even integer, at least 8. Defaults to `16`.
        epochs: Integer, that each model is trained for. Defaults to `None`: as many as
            the steps of the model's optimizer show on `members`, or 50 where it shows
            none.
        learning_rate: Float, at which each model is trained. Defaults to `None`: the
            one that the model was trained at first, as far as its last `fit` has
            logged it, and else its optimizer's.
        batch_size: Integer. Defaults to `32`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        questions: Integer, questions about neighbors of each example, all kinds of
            neighbors together. 0 leaves them out: the choice is then one against an
            attacker who asks once. Defaults to `64`.
        neighbors: A further kind of neighbors: a function `(x, seed) -> x` or a Keras
            layer, or the text `"MODULE:NAME"` of either. Defaults to `None`.
        seed: Integer. Defaults to `0`.

    Returns:
        `Recommendation`.

    Raises:
        ValueError: If the sets overlap, a label is no class, there are too few
            examples, models or questions, a limit can't be met, or the model can't be
            trained or defended.

    Warns:
        UserWarning: If a callback lowered the model's learning rate and `learning_rate`
            is not given.
    """
    check_rate(learning_rate)
    if models % 2 or models < 8:
        raise ValueError(
            f"`models` must be even and at least 8. Received: models={models}"
        )
    limits = Limits(max_accuracy_drop, max_nll_increase, max_latency_ratio, keep_argmax)
    undefended = probabilities_of(model, from_logits=from_logits)
    arguments.check_compiled(model)
    retrained = compiled_as_before(model, learning_rate=learning_rate)
    reference = _examples("reference", reference, undefended)
    members = _examples("members", members, undefended)
    asked = functools.partial(families, model, questions, neighbors, seed)
    if epochs is None:
        epochs = epochs_of(model, len(members[0]), batch_size) or _EPOCHS
    game, alike = play(
        retrained,
        undefended,
        reference,
        members,
        models,
        epochs,
        batch_size,
        seed,
        asked,
    )
    points = [
        tradeoff.evaluate(candidate, game, seed=seed)
        for candidate in (None, *CANDIDATES)
    ]

    def layer_of(candidate: Candidate) -> Defense:
        layer = candidate.create()
        return fitted(layer, undefended, reference, members=members[0], seed=seed)

    ratios: list[float | None] = [None] * len(points)
    if max_latency_ratio is not None:
        defended = [
            defend(model, layer_of(candidate), from_logits=from_logits)
            for candidate in CANDIDATES
        ]
        batch = reference[0][:256]
        ratios = [1.0, *(_latency_ratio(d, undefended, batch) for d in defended)]
    choosing = np.arange(models // 2) % 2 == 0
    # No defense is always allowed: it is what remains if nothing else is.
    allowed = [True] + [
        limits.meets(point, points[0], choosing, ratio)
        for point, ratio in zip(points[1:], ratios[1:], strict=True)
    ]
    auc = np.array([point.pair_auc[choosing].mean() for point in points])
    nll = np.array([point.nll[choosing].mean() for point in points])
    # What leaks more than no defense is not chosen, however good its answers are.
    open_ = [i for i, ok in enumerate(allowed) if ok and auc[i] <= auc[0]]
    best = auc[open_].min()
    near = [i for i in open_ if auc[i] <= best + _TIE]
    chosen = min(near, key=lambda i: nll[i])
    if not alike.resembles:
        chosen = 0
        logging.getLogger(__name__).warning(NOT_ALIKE.format(alike))
    elif not chosen:
        logging.getLogger(__name__).warning(NOTHING)
    layer = layer_of(CANDIDATES[chosen - 1]) if chosen else None
    marks = dominated(points)
    return Recommendation(
        model=undefended
        if layer is None
        else defend(model, layer, from_logits=from_logits),
        name=points[chosen].name,
        layer=layer,
        table=tuple(
            _row(point, ~choosing, ratio, ok, mark)
            for point, ratio, ok, mark in zip(
                points, ratios, allowed, marks, strict=True
            )
        ),
        resemblance=alike,
    )


def _examples(
    name: str, examples: tuple[Any, Any], model: keras.Model
) -> tuple[Array, Integers]:
    x, y = pair_of(examples, f"`{name}`")
    labels = class_indices(array_of(y, f"{name}[1]"), model.outputs[0].shape[-1])
    what = "`recommend` trains shadow models on"
    return one_array_of_numbers(x, len(labels), f"`{name}`", what, model=model), labels


def _row(
    point: Point,
    reporting: Booleans,
    latency_ratio: float | None,
    allowed: bool,
    dominated: bool,
) -> Row:
    often = point.asked_often
    return Row(
        name=point.name,
        auc=float(point.pair_auc[reporting].mean()),
        asked_once=float(point.asked_once[reporting].mean()),
        asked_often=None if often is None else float(often[reporting].mean()),
        accuracy=float(point.accuracy[reporting].mean()),
        nll=float(point.nll[reporting].mean()),
        ece=float(point.ece[reporting].mean()),
        latency_ratio=latency_ratio,
        allowed=allowed,
        dominated=dominated,
    )


def _latency_ratio(
    defended: keras.Model, undefended: keras.Model, batch: Array
) -> float:
    calls = [
        functools.partial(model.predict_on_batch, batch)
        for model in (defended, undefended)
    ]
    for call in calls:
        for _ in range(3):  # compiles
            call()
    times = times_in_turn(*calls, rounds=_ROUNDS)
    return float(np.median(times[:, 0] / times[:, 1]))
