"""The one interface of whatever is evaluated. It loads no Keras."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.rows import EpochRow
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.rows import RunDescription
from eval_suite.results.rows import Utility
from eval_suite.subjects.answers import Answers
from eval_suite.subjects.answers import PairedModels
from eval_suite.subjects.measured import Compared
from eval_suite.subjects.measured import Correctness
from eval_suite.subjects.measured import MeasuredAttack
from eval_suite.subjects.measured import RecordAnswers
from eval_suite.subjects.measured import RowMaker
from eval_suite.undefended import BASE
from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import Difference
from keras_entropy.attacks import GameAudit
from keras_entropy.attacks import Headline
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.results import ExampleScores

if TYPE_CHECKING:
    import keras

    from keras_entropy.audit import HeldOutPlan
    from keras_entropy.catalog import Entry
    from keras_entropy.shadow.resemblance import Resemblance

# Opens a progress bar: title and number of steps in, a function that advances it out.
ProgressBar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
# Inputs, `None` where they are unknown, and class indices.
Examples = tuple[Array | None, Integers]
# What some subjects lack: the inputs of the examples; a model to call; pairs of models
# that are all targets; such pairs behind any defense at any strength; models beside the
# target for an attacker to learn from; models trained on random halves of the records;
# answers to neighbors of the examples; classes, and right and wrong, to slice them by;
# defenses in front of the model; answers that TensorFlow Privacy takes.
Part = Literal[
    "inputs",
    "model",
    "pairs",
    "strengths",
    "shadows",
    "records",
    "questions",
    "slices",
    "defenses",
    "tf_privacy",
]

# Models below which no record can be told from chance.
FEWEST_MODELS = 6
FEW_MODELS = "needs six models, trained on random halves of the records"
NO_QUESTIONS = "--questions 0 asks about nothing but the examples themselves"
# Strengths are compared in one game, with all defenses beside each other.
NOT_ALL_STRENGTHS = "the frontier is drawn for the membership game with all defenses"


@contextlib.contextmanager
def no_bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Shows no progress."""
    yield lambda done: None


