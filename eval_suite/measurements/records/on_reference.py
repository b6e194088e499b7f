"""The attacks on the reference itself, whose examples defenses learn from."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable

from eval_suite.measurements.processes.attack_processes import Start
from eval_suite.measurements.processes.started_audits import StartedAudits
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks import Headline


class ReferenceAttacks:
    """Attacks each defense once on the reference, when it is first asked for.

    Members are the examples of the half that a model's defense was given.

    Args:
        subject: The models.
        answers: Function from the name of a defense to what is attacked: by name, the
            answers to the reference, `""`, and what an attacker who knows the defense
            makes of them. Nothing for a defense that uses no reference.
        seed: Integer, of random attacks.
        start: Starts an audit.
    """

    def __init__(
        self,
        subject: Subject,
        answers: Callable[[str], Iterable[tuple[str, Answers]]],
        *,
        seed: int,
        start: Start,
    ) -> None:
        self._subject = subject
        self._started = StartedAudits(
            answers,
            lambda given: given.prepared_audit(slices=("entire",), seed=seed),
            start,
        )

    def start(self, name: str) -> None:
        """Asks the models behind a defense, and starts the attacks on their answers.

        Args:
            name: Name of a defense, or `"base"`.
        """
        self._started.start(name)

    def strongest(self, name: str) -> Headline | None:
        """Returns the strongest attack, chosen and reported on different pairs.

        Args:
            name: As for `start`.

        Returns:
            `None` where the defense uses no reference, or no model holds half of it.
        """
        audits = self._started.audits(name)
        return self._subject.strongest(audits) if audits else None
