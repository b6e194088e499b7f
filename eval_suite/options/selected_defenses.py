"""Which defenses of the catalog a run evaluates."""

from __future__ import annotations

from eval_suite.options.options import Options
from eval_suite.undefended import CONTROLS
from keras_entropy import catalog


def selected(names: str) -> list[str]:
    """Returns catalog names, in the catalog's order, each once.

    Args:
        names: Names or aliases separated by commas, or `"all"`, `"study"` (those of
            the reference study), `"untrained"` (those that a finished model takes),
            or `"none"`.

    Raises:
        ValueError: If a name is unknown or none is given.
    """
    if names == "none":
        return []
    if names == "all":
        return list(catalog.names())
    if names == "untrained":
        return [entry.name for entry in catalog.entries() if not entry.is_trained]
    if names == "study":
        return [entry.name for entry in catalog.entries() if entry.published]
    given = {
        catalog.get(name.strip()).name for name in names.split(",") if name.strip()
    }
    if not given:
        raise ValueError(
            "No defense named. Known: all, untrained, none, "
            f"{', '.join(catalog.names())}"
        )
    return [name for name in catalog.names() if name in given]


def evaluated(options: Options) -> list[str]:
    """Returns the catalog names of the defenses that a run evaluates.

    Beside those that are named, where a game is reported and one of them is trained,
    the undefended models that it is compared with.

    Args:
        options: Options of the run.

    Raises:
        ValueError: As for `selected`.
    """
    names = selected(options.defenses)
    compared = options.report and options.plays_game
    if compared and any(catalog.get(name).is_trained for name in names):
        names = [name for name in catalog.names() if name in {*names, *CONTROLS}]
    return names


def claiming(names: list[str], claim: str, value: bool = True) -> list[str]:
    """Returns the defenses that make a claim, or with `value=False` those that don't.

    Args:
        names: Names of defenses.
        claim: A field of `keras_entropy.Claims`, `"trained"`, `"reference"` (whether
            reference examples are needed) or `"private"` (whether the training is
            differentially private).
        value: Boolean. Defaults to `True`.
    """

    def holds(name: str) -> bool:
        entry = catalog.get(name)
        if claim == "trained":
            return entry.is_trained
        if claim == "reference":
            return entry.needs_reference
        if claim == "private":
            return entry.is_private
        return getattr(entry.claims, claim)

    return [name for name in names if holds(name) == value]