class Subject(abc.ABC):
    """One or more models, what they were trained on, and what they answer.

    Checks and measurements ask a subject, and never which kind it is. A defense is
    meant by its name in the catalog, and no defense by `"base"`.

    Attributes:
        is_reference_study: Whether the undefended model is the reference study's own
            network, built by the suite, so that the study's figures may stand beside.
        sees_loss_only: Whether TensorFlow Privacy's trained attackers are given the
            loss alone, as in the reference study.
        known_start: The same subject where every training starts from what the attacker
            holds, or `None` where that is not asked for.
        held_out: The records whose membership a fair coin decided, all of them scored,
            or `None` where membership is what it is.
    """

    is_reference_study: bool = False
    sees_loss_only: bool = False
    known_start: Subject | None = None
    held_out: HeldOutPlan | None = None

    @property
    @abc.abstractmethod
    def classes(self) -> int:
        """Number of classes; a sigmoid unit counts as two."""

    @property
    def questions(self) -> QuestionsRow | None:
        """The neighbors that are asked about; part `"questions"`."""
        return None

    @abc.abstractmethod
    def answers(self, name: str) -> Answers:
        """Returns the answers behind a defense, ready to be attacked."""

    @abc.abstractmethod
    def sides(self, name: str) -> tuple[Array, Array]:
        """Returns the probabilities of members `(n, C)` and non-members `(m, C)`."""

    @abc.abstractmethod
    def first_target(self, name: str) -> tuple[Array, Array, Array, Array]:
        """Returns outputs and labels of one target: of members, then of non-members."""

    @abc.abstractmethod
    def examples(self) -> tuple[Examples, Examples]:
        """Returns the members and the non-members of one target."""

    @abc.abstractmethod
    def utility(self, name: str) -> Utility:
        """Returns accuracy and calibration behind a defense, on non-members."""

    @abc.abstractmethod
    def correctness(self, name: str) -> Correctness:
        """Returns how far the predicted labels of non-members are right."""

    def label_only_auc(self) -> float:
        """Returns the AUC that the attack on right labels alone must have.

        On no defense. With thresholds at "the label is the answer" it is a plain
        function of two accuracies that are computed elsewhere.
        """
        found = self.utility(BASE)
        return 0.5 + (found["member_accuracy"] - found["accuracy"]) / 2

    @abc.abstractmethod
    def majority_share(self) -> float:
        """Returns the accuracy of always answering the most frequent class."""

    @abc.abstractmethod
    def describe(self) -> RunDescription:
        """Returns the description of the data and of the undefended model."""

    @abc.abstractmethod
    def identity(self) -> ExamplesIdentity | GameIdentity:
        """Returns what a later run must agree in to be compared with this one."""

    @abc.abstractmethod
    def strongest(self, audits: Mapping[str, Audit | GameAudit]) -> Headline:
        """Returns the strongest attack, chosen and reported on different data.

        Args:
            audits: The attacks on the answers as they are, `""`, and through what else
                an attacker does first, such as `"inverse"`.
        """

    @abc.abstractmethod
    def strongest_among(
        self,
        audits: Mapping[str, Audit | GameAudit],
        kept: Callable[[AttackName], bool],
    ) -> Headline | None:
        """Returns the strongest of some attacks, chosen as by `strongest`.

        Args:
            audits: As for `strongest`.
            kept: Function of an attack's name that says whether it counts.

        Returns:
            `None` where no attack counts.
        """

    @abc.abstractmethod
    def paired(
        self, first: MeasuredAttack, second: MeasuredAttack
    ) -> Difference | None:
        """Returns the first AUC minus the second, over what the two share.

        Returns:
            `None` where an attack through repeated queries has no scores to pair.
        """

    @abc.abstractmethod
    def excess(
        self, name: str, names: Sequence[str], compared: Compared, *, margin: float
    ) -> str | None:
        """Returns how a defense is shown to leak more than none.

        Args:
            name: Name of the defense.
            names: Names of all that are asked about, this one included.
            compared: What gives the strongest attacks on each.
            margin: Float, the difference in AUC that is accepted.

        Returns:
            The end of a sentence, or `None` where nothing is shown.
        """

    @abc.abstractmethod
    def minimum_detectable_auc(self, result: AttackResult) -> float:
        """Returns the AUC that 80 % of such runs would see, at the 5 % level.

        Args:
            result: An attack on the undefended model, on all examples.
        """

    @abc.abstractmethod
    def auc_rows(
        self,
        results: Sequence[AttackResult],
        scores: Callable[[Sequence[str]], Mapping[str, ExampleScores]],
        rows: RowMaker,
    ) -> list[AucRow]:
        """Returns the rows of a baseline for the attacks on one defense.

        Args:
            results: The attacks, on all examples.
            scores: Returns by attack the scores of one target's examples; some
                attacks give none.
            rows: Makes the rows.
        """

    @abc.abstractmethod
    def attacked_through(self, names: Sequence[str]) -> list[str]:
        """Returns the defenses that count as attacks on the undefended model.

        An attacker who has the undefended model's answers can apply a deterministic
        defense to them.

        Args:
            names: Names of defenses.
        """

    @abc.abstractmethod
    def reason_without(self, part: Part) -> str | None:
        """Returns why the subject lacks a part, in words, or `None` if it has it."""

    def to_train(self, defenses: Sequence[str | Entry]) -> int:
        """Returns behind how many defenses many models are still to be trained.

        Args:
            defenses: Names, or with part `"strengths"` entries.
        """
        return 0

    @property
    def resemblance(self) -> Resemblance | None:
        """How shadow models compare with the target that they stand for.

        `None` without any, and where every model is a target.
        """
        return None

    def live_model(self, name: str) -> keras.Model:
        """Returns the Keras model behind a defense, to time; part `"model"`."""
        raise self._lacking("model")

    def probe(self) -> Array:
        """Returns examples to time calls with; part `"model"`."""
        raise self._lacking("model")

    def model_inputs(self, x: Array) -> Any:
        """Returns examples as `live_model` takes them.

        Args:
            x: Array `(N, ...)`, rows of `probe`.
        """
        return x

    def paired_models(self, defense: str | Entry) -> PairedModels:
        """Returns models in complementary pairs that are all targets; part `"pairs"`.

        Args:
            defense: A name, or with part `"strengths"` an entry that need not be in
                the catalog.
        """
        raise self._lacking("pairs")

    def canaries(self, defense: str | Entry) -> PairedModels | None:
        """Returns the same models' answers to mislabelled records.

        Args:
            defense: As for `paired_models`.

        Returns:
            `None` where no model learned any.
        """
        return None

    def audited_epochs(self, name: str) -> list[EpochRow]:
        """Returns an audit after each epoch of one training by `fit`.

        Args:
            name: Name of the defense.

        Returns:
            Nothing where no model is trained here, or not by one `fit`.
        """
        return []

    def halves_of_reference(self, defense: str | Entry) -> PairedModels | None:
        """Returns models that hold half of the reference each, and their answers to it.

        Args:
            defense: As for `paired_models`.

        Returns:
            `None` where there are no such models, or the defense uses no reference.
        """
        return None

    def null_models(self, seed: int) -> Mapping[str, PairedModels]:
        """Returns undefended models on which every attack must fail; part `"pairs"`.

        Args:
            seed: Integer, of the memberships that are drawn.

        Returns:
            By what makes them so: answers whose memberships are drawn anew, and answers
            about examples that none of the models was trained on.
        """
        raise self._lacking("pairs")

    def record_answers(self, name: str) -> RecordAnswers:
        """Returns the answers by which exposed records are found; part `"records"`."""
        raise self._lacking("records")

    def _lacking(self, part: Part) -> ValueError:
        return ValueError(self.reason_without(part) or f"no {part} here")
