"""The order of the checks of a run."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from eval_suite.undefended import BASE

_CHECK = "test_answers_are_probabilities"


def put_first(items: list[pytest.Item], names: Sequence[str]) -> None:
    """Moves the checks that ask the first defenses to the front of their file.

    Args:
        items: The checks of a run, reordered in place.
        names: What `first_names` returned.
    """
    first = (BASE, *names)
    places = [i for i, item in enumerate(items) if _CHECK in item.name]
    asking = [items[i] for i in places]
    asking.sort(key=lambda item: _target(item) not in first)
    for place, item in zip(places, asking, strict=True):
        items[place] = item


def _target(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return "" if callspec is None else str(callspec.params.get("target", ""))
