"""The first look at a run: one defense of each kind, before all the others."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.options.first_names import first_names
from eval_suite.results.first_row import FirstRow
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE


class FirstLook:
    """Starts attacks, and looks at the first defenses as soon as these were asked.

    The models that learned canaries are left for after that.

    Args:
        names: Names of the selected defenses.
        comparison: The attacks.
        subject: What is evaluated.
        parallel: Boolean, whether workers of pytest-xdist share the defenses: then
            each looks at its own as soon as it is asked.
    """

    def __init__(
        self,
        names: Sequence[str],
        comparison: AttackComparison,
        subject: Subject,
        *,
        parallel: bool,
    ) -> None:
        self._first = [BASE, *first_names(names)]
        self._missing = set(self._first[1:])
        self._owed: list[str] = []
        self._comparison = comparison
        self._subject = subject
        self._parallel = parallel

    def asked(self, name: str) -> list[FirstRow]:
        """Takes note that a defense has been asked, and starts the attacks on it.

        Args:
            name: Name of a defense, or `"base"`.

        Returns:
            The rows of the table, once: after the last of the first defenses, whose
            attacks are then waited for. Else nothing.
        """
        while self._owed:  # After the table is printed, not before.
            self._comparison.start_early(self._owed.pop(0))
        first = bool(self._missing) and name in self._first
        self._comparison.start_early(name, further=not first)
        self._missing.discard(name)
        if self._parallel:
            return [self._row(name)] if first else []
        if self._missing or not first:
            return []
        self._owed = list(self._first)
        return [self._row(each) for each in self._first]

    def _row(self, name: str) -> FirstRow:
        once, often = self._comparison.first_look(name)
        accuracy = self._subject.utility(name)["accuracy"]
        return FirstRow(
            name=name, asked_once=once, asked_often=often, accuracy=accuracy
        )
