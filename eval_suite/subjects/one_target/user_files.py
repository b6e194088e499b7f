"""The files of a user's model and its examples, and whether they fit each other."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import keras

import keras_entropy
from eval_suite.datasets.datasets import REFERENCE_SHARE
from eval_suite.datasets.datasets import Dataset
from eval_suite.datasets.example_files import dataset_of
from keras_entropy.arrays import Array
from keras_entropy.examples.fit_of_inputs import check_fit
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import in_one_form
from keras_entropy.named_objects import named_module
from keras_entropy.named_objects import own_objects
from keras_entropy.numerics.equal_rows import BEYOND_REPEATS
from keras_entropy.numerics.equal_rows import find_equal_rows
from keras_entropy.numerics.finite_rows import not_finite

if TYPE_CHECKING:
    from eval_suite.options.options import GivenModel

# Two to score, and one to set aside.
_FEWEST_NONMEMBERS = 3
_FEWEST_MEMBERS = 2


def is_random_by_design(model: keras.Model) -> bool:
    """Whether a defense in the model says that it is random."""
    return any(
        isinstance(layer, keras_entropy.Defense) and not layer.claims.deterministic
        for layer in model.layers
    )


def load_model(
    path: GivenModel,
    *,
    compiled: bool,
    imports: Sequence[str] = (),
    option: str = "--model",
) -> keras.Model:
    """Reads a model, or raises `ValueError` that says why it can't be.

    Args:
        path: File, or the model itself, which is returned as it is.
        compiled: Boolean, whether its compile configuration is needed too.
        imports: Modules that define layers and losses of the user's own.
        option: The option that names it, for messages. Defaults to `"--model"`.
    """
    if isinstance(path, keras.Model):
        return path
    if not path.exists():
        raise ValueError(f"{option} {path}: no such file")
    own: dict[str, Any] = {}
    for name in imports:
        try:
            own |= own_objects(named_module(name))
        except ValueError as error:
            raise ValueError(f"--import {name}: {error}") from error
    try:
        return keras.models.load_model(path, own, compile=compiled)
    except Exception as error:  # Keras raises many kinds for a foreign file
        reason = str(error).strip().splitlines()[0][:300]
        raise ValueError(
            f"{option} {path}: not a Keras model that can be loaded ({reason}). "
            "Expected a .keras file written by `model.save`; modules that define "
            "layers and losses of your own in it are given by `--import MODULE`"
        ) from error


def in_form_of(first: Dataset, *others: Dataset) -> list[Dataset]:
    """Returns sets of examples with their inputs in tables of one form.

    Raises:
        ValueError: If they are of different structure, shape or kind.
    """
    sets = [first, *others]
    form, tables = in_one_form(
        [examples.form or InputForm() for examples in sets],
        [examples.x for examples in sets],
        [examples.name for examples in sets],
    )
    return [
        dataclasses.replace(examples, x=x, form=form)
        for examples, x in zip(sets, tables, strict=True)
    ]


def check_sets(model: keras.Model, members: Dataset, nonmembers: Dataset) -> None:
    """Raises `ValueError` if examples don't fit a model or each other."""
    named = {*members.class_names}, {*nonmembers.class_names}
    if all(named) and named[0] != named[1]:
        raise ValueError(
            "Members and non-members must have folders of the same classes, by whose "
            "order labels are told. On one side only: "
            f"{', '.join(sorted(named[0] ^ named[1]))}"
        )
    if members.x.shape[1:] != nonmembers.x.shape[1:]:
        raise ValueError(
            "Members and non-members must have examples of one shape. Received: "
            f"members {members.x.shape[1:]}, non-members {nonmembers.x.shape[1:]}"
        )
    if len(members.x) < _FEWEST_MEMBERS:
        raise ValueError(
            f"At least {_FEWEST_MEMBERS} members are needed, one for each half of the "
            f"data. Received: {len(members.x)}"
        )
    if len(nonmembers.x) < _FEWEST_NONMEMBERS:
        raise ValueError(
            f"At least {_FEWEST_NONMEMBERS} non-members are needed: "
            f"{REFERENCE_SHARE:.0%} of them, and what is left over from an even "
            "number, are set aside for the defenses that are fitted, and never scored. "
            f"Received: {len(nonmembers.x)}"
        )
    check_fit(model, members.x, members.form or InputForm())
    answers = model.outputs[0].shape
    if len(answers) != 2:
        raise ValueError(
            "A model that is evaluated answers with one row of probabilities, (N, C). "
            f"Received: answers of shape {tuple(answers)}, such as one for each step. "
            "Audit them by `keras_entropy.attacks.audit_outputs` on `model.predict`: "
            "it takes (N, steps, C), and scores the sequence"
        )
    classes = answers[-1]
    for side, examples in (("members", members), ("non-members", nonmembers)):
        if examples.y.max() >= classes:
            raise ValueError(
                f"The model has {classes} classes, so labels must be 0 to "
                f"{classes - 1}. Received: {side} with label {examples.y.max()}"
            )


def check_answers_to_gaps(answers: Array) -> None:
    """Raises `ValueError` if a model does not take inputs that hold NaN."""
    wrong = not_finite(answers)
    if wrong is not None:
        raise ValueError(
            "The inputs hold NaN, and the model answers NaN: it takes none. Fill what "
            f"is missing, or take the examples out. Received: answers with {wrong}"
        )


def check_copies(members: Dataset, nonmembers: Dataset) -> None:
    """Raises `ValueError` if one set holds copies of the other's examples."""
    found = find_equal_rows(members.x, nonmembers.x, (members.y, nonmembers.y))
    if found.is_copied:
        raise ValueError(
            "Members and non-members must not overlap: "
            f"{found.told('members', 'non-members')}, {BEYOND_REPEATS}. Else take the "
            "copies out of one of the sides, or every attack is measured on a lie"
        )


def pool_of(
    population: Any, shadow_data: Any, model: keras.Model
) -> tuple[Dataset, bool]:
    """Returns what shadow models are trained on, and whether it is of another law.

    Args:
        population: Examples, or `None`: then there are the others.
        shadow_data: Examples of another distribution.
        model: Takes them.
    """
    if population is not None:
        return dataset_of(population, "population", model), False
    return dataset_of(shadow_data, "shadow-data", model), True


def check_pool(
    model: keras.Model, pool: Dataset, others: Mapping[str, Dataset], option: str
) -> None:
    """Raises `ValueError` if a pool doesn't fit a model, or has others' examples."""
    for name, examples in others.items():
        if pool.x.shape[1:] != examples.x.shape[1:]:
            raise ValueError(
                f"{option} must have examples of the shape of {name}. Received: "
                f"{pool.x.shape[1:]} and {examples.x.shape[1:]}"
            )
        found = find_equal_rows(examples.x, pool.x, (examples.y, pool.y))
        if found.is_copied:
            told = found.told(f"{name} examples", f"examples of {option}")
            raise ValueError(
                f"{option} must not overlap the {name}: {told}, {BEYOND_REPEATS}. "
                "Else take them out there"
            )
    classes = max(2, model.outputs[0].shape[-1])
    if pool.y.max() >= classes:
        raise ValueError(
            f"The model has {classes} classes, so labels must be 0 to {classes - 1}. "
            f"Received: {option} with label {pool.y.max()}"
        )
