"""The one table of defenses: name, layer, recipe, reference, published figures."""

from __future__ import annotations

import difflib

from keras_entropy.catalog.entry import Entry as Entry
from keras_entropy.catalog.entry import Published as Published
from keras_entropy.catalog.output_defenses import OUTPUT_DEFENSES
from keras_entropy.catalog.private_defenses import PRIVATE_DEFENSES
from keras_entropy.catalog.published_defenses import PUBLISHED_DEFENSES
from keras_entropy.catalog.reference_defenses import REFERENCE_DEFENSES
from keras_entropy.catalog.study_defenses import PUBLISHED_BASE as PUBLISHED_BASE
from keras_entropy.catalog.study_defenses import STUDY_DEFENSES
from keras_entropy.catalog.training_defenses import TRAINING_DEFENSES
from keras_entropy.layers.defense import Claims as Claims
from keras_entropy.layers.softening.temperature_scaling import TemperatureScaling

_TABLE = (
    *STUDY_DEFENSES,
    Entry(
        name="temperature",
        alias="temperature-scaling",
        title="Temperature scaling",
        family="output-transform",
        layer=TemperatureScaling,
        config={"temperature": 4.0},
        recipe=None,
        reference="Guo et al., 2017, arXiv:1706.04599",
    ),
    *OUTPUT_DEFENSES,
    *TRAINING_DEFENSES,
    *PUBLISHED_DEFENSES,
    *REFERENCE_DEFENSES,
    *PRIVATE_DEFENSES,
)


def entries() -> tuple[Entry, ...]:
    """Returns all defenses, in the order of the table."""
    return _TABLE


def names() -> tuple[str, ...]:
    """Returns the short names of all defenses, in the order of the table."""
    return tuple(entry.name for entry in _TABLE)


def get(name: str) -> Entry:
    """Returns the entry with a short name or alias, in any case.

    Raises:
        ValueError: If there is none; the message lists the known names.
    """
    for entry in _TABLE:
        if name.lower() in (entry.name.lower(), entry.alias):
            return entry
    known = [word for entry in _TABLE for word in (entry.name, entry.alias)]
    near = difflib.get_close_matches(name.lower(), [word.lower() for word in known])
    hint = f" Did you mean {near[0]!r}?" if near else ""
    listing = ", ".join(f"{entry.name} ({entry.alias})" for entry in _TABLE)
    raise ValueError(f"Unknown defense {name!r}.{hint} Known: {listing}")
