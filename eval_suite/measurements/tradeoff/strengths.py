"""The defenses of the catalog, and each at further strengths, for the frontier."""

from __future__ import annotations

import dataclasses
import functools
from typing import Any
from typing import cast

from keras_entropy import Defense
from keras_entropy import catalog
from keras_entropy.search import candidates
from keras_entropy.training.from_scratch import FromScratch

# Defense, what is set, and its values beside the catalog's own and those that
# `keras_entropy.recommend` searches. A trained one costs as many new models as the
# game has, so these are few.
_GRID: tuple[tuple[str, str, tuple[Any, ...]], ...] = (
    ("M-5", "temperature", (1.0, 100.0)),
    ("M-17", "weight", (0.5,)),
    ("reverse-sigmoid", "magnitude", (0.3,)),
    ("label-only", "confidence", (0.9,)),
    ("ldl", "stddev", (0.1, 0.4)),
    ("hamp-ranks", "ranks", (1,)),
    ("gaussian-noise", "stddev", (0.05,)),
    ("laplace-noise", "scale", (0.03,)),
    ("label-smoothing", "label_smoothing", (0.03, 0.3)),
    ("smoothed-binned", "label_smoothing", (0.03, 0.1)),
    ("hamp-training", "label_entropy", (0.5, 0.8)),
    ("hamp", "label_entropy", (0.5, 0.8)),
    ("relax-loss", "level", (0.5,)),
    ("ccl", "alpha", (0.1,)),
    ("early-stopping", "share", (0.1, 0.4)),
    ("weight-decay", "strength", (5e-3,)),
    ("reference-start", "epochs", (1, 10)),
    ("disjoint-mean", "parts", (12,)),
    # Proves less: an AUC of at most .92, where the catalog's two prove .76 and .64.
    ("dp-sgd-reference", "noise_multiplier", (10.0,)),
    ("dp-sgd-reference-strict", "noise_multiplier", ()),
    ("dp-sgd", "noise_multiplier", (20.0,)),
)


def at(name: str, **settings: Any) -> catalog.Entry:
    """Returns a defense of the catalog with other settings, and named by all of them.

    Args:
        name: Name of a defense.
        **settings: Of the loss where the defense is one, else of the recipe where it
            has them, else of the layer. Those that are left out stay as they are in the
            catalog.
    """
    entry = catalog.get(name)
    loss = _loss_of(entry)
    if loss is not None:
        recipe = FromScratch(functools.partial(loss, **settings))
        entry = dataclasses.replace(entry, recipe=recipe)
    elif settings and all(hasattr(entry.recipe, setting) for setting in settings):
        changed = dataclasses.replace(cast(Any, entry.recipe), **settings)
        entry = dataclasses.replace(entry, recipe=changed)
    else:
        entry = dataclasses.replace(entry, config={**entry.config, **settings})
    return dataclasses.replace(entry, name=_full_name(entry))


def entries() -> list[catalog.Entry]:
    """Returns all that `candidates` doesn't have, in the catalog's order."""
    tried = (*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES)
    known = [_what(candidate.create()) for candidate in tried]
    found = []
    for name in catalog.names():
        further = [
            at(name, **{setting: value})
            for grid_name, setting, values in _GRID
            if grid_name == name
            for value in values
        ]
        found += [
            entry
            for entry in (at(name), *further)
            if entry.is_trained or _what(entry.create()) not in known
        ]
    return found


def _what(layer: Defense) -> tuple[type, dict[str, Any]]:
    config = layer.get_config()
    return type(layer), {key: config[key] for key in config if key != "name"}


def _loss_of(entry: catalog.Entry) -> functools.partial[Any] | None:
    """Returns the loss that a defense is, if it is one, and its settings."""
    loss = entry.recipe.loss if isinstance(entry.recipe, FromScratch) else None
    return loss if isinstance(loss, functools.partial) else None


def _full_name(entry: catalog.Entry) -> str:
    """Returns `Layer(setting=value)`, or the catalog's name of what is trained."""
    if not entry.is_trained:
        name, settings = entry.layer.__name__, entry.config
    elif isinstance(entry.recipe, FromScratch):
        loss = _loss_of(entry)
        name, settings = entry.name, entry.config if loss is None else loss.keywords
    else:
        varied = [setting for name, setting, _ in _GRID if name == entry.name]
        if not varied:  # such as a head, which has no strength
            return entry.name
        name = entry.name
        settings = {setting: getattr(entry.recipe, setting) for setting in varied}
    values = ", ".join(f"{key}={value}" for key, value in settings.items())
    return f"{name}({values})"
