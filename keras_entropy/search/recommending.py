"""The search for the defense that fits a model."""

from __future__ import annotations

import dataclasses
import functools
import logging
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_entropy import catalog
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import in_one_form
from keras_entropy.examples.model_examples import read_training_examples
from keras_entropy.examples.pairs import pair_of
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
from keras_entropy.search.choice import asked_often
from keras_entropy.search.choice import change
from keras_entropy.search.choice import choose
from keras_entropy.search.choice import halves
from keras_entropy.search.given_trainer import BATCH_SIZE
from keras_entropy.search.given_trainer import given_trainer
from keras_entropy.search.limits import Limits
from keras_entropy.search.playing import families
from keras_entropy.search.playing import play
from keras_entropy.search.recommendation import NOT_ALIKE
from keras_entropy.search.recommendation import NOTHING
from keras_entropy.search.recommendation import Recommendation
from keras_entropy.search.retraining import CONTROLS
from keras_entropy.search.retraining import RECIPES
from keras_entropy.search.retraining import Retraining
from keras_entropy.search.retraining import proved_bound
from keras_entropy.search.table_rows import Tried
from keras_entropy.search.table_rows import rows_of
from keras_entropy.search.undefended_game import Game
from keras_entropy.shadow import arguments
from keras_entropy.shadow.trainer import TrainerFunction
from keras_entropy.training.epochs import epochs_of
from keras_entropy.training.own_training import OwnTraining
from keras_entropy.training.reference_fitting import fitted

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
    max_auc_bound: float | None = None,
    retrain: bool = False,
    models: int = 16,
    epochs: int | None = None,
    learning_rate: float | None = None,
    batch_size: int = BATCH_SIZE,
    from_logits: bool = False,
    questions: int = 64,
    neighbors: NeighborMaker | str | None = None,
    trainer: TrainerFunction | str | None = None,
    seed: int = 0,
) -> Recommendation:
    """Searches layers, and on request trainings, and defends the model by the best.

    Protection is measured where it can be: `models` models of this architecture are
    trained on halves of the members and of the reference examples, and each is
    attacked by thresholds, LiRA and RMIA, with every layer in front of it and after
    every training: by one question about each example, and by many about neighbors of
    it, to which labels alone tell much. Half of the pairs of models chooses; the
    figures of the table are those of the other half, which the choice can't have
    flattered.

    Of what is within the limits, the one with the lowest AUC under any attack is
    chosen; among those within 0.005 of it, the one with the lowest NLL. None is chosen
    that leaks more than no defense, and none at all where the models do not resemble
    the one given: their accuracies are compared with its own. The table is a function
    of the arguments, but for the limit on time.

    Two models without defense are always in it: `reference-only`, of reference examples
    alone, and `with-reference`, of both. What one of them beats in accuracy and AUC is
    marked. With `retrain` they may be chosen as well.

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
        reference: Inputs and labels that the model was not trained on, at least 40,
            none of them among the members.
        members: Inputs and labels that it was trained on, or some of them; with
            `retrain` all, for what is chosen is trained on them.
        max_accuracy_drop: Float in `[0, 1]`, share of examples. Defaults to `0.0`.
        max_nll_increase: Float above -1, relative to the undefended model's: 0.15
            allows 15 % more, -0.15 demands 15 % less. Defaults to no limit.
        max_latency_ratio: Float, at least 1, of calls of `predict_on_batch` with up to
            256 examples, or `None` for no limit. Defaults to `None`.
        keep_argmax: Boolean, whether a layer may change no predicted class. Another
            training gives another model, and is not held to it. Defaults to `True`.
        max_auc_bound: Float from 0.5 to below 1: only what is proved to keep any attack
            on one member at or below this AUC is chosen. Needs `retrain`, as nothing is
            proved of a layer. Defaults to `None`: nothing has to be proved.
        retrain: Boolean, whether other trainings are tried as well. What is chosen is
            trained from a secret seed. Defaults to `False`.
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
        trainer: Function `(x, y, seed) -> model` that trains one of the models as you
            train yours, on inputs like those of the members, or its name,
            `"MODULE:NAME"` or `"FILE.py:NAME"`; those of other examples in the table
            are trained by it too. Its models must have your model's architecture.
            Defaults to `None`: they are trained as the model is compiled.
        seed: Integer. Defaults to `0`.

    Returns:
        `Recommendation`.

    Raises:
        ValueError: If the sets overlap, a label is no class, there are too few
            examples, models or questions, a limit can't be met, `max_auc_bound` is
            given without `retrain`, the model can't be trained or defended, or
            `trainer` trains no such models, or is given with what it decides itself.

    Warns:
        UserWarning: If a callback lowered the model's learning rate and `learning_rate`
            is not given.
    """
    check_rate(learning_rate)
    if models % 2 or models < 8:
        raise ValueError(
            f"`models` must be even and at least 8. Received: models={models}"
        )
    limits = Limits(
        max_accuracy_drop,
        max_nll_increase,
        max_latency_ratio,
        keep_argmax,
        max_auc_bound,
    )
    if max_auc_bound is not None and not retrain:
        raise ValueError(
            "`max_auc_bound` needs `retrain=True`: nothing is proved of a layer. "
            f"Received: max_auc_bound={max_auc_bound}, retrain={retrain}"
        )
    undefended = probabilities_of(model, from_logits=from_logits)
    trains, retrained = None, model
    if trainer is None:
        arguments.check_compiled(model)
        retrained = compiled_as_before(model, learning_rate=learning_rate)
    else:
        trains = given_trainer(trainer, epochs, learning_rate, batch_size, retrain)
    form, reference, members = _examples(reference, members, undefended)
    own = None
    if trains is not None:
        own = OwnTraining(trains, form.inputs, from_logits=from_logits)
    asked = functools.partial(families, model, questions, neighbors, seed)
    if epochs is None:
        # Of a model that is not compiled, a trainer of its own alone trains.
        shown = own is None and epochs_of(model, len(members[0]), batch_size)
        epochs = shown or _EPOCHS
    game, retraining, alike = play(
        retrained,
        undefended,
        reference,
        members,
        models,
        epochs,
        batch_size,
        seed,
        asked,
        from_logits,
        learning_rate,
        own,
    )
    search = _Search(
        game, retraining, undefended, reference, members, form.inputs, limits, seed
    )
    names = (*CONTROLS, *RECIPES) if retrain else CONTROLS
    retrained, refused = search.retrained(names)
    none = Tried(tradeoff.evaluate(None, game, seed=seed), latency_ratio=1.0)
    tried = [none, *retrained, *search.layers()]
    points = [row.point for row in tried]
    allowed = [
        [row.meets(limits, none.point, mask) for row in tried]
        for mask in halves(models // 2)
    ]
    # Models that are to stay as they are can't be another training.
    open_ = [
        [ok and (retrain or not row.name) for row, ok in zip(tried, half, strict=True)]
        for half in allowed
    ]
    chosen = choose(points, open_[0], half=0) if alike.resembles else 0
    if not alike.resembles:
        logging.getLogger(__name__).warning(NOT_ALIKE.format(alike))
    elif not chosen:
        logging.getLogger(__name__).warning(NOTHING)
    taken, reporting = tried[chosen], halves(models // 2)[1]
    defended, layer = undefended, None
    if taken.candidate is not None:
        layer = search.layer(taken.candidate)
        defended = defend(model, layer, from_logits=from_logits)
    elif taken.name:
        # From a secret seed: whoever knows where a training starts finds more.
        defended = catalog.build(
            taken.name,
            model,
            form.arrays(members[0]),
            members[1],
            reference=(form.arrays(reference[0]), reference[1]),
            epochs=epochs,
            learning_rate=learning_rate,
            batch_size=batch_size,
            seed=None,
            from_logits=from_logits,
            verbose=False,
        )
    return Recommendation(
        model=defended,
        name=taken.point.name,
        layer=layer,
        table=rows_of(tried, allowed[0], reporting),
        resemblance=alike,
        change=change(taken.point, none.point, reporting) if chosen else None,
        often=asked_often(points, (open_[0], open_[1])),
        refused=refused,
    )


@dataclasses.dataclass(frozen=True)
class _Search:
    """Tries layers and trainings on the models of one game."""

    game: Game
    retraining: Retraining
    undefended: keras.Model
    reference: tuple[Array, Integers]
    members: tuple[Array, Integers]
    inputs: Callable[[Array], Any]
    limits: Limits
    seed: int

    def layer(self, candidate: Candidate) -> Defense:
        """Returns the layer, fitted to the model that is to be defended."""
        return fitted(
            candidate.create(),
            self.undefended,
            self.reference,
            members=self.members[0],
            seed=self.seed,
            inputs=self.inputs,
        )

    def layers(self) -> list[Tried]:
        return [
            Tried(
                tradeoff.evaluate(candidate, self.game, seed=self.seed),
                candidate=candidate,
                latency_ratio=self._layer_ratio(candidate),
            )
            for candidate in CANDIDATES
        ]

    def retrained(self, names: tuple[str, ...]) -> tuple[list[Tried], dict[str, str]]:
        """Returns what could be trained, and why the rest could not."""
        tried, refused = [], {}
        for name in names:
            try:
                found = self.retraining.train(name)
            except ValueError as error:
                refused[name] = str(error)
                continue
            point = tradeoff.evaluate_retrained(
                found, self.retraining, self.game, seed=self.seed
            )
            tried.append(
                Tried(
                    point,
                    name=name,
                    latency_ratio=self._ratio(found.model),
                    auc_bound=proved_bound(found.entry, len(self.members[0])),
                )
            )
        return tried, refused

    def _layer_ratio(self, candidate: Candidate) -> float | None:
        if self.limits.max_latency_ratio is None:
            return None  # Nothing is fitted in vain.
        return self._ratio(defend(self.undefended, self.layer(candidate)))

    def _ratio(self, defended: keras.Model) -> float | None:
        if self.limits.max_latency_ratio is None:
            return None
        batch = self.inputs(self.reference[0][:256])
        return _latency_ratio(defended, self.undefended, batch)


def _examples(
    reference: tuple[Any, Any], members: tuple[Any, Any], model: keras.Model
) -> tuple[InputForm, tuple[Array, Integers], tuple[Array, Integers]]:
    """Returns the form of the inputs, and both sets of examples in it."""
    names = ["`reference`", "`members`"]
    tables, classes, forms = zip(
        *(
            read_training_examples(
                *pair_of(examples, name), name, f"{name.strip('`')}[1]", model
            )
            for name, examples in zip(names, (reference, members), strict=True)
        ),
        strict=True,
    )
    form, (kept, private) = in_one_form(forms, tables, names)
    return form, (kept, classes[0]), (private, classes[1])


def _latency_ratio(defended: keras.Model, undefended: keras.Model, batch: Any) -> float:
    calls = [
        functools.partial(model.predict_on_batch, batch)
        for model in (defended, undefended)
    ]
    for call in calls:
        for _ in range(3):  # compiles
            call()
    times = times_in_turn(*calls, rounds=_ROUNDS)
    return float(np.median(times[:, 0] / times[:, 1]))
