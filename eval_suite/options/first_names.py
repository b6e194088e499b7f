"""Which defenses a run asks first, for its first table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keras_entropy.catalog import Entry

# Of each kind the one that says most about it, where it is selected.
_TELLING = ("label-only", "binned-1", "M-9", "relax-loss", "reference-start")
# With fewer defenses the final table is there soon enough.
_FEWEST = 10


def _kind(entry: Entry) -> str:
    if entry.trains_on_reference:
        return "trained on the reference"
    if entry.is_trained:
        return entry.family
    return "fitted" if entry.is_fitted else entry.family


def first_names(names: Sequence[str]) -> list[str]:
    """Returns one defense of each kind, in the order given; of few defenses none.

    Args:
        names: Names of the selected defenses.
    """
    if len(names) < _FEWEST:
        return []
    from keras_entropy import catalog

    found: dict[str, str] = {}
    for name in names:
        entry = catalog.get(name)
        if entry.family == "none":
            continue
        kind = _kind(entry)
        if kind not in found or name in _TELLING:
            found[kind] = name
    return [name for name in names if name in found.values()]
