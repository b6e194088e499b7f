"""The first table of a run: one defense of each kind, before all the others."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import TextIO

from eval_suite.measurements.attack_comparison import AttackComparison
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE

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


class FirstLook:
    """Prints a table as soon as the first defenses have been asked.

    Args:
        names: Names of the selected defenses.
        comparison: The attacks.
        subject: What is evaluated.
        stream: Where the table goes, or `None` for nowhere.
    """

    def __init__(
        self,
        names: Sequence[str],
        comparison: AttackComparison,
        subject: Subject,
        stream: TextIO | None,
    ) -> None:
        self._all = 1 + len(names)
        self._shown = [BASE, *first_names(names)]
        self._missing = set(self._shown[1:])
        self._comparison = comparison
        self._subject = subject
        self._stream = stream
        self._start = time.perf_counter()

    def asked(self, name: str) -> None:
        """Takes note that a defense has been asked, and prints after the last one.

        Args:
            name: Name of a defense, or `"base"`.
        """
        if name not in self._missing:
            return
        self._missing.remove(name)
        if self._missing or self._stream is None:
            return
        lines = [self._line(shown) for shown in self._shown]
        share = len(self._shown) / self._all
        left = (time.perf_counter() - self._start) * (1 / share - 1)
        print(
            "\n\nA first look, at one defense of each kind (AUC of the strongest "
            "attack; 0.5 is guessing):\n"
            f"{'':24s} {'asked once':>10s} {'asked often':>12s} {'accuracy':>9s}\n"
            + "\n".join(lines)
            + f"\n{self._all - len(self._shown)} more, controls and intervals follow: "
            f"about {_in_words(left)} left.\n",
            file=self._stream,
            flush=True,
        )

    def _line(self, name: str) -> str:
        once, often = self._comparison.first_look(name)
        accuracy = self._subject.utility(name)["accuracy"]
        title = "(no defense)" if name == BASE else name
        figures = [f"{'-' if auc is None else f'{auc:.3f}'}" for auc in (once, often)]
        return f"{title:24.24s} {figures[0]:>10s} {figures[1]:>12s} {accuracy:>9.1%}"


def _in_words(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "1 minute" if minutes == 1 else f"{minutes} minutes"
