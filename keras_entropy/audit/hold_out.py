"""Fair coins decide which records a model is trained on, so that it can be audited.

Members and non-members are then of one distribution by construction, and each record
is a repetition of an experiment on the training algorithm: that is what a bound on its
epsilon from one training rests on (Steinke, Nasr and Jagielski, NeurIPS 2023,
arXiv:2305.08846).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.audit.plan import HeldOutPlan
from keras_entropy.audit.plan import read
from keras_entropy.examples import named_inputs
from keras_entropy.labels import class_indices

FEWEST_RECORDS = 50
# Another stream than `default_rng(seed)`, by which a caller may have drawn the data:
# the coins must have nothing to do with these.
_STREAM = (0x686F6C64,)


def hold_out(
    x: Any,
    y: Any = None,
    *,
    records: int = 1000,
    mislabelled: int = 0,
    seed: int | None = None,
) -> tuple[Any, Array, HeldOutPlan]:
    """Holds about half of some records out of a training set, by fair coins.

    All other examples stay in it. Train the model on what is returned, by whatever
    pipeline, and on none of the records that were held out: not by early stopping on
    them either, and not by pretraining. If it was trained on them nonetheless, which no
    audit can see, members and non-members look alike, and every figure of the audit is
    too low: an AUC near 0.5, a bound on epsilon near 0.

    A mislabelled record is one that training can only learn by heart, so it shows most
    of what an algorithm gives away of a record. A bound from such records holds for the
    algorithm's epsilon, which is a promise to every record that there could be. It says
    nothing of how much of an ordinary record shows, and half of them are in the
    training set, which costs some accuracy.

    Args:
        x: Array `(N, ...)` of numbers or strings, the inputs of all examples; for a
            model with several inputs a dict, list or tuple of them, with a row each for
            every example. Or whatever else an audit takes as inputs, a pandas table or
            batches of inputs and labels (`keras_entropy/examples/README.md`), but
            ragged rows. NaN is taken as a value that is missing, if the model takes it.
        y: Class indices `(N,)` or `(N, 1)`, or one-hot rows. `None` if `x` has both.
        records: Integer from 50 to N, how many examples a coin decides on; drawn from
            all. The bound on epsilon can't exceed about the logarithm of a quarter of
            it. Defaults to 1000.
        mislabelled: Integer from 0 to `records`, how many of them get a label that is
            wrong, drawn evenly among the others, in the training set as in the audit.
            Defaults to 0.
        seed: Integer, of the choice, the coins and the wrong labels, or `None` for
            fresh ones. Who knows it, and the data, knows the coins. Defaults to `None`.

    Returns:
        `(x_train, y_train, plan)`: the examples that are left, in their order, as
        NumPy arrays, inputs in the structure of `x` and labels in the form of `y`; and
        the `HeldOutPlan`, to be saved for the audit.

    Raises:
        TypeError: If the inputs or labels are nothing of this kind.
        ValueError: If the shapes disagree, an input is infinite or ragged, a label is
            no class, or `records` or `mislabelled` is out of its range.

    Example:

        >>> x, y = np.random.default_rng(0).normal(size=(200, 5)), np.arange(200) % 4
        >>> x_train, y_train, plan = hold_out(x, y, records=100, seed=1)
        >>> len(x_train) + len(plan.nonmembers[0])
        200
        >>> len(plan.members[0]) + len(plan.nonmembers[0])
        100
    """
    x, y = read(x, y, "hold_out")
    labels = class_indices(y)
    _check_number("records", records, FEWEST_RECORDS, len(y), "the number of examples")
    _check_number("mislabelled", mislabelled, 0, records, "the number of records")
    classes = np.unique(labels)
    if mislabelled and len(classes) < 2:
        raise ValueError(
            "`mislabelled` needs a second class to take a wrong label from. Received: "
            f"mislabelled={mislabelled}, all of `y` is {classes[0]}"
        )
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=_STREAM))
    rows = np.sort(rng.permutation(len(y))[:records])
    wrong = np.zeros(records, bool)
    wrong[rng.permutation(records)[:mislabelled]] = True
    plan = HeldOutPlan(
        x=named_inputs.rows(x, rows),
        y=np.where(wrong, _others(labels[rows], classes, rng), labels[rows]),
        given=labels[rows],
        member=rng.integers(2, size=records).astype(bool),
        mislabelled=wrong,
        rows=rows,
        examples=len(y),
    )
    return *plan.training_set(x, y), plan


def _others(labels: Integers, classes: Integers, rng: np.random.Generator) -> Integers:
    """Returns for each label another class, drawn evenly."""
    if len(classes) < 2:
        return labels
    step = rng.integers(1, len(classes), size=len(labels))
    found: Integers = classes[(np.searchsorted(classes, labels) + step) % len(classes)]
    return found


def _check_number(name: str, value: int, least: int, most: int, what: str) -> None:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not least <= value <= most:
        raise ValueError(
            f"`{name}` must be an integer from {least} to {most}, {what}. "
            f"Received: {name}={value!r}"
        )
