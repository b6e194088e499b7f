"""The parts of the data that attacks are measured on."""

from __future__ import annotations

from keras_entropy.attacks import NotMeasured
from keras_entropy.attacks.audits.worst_off import WORST_OFF

# Of more classes none is looked at by itself: each would have few examples.
MAX_CLASSES = 20


def slices(classes: int, *, pairs: bool = False) -> tuple[str, ...]:
    """Returns the kinds of slices.

    Args:
        classes: Integer, classes of the data.
        pairs: Whether models are in pairs, of which others tell who is worst off.
            Defaults to `False`.
    """
    by_class = ("class",) if classes <= MAX_CLASSES else ()
    exposed = (WORST_OFF,) if pairs else ()
    return "entire", "correctness", *by_class, *exposed


def slices_left_out(classes: int) -> list[NotMeasured]:
    """Returns the slices that are not measured because there are too many classes."""
    if "class" in slices(classes):
        return []
    reason = f"{classes} classes; up to {MAX_CLASSES} are looked at one by one"
    return [NotMeasured("slices by class", reason)]
