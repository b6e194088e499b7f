"""The result of a search for a defense."""

from __future__ import annotations

import dataclasses
import math

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.search.candidates import NO_DEFENSE
from keras_entropy.search.choice import Estimate
from keras_entropy.search.choice import Often
from keras_entropy.shadow.resemblance import Resemblance

NOTHING = (
    "Nothing within the limits protects more than no defense, so the model stays as it "
    "is: allow more NLL, less accuracy or more time"
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
_OFTEN = {
    "no signal": (
        "Repeated questions are not shown to tell members of this model: AUC {base} "
        "without defense"
    ),
    "protected": (
        "{names} protects this model against repeated questions: AUC {left} of {base} "
        "without defense, less than half of what is above 0.5"
    ),
    "unprotected": (
        "Nothing protects this model against repeated questions: the best of what is "
        "within the limits, {names}, leaves AUC {left} of {base} without defense, at "
        "least half of what is above 0.5"
    ),
    "unclear": (
        "Whether anything protects this model against repeated questions is not clear "
        "from so few `models`: the best of what is within the limits, {names}, leaves "
        "AUC {left} of {base} without defense"
    ),
}
_RETRAIN = "no layer was better; `retrain=True` tries other trainings as well"


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the table, measured on the half that did not choose.

    Args:
        name: Layer and strength, or the catalog's name of a training.
        auc: AUC of the strongest attack; 0.5 is no signal.
        auc_low: Lower end of its 95 % interval, over the pairs that report.
        auc_high: Upper end.
        asked_once: The same of attacks of one question about each example.
        asked_often: The same of attacks of many questions, about neighbors of it;
            `None` where none were asked.
        accuracy: On examples that the models were not trained on.
        nll: Mean negative log-likelihood on them, in nats.
        ece: Expected calibration error on them.
        latency_ratio: Time of a call over that without defense, or `None` where it was
            not measured.
        auc_bound: What is proved of any attack's AUC on one member, or `None` where
            nothing is.
        retrained: Whether it is another training, and no layer.
        allowed: Whether it met the limits, on the half that chose.
        dominated: Whether another line is as good in all and better in something.
        behind: The model without defense, of other examples, that is more accurate and
            shown to leak less, or `None`.
    """

    name: str
    auc: float
    auc_low: float
    auc_high: float
    asked_once: float
    asked_often: float | None
    accuracy: float
    nll: float
    ece: float
    latency_ratio: float | None
    auc_bound: float | None
    retrained: bool
    allowed: bool
    dominated: bool
    behind: str | None


@dataclasses.dataclass(frozen=True)
class Recommendation:
    """The result of `recommend`.

    Args:
        model: The defended model, or the undefended probabilities where nothing meets
            the limits and protects more than no defense, or the models that were
            trained anew do not resemble it.
        name: The chosen layer and strength, or the chosen training, or `"no defense"`.
        layer: The layer that was put behind the model, or `None`.
        table: One row for no defense, then one for each model without defense of other
            examples, one for each layer, and with `retrain` one for each training.
        resemblance: How the models that were trained anew compare with the model.
        change: The chosen one's AUC minus that of no defense, on the half of the pairs
            that did not choose; `None` where nothing was chosen.
        often: What repeated questions leave of the best that is within the limits;
            `None` where none were asked, or nothing is.
        refused: For each training that can't be done with this model, why.
    """

    model: keras.Model
    name: str
    layer: Defense | None
    table: tuple[Row, ...]
    resemblance: Resemblance
    change: Estimate | None
    often: Often | None
    refused: dict[str, str]

    def __str__(self) -> str:
        """Returns the table as text."""
        alike = self.resemblance.resembles
        lines = [] if alike else [NOT_ALIKE.format(self.resemblance)]
        lines += self._lines()
        if alike:
            lines.append(f"Models trained anew: {self.resemblance}")
            lines.append(self._choice())
            if self.often is not None:
                lines.append(self._often(self.often))
        lines += [f"Not tried: {name}. {why}" for name, why in self.refused.items()]
        if all(row.asked_often is None for row in self.table):
            lines.append(ASKED_ONCE)
        return "\n".join(lines)

    def _lines(self) -> list[str]:
        width = max(len(row.name) for row in self.table)
        head = (
            f"{'AUC':>6s} {'interval':>14s} {'asked once':>10s} {'often':>6s} "
            f"{'proved':>7s} {'accuracy':>9s} {'NLL':>7s} {'ECE':>6s}"
        )
        lines = [f"  {'':{width}s} {head}"]
        for row in self.table:
            mark = ">" if row.name == self.name else " "
            often = "-" if row.asked_often is None else f"{row.asked_often:.3f}"
            lines.append(
                f"{mark} {row.name:{width}s} {row.auc:6.3f} "
                f"{_interval(row.auc_low, row.auc_high):>14s} {row.asked_once:10.3f} "
                f"{often:>6s} {_proved(row.auc_bound):>7s} {row.accuracy:9.4f} "
                f"{row.nll:7.3f} {row.ece:6.3f}{_notes(row)}"
            )
        return lines

    def _choice(self) -> str:
        if self.change is None:
            return NOTHING
        shown = "" if self.change.high < 0 else ", which is not shown to be a gain"
        return (
            f"Chosen: {self.name}. AUC {_signed(self.change.value)} "
            f"[{_signed(self.change.low)}, {_signed(self.change.high)}] against "
            f"{NO_DEFENSE}{shown}"
        )

    def _often(self, often: Often) -> str:
        text = _OFTEN[often.verdict].format(
            names=" or ".join(often.names),
            left=_told(often.left),
            base=_told(often.base),
        )
        alone = not any(row.retrained and row.allowed for row in self.table)
        if often.verdict == "unprotected" and alone:
            return f"{text}; {_RETRAIN}"
        return text


def _notes(row: Row) -> str:
    note = "  trained anew" if row.retrained else ""
    note += "" if row.allowed else "  beyond a limit"
    note += "  dominated" if row.dominated else ""
    return note if row.behind is None else f"{note}  behind {row.behind}"


def _told(found: Estimate) -> str:
    return f"{found.value:.3f} {_interval(found.low, found.high)}"


def _interval(low: float, high: float) -> str:
    return f"[{low:.3f}, {high:.3f}]"


def _signed(value: float) -> str:
    return f"{value:+.3f}"


def _proved(bound: float | None) -> str:
    """Returns a bound rounded up, for it is proved of no smaller number."""
    return "-" if bound is None else f"{math.ceil(1000 * bound - 1e-9) / 1000:.3f}"
