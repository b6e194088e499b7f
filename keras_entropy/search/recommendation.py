"""The result of a search for an output defense."""

from __future__ import annotations

import dataclasses

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.shadow.resemblance import Resemblance

NOTHING = (
    "No layer within the limits protects more than none, so the model stays as it is: "
    "allow more NLL, less accuracy or more time"
)
NOT_ALIKE = (
    "Nothing is recommended, and the table says nothing of this model, as the models "
    "trained anew do not resemble it: {}. Give `epochs`, `batch_size` and "
    "`learning_rate` as it was trained, and all of its `members`"
)
ASKED_ONCE = (
    "No neighbors of the examples were asked about: an attacker who asks many "
    "questions may tell members better than any line says"
)


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table, measured on the half that did not choose.

    Args:
        name: Layer and strength.
        auc: AUC of the strongest attack; 0.5 is no signal.
        asked_once: The same of attacks of one question about each example.
        asked_often: The same of attacks of many questions, about neighbors of it;
            `None` where none were asked.
        accuracy: On examples that the models were not trained on.
        nll: Mean negative log-likelihood on them, in nats.
        ece: Expected calibration error on them.
        latency_ratio: Time of a call over that without defense, or `None` where it was
            not measured.
        allowed: Whether it met the limits, on the half that chose.
        dominated: Whether another line is as good in all and better in something.
    """

    name: str
    auc: float
    asked_once: float
    asked_often: float | None
    accuracy: float
    nll: float
    ece: float
    latency_ratio: float | None
    allowed: bool
    dominated: bool


@dataclasses.dataclass(frozen=True)
class Recommendation:
    """The result of `recommend`.

    Args:
        model: The defended model, or the undefended probabilities where no candidate
            meets the limits and protects more than none, or the models that were
            trained anew do not resemble it.
        name: The chosen layer and strength, or `"no defense"`.
        layer: The layer within `model`, or `None`.
        table: One row for each candidate, the undefended model first.
        resemblance: How the models that were trained anew compare with the model.
    """

    model: keras.Model
    name: str
    layer: Defense | None
    table: tuple[Row, ...]
    resemblance: Resemblance

    def __str__(self) -> str:
        """Returns the table as text."""
        width = max(len(row.name) for row in self.table)
        head = (
            f"{'AUC':>6s} {'asked once':>10s} {'often':>6s} {'accuracy':>9s} "
            f"{'NLL':>7s} {'ECE':>6s}"
        )
        alike = self.resemblance.resembles
        lines = [] if alike else [NOT_ALIKE.format(self.resemblance)]
        lines.append(f"  {'':{width}s} {head}")
        for row in self.table:
            mark = ">" if row.name == self.name else " "
            note = "" if row.allowed else "  beyond a limit"
            note += "  dominated" if row.dominated else ""
            often = "-" if row.asked_often is None else f"{row.asked_often:.3f}"
            lines.append(
                f"{mark} {row.name:{width}s} {row.auc:6.3f} {row.asked_once:10.3f} "
                f"{often:>6s} {row.accuracy:9.4f} {row.nll:7.3f} {row.ece:6.3f}{note}"
            )
        if alike:
            lines.append(f"Models trained anew: {self.resemblance}")
        if alike and self.layer is None:
            lines.append(NOTHING)
        if all(row.asked_often is None for row in self.table):
            lines.append(ASKED_ONCE)
        return "\n".join(lines)
