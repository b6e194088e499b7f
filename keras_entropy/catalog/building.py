"""Defends one model by an entry of the table, trained where it needs to be."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.catalog.entry import Entry
from keras_entropy.catalog.stack_building import defend_stack
from keras_entropy.catalog.stack_building import honest_answers
from keras_entropy.catalog.stack_building import no_bar
from keras_entropy.catalog.table import get
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import in_one_form
from keras_entropy.examples.model_examples import read_model_examples
from keras_entropy.examples.model_examples import read_training_examples
from keras_entropy.examples.pairs import is_of_batches
from keras_entropy.examples.pairs import pair_of
from keras_entropy.examples.pairs import read_inputs
from keras_entropy.examples.pairs import rows_of
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.models import graph
from keras_entropy.models.copies import copy_of
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.models.starting_rate import check_rate
from keras_entropy.models.starting_rate import warn_of_lowered_rate
from keras_entropy.privacy.attached import attach
from keras_entropy.privacy.guarantee import Guarantee
from keras_entropy.shadow.stack import replicate
from keras_entropy.training.example_checks import check_no_member
from keras_entropy.training.lost_accuracy import warn_of_lost_accuracy
from keras_entropy.training.on_reference.reference_training import reference_of
from keras_entropy.training.private_steps import PrivateSteps
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData
from keras_entropy.training.reference_fitting import fitted

# Of the whole model, where the caller says nothing.
_EPOCHS = 20


def build(
    name: str,
    model: keras.Model,
    x: Any = None,
    y: Any = None,
    *,
    reference: Any = None,
    epochs: int | None = None,
    learning_rate: float | None = None,
    epsilon: float | None = None,
    delta: float | None = None,
    batch_size: int = 32,
    seed: int | None = 0,
    from_logits: bool = False,
    as_published: bool = False,
    verbose: bool = True,
) -> keras.Model:
    """Returns `model` defended by an entry of the catalog, trained where it needs to.

    Example:

    >>> defended = catalog.build("M-6", model, x_train, y_train)

    Args:
        name: Short name or alias, see `names()`.
        model: The trained Keras classifier. It is left as it was.
        x: Array `(N, ...)` of training inputs. Only for entries with a recipe, and for
            MemGuard, which is fitted to the answers to them. Give it wherever there is
            a `reference`, and no example of the one may be in the other. A tensor, a
            pandas table, or with `y=None` a `tf.data.Dataset` or a PyTorch `DataLoader`
            are read as well, and a dict or list of inputs, strings and ragged rows
            (`keras_entropy/examples/README.md`).
        y: Class indices `(N,)` or `(N, 1)`, or one-hot rows `(N, classes)`.
        reference: Inputs and labels, of the form of `x` and `y`, that the model was
            not trained on. Only for defenses that are fitted to reference examples, or
            trained on them: these protect `x`, and whoever is in the reference is
            exposed like any training example.
        epochs: Integer, of the whole model where that is trained, else of each stage
            in which a head is. Defaults to `None`: 20 for the whole model, and what the
            recipe says for heads (`FrozenBackbone`, `Surrogate`).
        learning_rate: Float, at which the whole model is trained, by its optimizer.
            Defaults to `None`: the one that it was trained at first, as far as its
            last `fit` has logged it, and else its optimizer's.
        epsilon: Float, for entries that train privately: epsilon where one training
            example is swapped for another, which sets the noise. Defaults to `None`:
            the entry's own noise.
        delta: Float, at which epsilon is told. Defaults to `None`: a tenth of one
            divided by the number of training examples.
        batch_size: Integer. Defaults to `32`.
        seed: Integer: initial weights, order of the examples, and the draws of a
            layer that is random. `None` takes another one each time, which is what to
            deploy a random layer with, and a model that starts on the reference.
            The noise of private training is always drawn from a secret of its own.
            Defaults to `0`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        as_published: Boolean, whether to train as the study's code does where it does
            not do what the study says (see `Surrogate`). Defaults to `False`.
        verbose: Boolean, whether training shows a progress bar. Defaults to `True`.

    Returns:
        A new, uncompiled `keras.Model` of class probabilities. Where the entry trains
        privately, `keras_entropy.privacy.guarantee_in` reads back what is guaranteed,
        from the model and from what was saved of it.

    Raises:
        ValueError: If the name is unknown, the model can't be defended (see
            `keras_entropy.defend`), or `x` and `y` are needed and missing, of
            different lengths, or hold a label that is no class of the model's; if
            `reference` is needed and missing, or holds an example of `x`; if `epochs`
            or `learning_rate` is no positive number; if `epsilon` or `delta` is given
            and the entry doesn't train privately, or `epsilon` can't be reached.

    Warns:
        UserWarning: If a callback lowered the model's learning rate and `learning_rate`
            is not given; if training leaves the accuracy on `x` far below the model's
            (`keras_entropy.shadow.resemblance`); if `seed` is known and the model
            starts on the reference, since whoever holds both can find the start; if it
            is known and the layer is random, since its draws are known then.
    """
    check_rate(learning_rate)
    if epochs is not None and epochs < 1:
        raise ValueError(f"`epochs` must be at least 1. Received: epochs={epochs}")
    entry = get(name)
    if not entry.is_private and (epsilon is not None or delta is not None):
        raise ValueError(
            "`epsilon` and `delta` are for entries that train privately, such as "
            f"'dp-sgd-reference'. Received: name={name!r}, epsilon={epsilon}, "
            f"delta={delta}"
        )
    if y is None and is_of_batches(x):
        x, y = pair_of(x, "x")
    layer = entry.create(seed=seed)
    if seed is not None and not entry.claims.deterministic:
        _warn_of_known_draws(entry, seed)
    guarantee = None
    bar = _keras_bar if verbose else no_bar
    if entry.needs_reference:
        # Or raises, before anything is trained.
        examples, form = _reference(entry, model, reference, x, y)
    if entry.is_trained:
        data = _training_data(entry, model, x, y, epochs, batch_size, seed)
        entry, guarantee = _with_epsilon(entry, model, epsilon, delta, data)
        if entry.trains_on_reference:
            data = dataclasses.replace(data, reference=examples)
            reference_of(data)  # Or raises.
            if seed is not None and entry.family != "none" and not entry.is_private:
                _warn_of_known_start(entry, seed)
        if getattr(model, "optimizer", None) is not None and learning_rate is None:
            warn_of_lowered_rate(model)
        clone = copy_of(model, learning_rate=learning_rate)
        undefended = probabilities_of(model, from_logits=from_logits)
        model, stack = defend_stack(
            entry.training or entry,
            clone,
            replicate(clone, 1),
            data,
            from_logits=from_logits,
            layer_seed=seed,
            as_published=as_published,
            bar=bar,
        )
        stack.assign_to(model, 0)
        warn_of_lost_accuracy(entry.name, undefended, model, data.x, data.y)
        if not entry.is_fitted:
            return _with_guarantee(model, guarantee)
        from_logits = False
    if entry.cross_fitting is not None and isinstance(layer, FittedDefense):
        layer.fit(honest_answers(entry, model, data, bar), examples[1])
    elif isinstance(layer, FittedDefense):
        # Not as a stack of one: models that a stack can't hold can be fitted to.
        fitted(
            layer,
            model,
            examples,
            members=_members(entry, x, y, model) if layer.needs_members else None,
            from_logits=from_logits,
            seed=seed or 0,
            inputs=form.inputs,
        )
    return _with_guarantee(defend(model, layer, from_logits=from_logits), guarantee)


def _with_guarantee(model: keras.Model, guarantee: Guarantee | None) -> keras.Model:
    return model if guarantee is None else attach(model, guarantee)


@contextlib.contextmanager
def _keras_bar(total: int) -> Iterator[Progress]:
    yield keras.utils.Progbar(total, unit_name="epoch").add


def _training_data(
    entry: Entry,
    model: keras.Model,
    x: Any,
    y: Any,
    epochs: int | None,
    batch_size: int,
    seed: int | None,
) -> TrainingData:
    if x is None or y is None:
        data = "x, y" if entry.training is None else "x, y, reference=..."
        raise ValueError(
            f"`{entry.name}` ({entry.title}) is trained: pass the training data, "
            f'`catalog.build("{entry.name}", model, {data})`. '
            f"Received: x={type(x).__name__}, y={type(y).__name__}"
        )
    graph.single_output(model)  # or raises, before it is copied
    table, labels, _ = read_training_examples(x, y, "`x` and `y`", "`y`", model)
    return TrainingData(
        x=table,
        y=labels,
        rows=np.arange(len(table))[None],
        seeds=(secrets.randbelow(2**31) if seed is None else seed,),
        epochs=_EPOCHS if epochs is None else epochs,
        batch_size=batch_size,
        head_epochs=epochs,
    )


def _with_epsilon(
    entry: Entry,
    model: keras.Model,
    epsilon: float | None,
    delta: float | None,
    data: TrainingData,
) -> tuple[Entry, Guarantee | None]:
    """Returns the entry with the noise that is asked for, and what it guarantees."""
    recipe = entry.recipe
    if not isinstance(recipe, PrivateSteps):
        return entry, None
    recipe = recipe.with_epsilon(epsilon, delta, len(data.x))
    guarantee = recipe.guarantee(len(data.x)).given(*recipe.conditions_of(model))
    return dataclasses.replace(entry, recipe=recipe), guarantee


def _members(entry: Entry, x: Any, y: Any, model: keras.Model) -> Array:
    if x is None:
        raise ValueError(
            f"`{entry.name}` ({entry.title}) is fitted to what the model was trained "
            "on as well: pass `x`, the training inputs. Received: x=NoneType"
        )
    return read_inputs(x, rows_of(x, y), "`x`", model=model)[0]


def _warn_of_known_start(entry: Entry, seed: int) -> None:
    warnings.warn(
        f"{entry.name}: what the model learns from the reference can be found by "
        "whoever holds that and the seed, and shows more of what `x` has changed. "
        f"Deploy with `seed=None`, which draws a secret one. Received: seed={seed}",
        stacklevel=3,
    )


def _warn_of_known_draws(entry: Entry, seed: int) -> None:
    warnings.warn(
        f"{entry.name}: whoever knows the seed knows what the layer draws, and takes "
        "it off. Deploy with `seed=None`, which draws a secret one. "
        f"Received: seed={seed}",
        stacklevel=3,
    )


def _reference(
    entry: Entry,
    model: keras.Model,
    reference: Any,
    x: Any,
    y: Any,
) -> tuple[tuple[Array, Array], InputForm]:
    batches = reference is not None and is_of_batches(reference)
    if not batches and (reference is None or len(reference) != 2):
        needs = "trained on" if entry.trains_on_reference else "fitted to"
        raise ValueError(
            f"`{entry.name}` ({entry.title}) is {needs} labelled examples that the "
            "model was not trained on: pass `reference=(x_reference, y_reference)`. "
            f"Received: reference={type(reference).__name__}"
        )
    graph.single_output(model)  # or raises, before it is asked
    inputs, classes = pair_of(reference, "`reference`")
    read = read_training_examples if entry.is_trained else read_model_examples
    table, labels, form = read(inputs, classes, "`reference`", "reference[1]", model)
    if x is not None:
        members, other = read_inputs(x, rows_of(x, y), "`x`", model=model)
        form, tables = in_one_form(
            [form, other], [table, members], ["`reference`", "`x`"]
        )
        table, members = tables
        check_no_member(table, members)
    return (table, labels), form
