"""Audits of each defense, started when that is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.subjects.answers import Answers
from keras_entropy.attacks import Audit
from keras_entropy.attacks import GameAudit


class StartedAudits:
    """Starts the attacks on each defense once, and waits for them when asked.

    Args:
        answers: Function from the name of a defense to what is attacked: by name, its
            answers, `""`, and what an attacker who knows the defense makes of them.
        prepared: Function from answers to what makes the attacks on them.
        start: Starts an audit.
    """

    def __init__(
        self,
        answers: Callable[[str], Iterable[tuple[str, Answers]]],
        prepared: Callable[[Answers], Callable[[], Audit | GameAudit]],
        start: Start,
    ) -> None:
        self._answers = answers
        self._prepared = prepared
        self._start = start
        self._waiting: dict[str, dict[str, Callable[[], Audit | GameAudit]]] = {}

    def start(self, name: str) -> None:
        """Asks the models behind a defense, and starts the attacks on their answers.

        Args:
            name: Name of a defense, or `"base"`.
        """
        if name not in self._waiting:
            self._waiting[name] = {
                through: self._start(self._prepared(answers))
                for through, answers in self._answers(name)
            }

    def audits(self, name: str) -> dict[str, Audit | GameAudit]:
        """Returns the audits by what the attacker did with the answers first.

        Args:
            name: As for `start`.
        """
        self.start(name)
        return {through: wait() for through, wait in self._waiting[name].items()}

    def of_answers(self, name: str) -> Audit | GameAudit | None:
        """Returns the audit of the answers as they are, `None` where there are none.

        Args:
            name: As for `start`.
        """
        self.start(name)
        waiting = self._waiting[name].get("")
        return None if waiting is None else waiting()
