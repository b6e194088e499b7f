"""A membership audit at the end of epochs, while a model is trained."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.audits.fpr_levels import needed_nonmembers
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.slices import ENTIRE
from keras_entropy.attacks.audits.slices import partitions
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics.roc import descending
from keras_entropy.examples.input_form import in_one_form
from keras_entropy.examples.pairs import Examples
from keras_entropy.examples.pairs import read_examples
from keras_entropy.models.no_gradients import call_without_gradients
from keras_entropy.numerics.equal_rows import BEYOND_REPEATS
from keras_entropy.numerics.equal_rows import find_equal_rows

KEYS = ("mia_auc", "mia_auc_low", "mia_auc_high", "mia_tpr")

_BATCH = 1024
_FEWEST = 2


class MembershipAudit(keras.callbacks.Callback):
    """Tells members from non-members by the model's loss, at the end of epochs.

    Adds to the logs of every epoch

    * `mia_auc`: AUC of the attack; 0.5 is guessing;
    * `mia_auc_low` and `mia_auc_high`: the ends of its 95 % interval, of one epoch by
      itself;
    * `mia_tpr`: the share of members that are found at a false positive rate of `fpr`.

    Put it before the callbacks that read the logs: Keras calls them in the order of the
    list, and those before it don't see its keys. `History` always does. An epoch that
    is not audited repeats the figures of the last one that was, so that the keys, and
    the columns of `CSVLogger`, are there in every epoch; the first epoch and the last
    one planned are audited whatever `every` says. Patience counts epochs, not audits.

    The attack is fixed beforehand, as the strongest of several would be flattered by
    the choice, and each epoch would choose anew: a threshold on the loss, by which the
    model is trained and which asks once about each example. The AUC is thus no upper
    bound: `audit_outputs` and `pytest eval_suite --model` try stronger attacks on the
    finished model. An AUC
    that rises from epoch to epoch is what overfitting does, so the lowest is usually
    that of the first epochs: monitor it with patience, or beside an accuracy.

    The model is asked as it is at inference, about the same examples each time.
    Training itself is not changed.

    Reference: Yeom et al., "Privacy Risk in Machine Learning", CSF 2018,
    arXiv:1709.01604.

    Example:

    >>> audit = keras_entropy.callbacks.MembershipAudit(
    ...     (x_train, y_train), (x_test, y_test)
    ... )
    >>> stop = keras.callbacks.EarlyStopping(monitor="mia_auc", mode="min", patience=5)
    >>> model.fit(x_train, y_train, epochs=50, callbacks=[audit, stop])

    Args:
        members: Inputs `(n, ...)` that the model is trained on, and their labels: class
            numbers or one-hot rows. As `keras_entropy/examples/README.md` says: a dict
            or list of inputs, strings, a `tf.data.Dataset` and others are read as well.
        nonmembers: Inputs and labels of the same kind that it is not trained on.
        every: Integer, epochs from one audit to the next. Defaults to `1`.
        fpr: Float in (0, 1), the false positive rate of `mia_tpr`. Defaults to `0.01`,
            for which 1,000 non-members are needed.
        examples: Integer, at most so many members and so many non-members are asked
            about, drawn once. Defaults to `1000`.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        seed: Integer, of the draw. Defaults to `0`.

    Raises:
        ValueError: If one side holds copies of the other's examples or fewer than 2, a
            label is no class, there are too few non-members for `fpr`, or an argument
            is out of its range. As soon as it is known: if the model has other inputs
            or classes.
        TypeError: If a side is no pair of inputs and labels, and no batches of them.
    """

    def __init__(
        self,
        members: Any,
        nonmembers: Any,
        every: int = 1,
        *,
        fpr: float = 0.01,
        examples: int = 1000,
        from_logits: bool = False,
        seed: int = 0,
    ) -> None:
        super().__init__()
        for name, value, least in (
            ("every", every, 1),
            ("examples", examples, _FEWEST),
        ):
            whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
            if not whole or value < least:
                raise ValueError(
                    f"`{name}` must be an integer of at least {least}. "
                    f"Received: {name}={value!r}"
                )
        if not isinstance(fpr, float) or not 0 < fpr < 1:
            raise ValueError(
                "`fpr` must be a false positive rate in (0, 1), such as 0.05 for 5 %. "
                f"Received: fpr={fpr!r}"
            )
        inside = _examples("members", members)
        outside = _examples("nonmembers", nonmembers)
        names = "`members`", "`nonmembers`"
        if not (inside.form.parts or outside.form.parts):
            _check_shapes(inside.x, outside.x)
        self._form, tables = in_one_form(
            (inside.form, outside.form), (inside.x, outside.x), names
        )
        sides = (tables[0], inside.y), (tables[1], outside.y)
        _check_apart(*sides)
        self._members, self._nonmembers = (
            _sample(side, examples, seed) for side in sides
        )
        needed = needed_nonmembers(fpr)
        found = len(self._nonmembers[1])
        if found < needed:
            raise ValueError(
                f"`fpr={fpr}` needs {needed:,} non-members, and as many `examples`: "
                f"give more, or a larger rate{_carried(found)}. Received: "
                f"{len(sides[1][1]):,} non-members, examples={examples}"
            )
        self._every = int(every)
        self._fpr = fpr
        self._from_logits = from_logits
        self._last: dict[str, float] = {}

    def on_train_begin(self, logs: Any = None) -> None:
        """Asks the model about one example, so that what doesn't fit is said now."""
        self._last = {}
        if not self.model.built:  # a subclassed model, before its first batch
            return
        expected = getattr(self.model, "inputs", None)
        given = self._members[0].shape[1:]
        plain = not self._form.parts and self._members[0].dtype != object
        if (
            plain
            and expected is not None
            and (len(expected) != 1 or not _fits(expected[0].shape[1:], given))
        ):
            raise ValueError(
                "`members` must hold inputs as the model takes them: "
                f"{[tuple(tensor.shape[1:]) for tensor in expected]}. "
                f"Received: inputs of shape {given}"
            )
        self._check_classes(self._answers(self._members[0][:1]))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the figures to the logs."""
        last = (self.params or {}).get("epochs")
        if not self._last or epoch % self._every == 0 or epoch + 1 == last:
            self._last = self._audit()
        if logs is not None:
            logs.update(self._last)

    def _audit(self) -> dict[str, float]:
        members, nonmembers = (
            self._answers(x) for x, _ in (self._members, self._nonmembers)
        )
        self._check_classes(members)
        signals = compute_signals(
            np.concatenate([members, nonmembers])[None],
            np.concatenate([self._members[1], self._nonmembers[1]]),
            from_logits=self._from_logits,
            name="model outputs",
        )
        scores = Scores(-signals.loss)
        # Not by `audit_outputs`, which tells more than is logged, and takes longer.
        measured = Measurement(
            scores,
            (np.arange(signals.loss.shape[1]) < len(members))[None],
            partitions([ENTIRE], signals)[0],
            descending(scores.values.reshape(-1)),
        )
        estimate = measured.estimate(0)
        tpr, _ = measured.rates(self._fpr)
        figures = (estimate.value, *estimate.interval(), tpr[0, 0])
        return dict(zip(KEYS, map(float, figures), strict=True))

    def _answers(self, x: Array) -> Floats:
        # Not by `predict`: setting it up takes longer than a small model's answers.
        parts = [
            call_without_gradients(
                self.model, self._form.inputs(x[start : start + _BATCH])
            )
            for start in range(0, len(x), _BATCH)
        ]
        return np.concatenate(parts)

    def _check_classes(self, answers: Floats) -> None:
        if answers.ndim != 2:
            raise ValueError(
                "The model must answer with one row of classes for each example. "
                f"Received: answers of shape {answers.shape}"
            )
        classes = max(2, answers.shape[1])
        for name, (_, y) in zip(
            ("members", "nonmembers"), (self._members, self._nonmembers), strict=True
        ):
            if y.max() >= classes:
                raise ValueError(
                    f"The model has {classes} classes, so labels must be 0 to "
                    f"{classes - 1}. Received: `{name}` with label {y.max()}"
                )


def _examples(name: str, given: Any) -> Examples:
    examples = read_examples(given, f"`{name}`")
    if len(examples.y) < _FEWEST:
        raise ValueError(
            f"`{name}` must hold at least {_FEWEST} examples. "
            f"Received: {len(examples.y)}"
        )
    return examples


def _check_shapes(x: Array, others: Array) -> None:
    if x.shape[1:] != others.shape[1:]:
        raise ValueError(
            "`members` and `nonmembers` must have inputs of one shape. "
            f"Received: {x.shape[1:]} and {others.shape[1:]}"
        )


def _check_apart(
    members: tuple[Array, Integers], nonmembers: tuple[Array, Integers]
) -> None:
    (x, y), (others, theirs) = members, nonmembers
    found = find_equal_rows(x, others, (y, theirs))
    if found.is_copied:
        raise ValueError(
            "`members` and `nonmembers` must not overlap: "
            f"{found.told('members', 'non-members')}, {BEYOND_REPEATS}. Take the "
            "copies out of one of them"
        )


def _sample(
    side: tuple[Array, Integers], examples: int, seed: int
) -> tuple[Array, Integers]:
    x, y = side
    if len(x) <= examples:
        return x, y
    rows = np.sort(np.random.default_rng(seed).choice(len(x), examples, replace=False))
    return x[rows], y[rows]


def _fits(expected: tuple[int | None, ...], given: tuple[int, ...]) -> bool:
    return len(expected) == len(given) and all(
        size in (None, length) for size, length in zip(expected, given, strict=True)
    )


def _carried(nonmembers: int) -> str:
    """Returns, for a message, a false positive rate that so many non-members carry."""
    rates = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    carried = [rate for rate in rates if needed_nonmembers(rate) <= nonmembers]
    return f", such as fpr={carried[0]}" if carried else ""
