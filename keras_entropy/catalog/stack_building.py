"""Defends K models by an entry of the table, trained or fitted where it needs to be."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import keras

from keras_entropy.arrays import Array
from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.models.defending import defend
from keras_entropy.models.defending import probabilities_of
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import initialize
from keras_entropy.training.recipe import Progress
from keras_entropy.training.recipe import TrainingData
from keras_entropy.training.reference_fitting import fit_to_stack

# Opens a progress bar: number of models' epochs in, a function that advances it out.
Bar = Callable[[int], contextlib.AbstractContextManager[Progress | None]]


def no_bar(total: int) -> contextlib.AbstractContextManager[None]:
    """Shows nothing."""
    return contextlib.nullcontext()


def defend_stack(
    entry: Entry,
    model: keras.Model,
    stack: Stack,
    data: TrainingData,
    reference: tuple[Array, Array] | None = None,
    *,
    from_logits: bool = False,
    layer_seed: int | None = None,
    fit_seed: int = 0,
    as_published: bool = False,
    bar: Bar = no_bar,
) -> tuple[keras.Model, Stack]:
    """Returns K models behind a defense, each trained or fitted on its own.

    Args:
        entry: The defense.
        model: The undefended model.
        stack: The weights of the K undefended models.
        data: What they were trained on; the defense is trained on it too.
        reference: Inputs and class indices that no model was trained on. Only for
            defenses that are fitted to reference examples. Defaults to `None`.
        from_logits: Boolean, whether `model` ends in logits. Defaults to `False`.
        layer_seed: Integer or `None`: what a random layer is made with. It draws by
            `data.seeds`, and by whether there is a seed here. Defaults to `None`.
        fit_seed: Integer, for a layer that asks random questions to be fitted.
            Defaults to `0`.
        as_published: Boolean, see `Entry.training_recipe`. Defaults to `False`.
        bar: Opens a progress bar, where anything is trained. Defaults to none.

    Returns:
        The defended model, whose live weights mean nothing, and the weights of the K
        defended models.

    Raises:
        ValueError: If the model can't be defended, or `reference` is needed and
            missing.
    """
    for stage in entry.stages:
        layer = stage.create(seed=layer_seed)
        recipe = stage.training_recipe(as_published=as_published)
        if isinstance(layer, FittedDefense):
            if reference is None:
                raise ValueError(
                    f"`{entry.name}` ({entry.title}) is fitted to examples that no "
                    "model was trained on. Received: reference=NoneType"
                )
            model, stack = fit_to_stack(
                layer,
                probabilities_of(model, from_logits=from_logits),
                stack,
                *reference,
                members=(data.x, data.rows),
                answers=honest_answers(stage, model, data, bar),
                seed=fit_seed,
            )
        elif recipe is not None:
            with bar(recipe.model_epochs(data)) as progress:
                model, stack = recipe(
                    layer,
                    model,
                    stack,
                    data,
                    from_logits=from_logits,
                    progress=progress,
                )
        else:
            model = defend(model, layer, from_logits=from_logits)
            # A random layer has states of its own, one for each model.
            stack = stack.transfer(model, initialize(model, data.seeds))
        from_logits = False  # A defended model ends in probabilities.
    return model, stack


def honest_answers(
    stage: Entry, model: keras.Model, data: TrainingData, bar: Bar
) -> Array | None:
    """Returns others' answers about the reference, where the model was trained on it.

    Args:
        stage: The stage that is fitted.
        model: Ends in probabilities, as whatever was trained does.
        data: Holds the reference.
        bar: Opens a progress bar.
    """
    if stage.cross_fitting is None:
        return None
    with bar(stage.cross_fitting.model_epochs(data)) as progress:
        return stage.cross_fitting.answers(model, data, progress=progress)
