"""The attacks on mislabelled records, behind each defense."""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.measurements.processes.started_audits import StartedAudits
from eval_suite.measurements.records.canaries import canary_row
from eval_suite.measurements.records.canaries import on_canaries
from eval_suite.measurements.records.canaries import prepared
from eval_suite.results.rows import CanaryRow
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.answers import results_of
from eval_suite.undefended import BASE
from keras_entropy.attacks import AttackResult


class CanaryAttacks:
    """Attacks each defense once on mislabelled records, when it is first asked for.

    Args:
        answers: Function from the name of a defense to what is attacked: by name, the
            answers to these records, `""`, and what an attacker who knows the defense
            makes of them. Nothing where no model learned any.
        through: Names of the defenses through which no defense is attacked as well.
        seed: Integer, of random attacks.
        start: Starts an audit.
    """

    def __init__(
        self,
        answers: Callable[[str], Iterable[tuple[str, Answers]]],
        through: Sequence[str],
        *,
        seed: int,
        start: Start,
    ) -> None:
        self._through = through
        self._started = StartedAudits(
            answers, functools.partial(prepared, seed=seed), start
        )

    def start(self, name: str) -> None:
        """Asks the models behind a defense, and starts the attacks on their answers.

        Args:
            name: Name of a defense, or `"base"`.
        """
        self._started.start(name)

    def row(self, name: str) -> CanaryRow | None:
        """Returns the strongest attack.

        Args:
            name: As for `start`.

        Returns:
            `None` where no model learned such records.
        """
        found = self.results(name)
        return canary_row(found) if found else None

    def results(self, name: str) -> list[AttackResult]:
        """Returns the attacks, the slice `"canaries"`.

        On no defense also those through defenses.

        Args:
            name: As for `start`.
        """
        audits = self._started.audits(name)
        for each in self._through if name == BASE else ():
            found = self._started.of_answers(each)
            if found is not None:
                audits[each] = found
        return on_canaries(results_of(audits))
