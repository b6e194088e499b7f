"""Checks of the arrays that a caller hands to the attacks."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.labels import class_indices

# Half precision rounds each entry by up to 2**-11 of itself, so an honest float16 row
# can miss 1 by half of this.
ROW_SUM_TOLERANCE = 1e-3


def check_labels(
    labels: Array, examples: int, classes: int, name: str = "labels"
) -> Integers:
    """Returns the labels as an int64 vector of their own.

    Args:
        labels: As for `class_indices`.
        examples: Integer, the number of labels that the outputs call for.
        classes: Integer, the number of classes; labels lie in `0..classes - 1`.
        name: String, how a message names the argument.

    Raises:
        ValueError: As for `class_indices`, or if there are more or fewer.
    """
    numbers = class_indices(labels, classes, name=name)
    if numbers.size != examples:
        raise ValueError(
            f"`{name}` must hold one class index for each of the {examples} outputs. "
            f"Received: {name} of {numbers.size} examples"
        )
    return numbers


def check_outputs(
    outputs: Array, labels: Array, name: str, labels_name: str
) -> tuple[Array, Integers]:
    """Returns the answers of several targets and the labels, both checked.

    Args:
        outputs: Array `(R, N, C)`.
        labels: Array `(N,)`.
        name: String, how a message names `outputs`.
        labels_name: String, how a message names `labels`.

    Raises:
        ValueError: If the shapes or types are no good.
    """
    outputs = as_array(outputs, name)
    if outputs.ndim != 3 or outputs.dtype.kind not in "fiu":
        raise ValueError(
            f"`{name}` must be an array of floats (targets, examples, classes). "
            f"Received: {name}.shape={outputs.shape}, {name}.dtype={outputs.dtype}"
        )
    targets, examples, columns = outputs.shape
    if not (targets and examples and columns):
        raise ValueError(
            f"`{name}` must not be empty. Received: {name}.shape={outputs.shape}"
        )
    classes = max(columns, 2)
    return outputs, check_labels(labels, examples, classes, labels_name)


def check_output_block(
    block: Floats, first_row: int, from_logits: bool, name: str = "outputs"
) -> None:
    """Raises if a block of rows is not what `from_logits` says it is.

    Args:
        block: Float64 array `(rows, C)`; with `C = 1` one sigmoid unit.
        first_row: Integer, the number of the block's first row, for messages.
        from_logits: Boolean, whether the rows are logits.
        name: String, how a message names the argument.

    Raises:
        ValueError: If an entry is NaN or infinite, or if rows that should be
            probabilities are not.
    """
    if not np.isfinite(block).all():
        row = int(np.flatnonzero(~np.isfinite(block).all(axis=1))[0])
        raise ValueError(
            f"`{name}` must be finite. Received: row {first_row + row} is "
            f"{_shown(block[row])}. Look for a division by zero or an overflow in the "
            "model or in the defense."
        )
    if from_logits:
        return
    hint = "If these are logits, pass `from_logits=True`."
    outside = (block < 0) | (block > 1 + ROW_SUM_TOLERANCE)
    if outside.any():
        row = int(np.flatnonzero(outside.any(axis=1))[0])
        raise ValueError(
            f"`{name}` must be probabilities, between 0 and 1. Received: row "
            f"{first_row + row} is {_shown(block[row])}. {hint}"
        )
    if block.shape[1] == 1:
        return
    sums = block.sum(axis=1)
    wrong = np.abs(sums - 1) > ROW_SUM_TOLERANCE
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise ValueError(
            f"Each row of `{name}` must sum to 1 within {ROW_SUM_TOLERANCE}. Received: "
            f"row {first_row + row} sums to {sums[row]:.6g} ({int(wrong.sum())} such "
            f"rows in its block). {hint}"
        )


def check_both_sides(members: int, nonmembers: int) -> None:
    """Raises unless there are members and non-members."""
    if not members or not nonmembers:
        raise ValueError(
            "A membership attack is measured on members and on non-members; both "
            f"must be there. Received: {members} members, {nonmembers} non-members"
        )


def as_array(value: Any, name: str) -> Array:
    """Returns an array, as it is if it is one.

    Args:
        value: Array, or lists of numbers.
        name: String, how a message names the argument.

    Raises:
        ValueError: If lists are of different lengths.
    """
    try:
        return np.asanyarray(value)
    except ValueError as error:
        raise ValueError(
            f"`{name}` must be an array, or lists of one length that make one. "
            f"Received: {name} of {len(value)} parts that differ in shape"
        ) from error


def check_plan(plan: Array, name: str) -> Booleans:
    """Returns as booleans who is in whose training set.

    Args:
        plan: Array of booleans, or of 0 and 1.
        name: String, how a message names the argument.

    Raises:
        ValueError: If it holds anything else.
    """
    if plan.dtype.kind not in "biu" or not np.isin(plan, (0, 1)).all():
        raise ValueError(
            f"`{name}` must hold booleans: True where the example was in the "
            f"model's training set. Received: {name}.dtype={plan.dtype}"
        )
    return plan.astype(bool)


def check_membership(membership: Array, models: int, examples: int) -> Booleans:
    """Returns the membership plan as booleans, after checking that it is balanced.

    Args:
        membership: Array `(models, examples)` of booleans; rows `2j` and `2j + 1`
            are complements.
        models: Integer K.
        examples: Integer N.

    Raises:
        ValueError: If the shape or the type is wrong, K is odd or below 4, or two
            rows of a pair are not complementary.
    """
    plan = as_array(membership, "membership")
    if plan.shape != (models, examples):
        raise ValueError(
            "`membership` must have one row for each model and one column for each "
            f"example. Received: membership.shape={plan.shape}, but the outputs are of "
            f"{models} models on {examples} examples"
        )
    plan = check_plan(plan, "membership")
    if models < 4 or models % 2:
        raise ValueError(
            "The game needs an even number of models, at least 4 (two pairs), because "
            f"its unit is the complementary pair. Received: {models} models"
        )
    agree = plan[0::2] == plan[1::2]
    broken = np.flatnonzero(agree.any(axis=1))
    if broken.size:
        pair = int(broken[0])
        raise ValueError(
            "Models 2j and 2j + 1 must be trained on complementary halves, or scores "
            f"reveal the design instead of the model. Received: models {2 * pair} and "
            f"{2 * pair + 1} agree on {int(agree[pair].sum())} of {examples} examples"
        )
    for row in plan:
        check_both_sides(int(row.sum()), int((~row).sum()))
    return plan


def check_confidence(confidence: float) -> None:
    """Raises `ValueError` unless the confidence of intervals lies in (0, 1)."""
    if not 0 < confidence < 1:  # also rejects NaN
        hint = f", such as {confidence / 100:g}" if 1 < confidence < 100 else ""
        raise ValueError(
            f"`confidence` must be above 0 and below 1{hint}. "
            f"Received: confidence={confidence}"
        )


def check_names(
    names: str | Sequence[str], known: Iterable[str], what: str
) -> tuple[str, ...]:
    """Returns the names as a tuple, or raises with the list of known ones.

    Args:
        names: A sequence of strings, a single one, or `"all"`.
        known: Strings.
        what: String, the argument's name.

    Raises:
        ValueError: If a name is unknown, repeated, or none is given.
    """
    known = tuple(known)
    if names == "all":
        return known
    chosen = (names,) if isinstance(names, str) else tuple(names)
    unknown = [name for name in chosen if name not in known]
    if unknown or not chosen or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"`{what}` must be 'all' or distinct names out of {', '.join(known)}. "
            f"Received: {what}={chosen!r}"
        )
    return chosen


def _shown(row: Floats) -> str:
    head = ", ".join(f"{value:.4g}" for value in row[:4])
    return f"[{head}{', ...' if row.size > 4 else ''}]"
