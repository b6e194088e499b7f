"""What models answer to neighbors of the examples behind each defense."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

import keras_entropy.attacks
from eval_suite.source_digest import source_digest
from eval_suite.subjects.defended_stacks import entry_of
from eval_suite.subjects.defended_stacks import text_of
from eval_suite.subjects.questions import Questions
from eval_suite.subjects.questions import keeps_label
from eval_suite.subjects.subject import ProgressBar
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.catalog import Entry
from keras_entropy.layers.identity import Identity
from keras_entropy.queries.asking import Answer
from keras_entropy.shadow import Cache


@dataclasses.dataclass(frozen=True)
class KeptAnswers:
    """Where answers to neighbors are kept from run to run.

    Args:
        cache: `Cache`.
        key: Function that returns all that the models behind a defense depend on.
    """

    cache: Cache
    key: Callable[[Entry | None], Mapping[str, Any]]

    def get(
        self,
        entry: Entry | None,
        questions: Questions,
        known: NeighborLabels | None,
        ask: Callable[[], Neighbors],
    ) -> Neighbors:
        """Returns what was answered to the questions, or asks them.

        Args:
            entry: The defense, or `None` for none.
            questions: What is asked.
            known: Labels that the answers may share.
            ask: Asks the models.
        """
        # Unlike outputs, these are sums that the attacks' own code makes.
        summed_by = source_digest(Path(keras_entropy.attacks.__file__).parent)
        key = {**self.key(entry), "asked": questions.key(), "summed_by": summed_by}
        return _unpacked(self.cache.get(key, lambda: _packed(ask(), known)), known)


class AskedModels:
    """Asks models about neighbors, for each defense when that is first needed.

    A layer that keeps the label shares the labels of the models without it: attacks
    on labels alone are then computed once for all such layers.

    Args:
        questions: What is asked.
        answer: Function that returns what asks the models behind a defense, or with
            `None` the undefended ones.
        progress: Opens a progress bar.
        kept: Where answers are kept. Defaults to `None`: in memory.
    """

    def __init__(
        self,
        questions: Questions,
        answer: Callable[[Entry | None], Answer],
        progress: ProgressBar,
        kept: KeptAnswers | None = None,
    ) -> None:
        self.questions = questions
        self._answer = answer
        self._progress = progress
        self._kept = kept
        self._memory: dict[str, Neighbors] = {}

    def neighbors(self, defense: str | Entry) -> Neighbors:
        """Returns what the models behind a defense answer to all questions.

        Args:
            defense: Its name, or `"base"` for none, or its entry.
        """
        return self._neighbors(entry_of(defense))

    def _neighbors(self, entry: Entry | None) -> Neighbors:
        text = text_of(entry)
        if text in self._memory:
            return self._memory[text]
        found = self._found(entry)
        # Those of many models are read again where they are needed again, but for
        # those whose labels others share.
        if self._kept is None or entry is None or entry.layer is Identity:
            self._memory[text] = found
        return found

    def _found(self, entry: Entry | None) -> Neighbors:
        if entry is not None and keeps_label(entry):
            before = self._neighbors(entry.training)
            return self._get(entry, before.labels, lambda: self._few(entry, before))
        return self._get(entry, None, lambda: self._all(entry))

    def _get(
        self,
        entry: Entry | None,
        known: NeighborLabels | None,
        ask: Callable[[], Neighbors],
    ) -> Neighbors:
        if self._kept is None:
            return ask()
        return self._kept.get(entry, self.questions, known, ask)

    def _all(self, entry: Entry | None) -> Neighbors:
        answer = self._answer(entry)
        return self.questions.ask_all(
            answer,
            _title(entry),
            self._progress,
            iterates=entry is not None and entry.layer.iterates,
        )

    def _few(self, entry: Entry, before: Neighbors) -> Neighbors:
        return self.questions.ask_layer(
            self._answer(entry),
            self._answer(entry.training),
            before,
            _title(entry),
            self._progress,
        )


def _title(entry: Entry | None) -> str:
    return f"asking about neighbors: {entry.name if entry else BASE}"


def _packed(neighbors: Neighbors, known: NeighborLabels | None) -> dict[str, Array]:
    """Returns what is kept of answers: of labels that are known nothing."""
    arrays: dict[str, Array] = {
        f"confidence, {family}": values
        for family, values in neighbors.confidence.items()
    }
    if neighbors.labels is not known:
        for family, bits in neighbors.labels.right.items():
            arrays[f"right, {family}"] = np.packbits(bits, axis=-1)
    return arrays


def _unpacked(arrays: Mapping[str, Array], known: NeighborLabels | None) -> Neighbors:
    confidence, right = {}, {}
    for name, values in arrays.items():
        kind, _, family = name.partition(", ")
        if kind == "confidence":
            confidence[family] = values
        else:
            examples = confidence[family].shape[-1]
            bits = np.unpackbits(values, axis=-1, count=examples)
            right[family] = bits.astype(bool)
    if right or known is None:
        return Neighbors(NeighborLabels(right), confidence)
    return Neighbors(known, confidence)
