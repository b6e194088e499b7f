"""What models answer behind each defense, computed once and kept from run to run."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.defended_stacks import text_of
from keras_entropy.arrays import Array
from keras_entropy.catalog import Entry
from keras_entropy.shadow import Cache


class KeptOutputs:
    """Answers by the defense that the models are behind.

    Args:
        cache: Where they are kept.
        key: Function that returns all that the answers behind a defense depend on.
        predict: Function that returns these answers, of no defense with `None`.
    """

    def __init__(
        self,
        cache: Cache,
        key: Callable[[Entry | None], Mapping[str, Any]],
        predict: Callable[[Entry | None], Array],
    ) -> None:
        self._cache = cache
        self._key = key
        self._predict = predict
        self._found: dict[str, Array] = {}

    def behind(self, defense: str | Entry) -> Array:
        """Returns what is answered behind a defense.

        Args:
            defense: Its name, or `"base"` for none, or its entry.
        """
        entry = entry_of(defense)
        text = text_of(entry)
        if text not in self._found:

            def compute() -> dict[str, Array]:
                return {"outputs": self._predict(entry)}

            self._found[text] = self._cache.get(self._key(entry), compute)["outputs"]
        return self._found[text]
