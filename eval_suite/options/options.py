"""The options of a run, as given on the command line, and what contradicts what."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING
from typing import TypeAlias

import pytest

from eval_suite.options.gate_expression import Gate
from eval_suite.options.gate_options import ACCEPTED_RISE
from eval_suite.options.held_out_options import DELTA
from eval_suite.options.optional_packages import why_no_tf_privacy
from eval_suite.options.profiles import PROFILES
from eval_suite.options.profiles import Profile
from eval_suite.options.question_options import GAME_QUESTIONS
from eval_suite.options.question_options import MODEL_QUESTIONS
from eval_suite.options.question_options import STUDY_QUESTIONS
from eval_suite.options.report_names import LATEST
from eval_suite.options.report_names import REPORTS
from eval_suite.options.shadow_options import TWO_POOLS

if TYPE_CHECKING:
    import keras

    from keras_entropy.arrays import Array
    from keras_entropy.audit import HeldOutPlan
    from keras_entropy.queries.given_neighbors import NeighborMaker
    from keras_entropy.shadow.trainer import TrainerFunction

    # The command line names files and functions, a call from Python has them.
    GivenModel: TypeAlias = keras.Model | Path
    GivenExamples: TypeAlias = tuple[Array, Array] | Path
    GivenPlan: TypeAlias = HeldOutPlan | Path
    GivenNeighbors: TypeAlias = NeighborMaker | str
    GivenTrainer: TypeAlias = TrainerFunction | str

# Where the suite runs among the project's own tests, named by nobody: one defense of
# each kind (sifted, random, a head, a training loss, injective, destroying, fitted,
# keyed), for `pytest eval_suite` runs them all.
SAMPLE = "M-3,M-4,M-6,M-17,temperature,top-1,binned-1,gaussian-noise-keyed"
SAMPLE_QUESTIONS = 16


@dataclasses.dataclass(frozen=True)
class Options:
    """The options as given, or their defaults where the suite was not named."""

    report: bool = False
    report_dir: Path = REPORTS
    report_name: str = LATEST
    defenses: str = SAMPLE
    profile: str = "quick"
    as_published: bool = False
    dataset: str = "digits"
    seed: int = 0
    model: GivenModel | None = None
    imports: tuple[str, ...] = ()
    members: GivenExamples | None = None
    nonmembers: GivenExamples | None = None
    held_out: GivenPlan | None = None
    delta: float = DELTA
    from_logits: bool = False
    output: str | None = None
    member_outputs: Path | None = None
    nonmember_outputs: Path | None = None
    tf_privacy: str = "check"
    latency_tables: bool = False
    questions: int | None = SAMPLE_QUESTIONS
    neighbors: GivenNeighbors | None = None
    known_start: bool = False
    canaries: int | None = None
    population: GivenExamples | None = None
    shadow_data: GivenExamples | None = None
    shadow_model: GivenModel | None = None
    shadows: int | None = None
    shadow_epochs: int | None = None
    shadow_batch_size: int = 32
    shadow_learning_rate: float | None = None
    trainer: GivenTrainer | None = None
    shadow_backend: str = "sequential"
    scheduler: str | None = None
    gates: tuple[Gate, ...] = ()
    baseline: Path | None = None
    update_baseline: bool = False
    margin: float = ACCEPTED_RISE
    inconclusive: str = "pass"
    parallel: bool = False
    distributed: bool = False

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """Reads the options of a session."""
        given = {
            field.name: config.getoption(f"eval_suite_{field.name}", field.default)
            for field in dataclasses.fields(cls)
        }
        # In a worker of pytest-xdist, others compete for the cores.
        given["parallel"] = hasattr(config, "workerinput")
        given["distributed"] = any(
            config.getoption(name, None) for name in ("numprocesses", "tx")
        )
        for several in ("gates", "imports"):
            given[several] = tuple(given[several])
        options = cls(**given)
        if options.defenses is None:
            own = options.model is not None or options.outputs_only
            alone = own and options.gating and not options.report
            # What is held out is held out of the model as it is.
            alone = alone or options.held_out is not None
            every = {"study": "study", "doctor": "none"}.get(options.profile, "all")
            options = dataclasses.replace(options, defenses="none" if alone else every)
        if options.outputs_only and options.defenses == "all":
            # There is no model to defend.
            options = dataclasses.replace(options, defenses="none")
        own = options.model is not None
        if options.defenses == "all" and own and not options.knows_recipe:
            # Without the model's recipe no head can be trained as the model was.
            options = dataclasses.replace(options, defenses="untrained")
        return options

    def pass_on(self, config: pytest.Config) -> None:
        """Sets what was read decides on, for all that reads the options from then on.

        Also the workers of pytest-xdist, which are not started yet.
        """
        for name in ("defenses", "questions"):
            setattr(config.option, f"eval_suite_{name}", getattr(self, name))

    @property
    def knows_recipe(self) -> bool:
        """Whether a defense can be trained with `--model`, as that was trained."""
        alone = self.trained_otherwise is None and self.output is None
        return self.trains_shadows and alone

    @property
    def trained_otherwise(self) -> str | None:
        """The option by which shadows are trained in another way than `--model`."""
        if self.trainer is not None:
            return "--trainer"
        return None if self.shadow_model is None else "--shadow-model"

    @property
    def trains_shadows(self) -> bool:
        """Whether shadow models of `--model` are trained."""
        return self.population is not None or self.shadow_data is not None

    @property
    def report_folder(self) -> Path:
        """Where the report of this run goes."""
        return self.report_dir / self.report_name

    @property
    def sized_profile(self) -> Profile:
        """The profile, with as many models as were asked for."""
        profile = PROFILES[self.profile]
        if self.shadows is None:
            return profile
        return dataclasses.replace(profile, models=self.shadows)

    @property
    def questions_asked(self) -> int:
        """How many neighbors of each example the attacker asks about."""
        if self.outputs_only:
            return 0
        if self.questions is not None:
            return self.questions
        if self.model is not None:
            return MODEL_QUESTIONS
        return STUDY_QUESTIONS if self.profile == "study" else GAME_QUESTIONS

    @property
    def gating(self) -> bool:
        """Whether anything is gated, or a baseline is written."""
        return bool(self.gates) or self.baseline is not None

    @property
    def plays_game(self) -> bool:
        """Whether many models are trained, each of which is a target."""
        own = self.model is not None or self.outputs_only
        return not own and self.profile != "study"

    @property
    def outputs_only(self) -> bool:
        """Whether outputs are given instead of a model."""
        return self.member_outputs is not None

    @property
    def given_outputs(self) -> tuple[Path, Path] | None:
        """The files of outputs, of members and of non-members, if they are given."""
        if self.member_outputs is None or self.nonmember_outputs is None:
            return None
        return self.member_outputs, self.nonmember_outputs

    def check(self) -> None:
        """Raises `pytest.UsageError` for options that contradict each other."""
        outputs = (self.member_outputs, self.nonmember_outputs)
        if outputs.count(None) == 1:
            raise pytest.UsageError(
                "--member-outputs and --nonmember-outputs go together"
            )
        own = (self.model, self.members, self.nonmembers)
        if self.outputs_only and any(given is not None for given in own):
            raise pytest.UsageError(
                "--member-outputs stands for a model: leave out --model, --members "
                "and --nonmembers"
            )
        if self.outputs_only and self.defenses not in ("none", "all"):
            raise pytest.UsageError("--defenses needs a model to defend")
        self._check_held_out()
        if self.model is None:
            for name in ("members", "nonmembers"):
                if getattr(self, name) is not None:
                    raise pytest.UsageError(f"--{name} needs --model")
            if self.imports:
                raise pytest.UsageError(
                    "--import needs --model, whose layers and losses it defines"
                )
            if self.output is not None:
                raise pytest.UsageError("--output needs --model, one of whose it names")
            if self.from_logits and not self.outputs_only:
                raise pytest.UsageError("--from-logits needs --model")
        elif self.held_out is None and (
            self.members is None or self.nonmembers is None
        ):
            raise pytest.UsageError(
                "--model needs --members and --nonmembers: examples that the model was "
                "trained on, and others from the same distribution, as .npz files with "
                "x and y. Or --held-out, the plan of records that were held out of its "
                "training"
            )
        self._check_questions()
        self._check_shadows()
        if self.as_published and self.profile != "study":
            raise pytest.UsageError("--as-published needs --profile study")
        if self.tf_privacy == "full":
            self._check_tf_privacy()
        if self.update_baseline and self.baseline is None:
            raise pytest.UsageError("--update-baseline needs --baseline FILE to write")
        timed = [gate for gate in self.gates if gate.metric == "latency_ratio"]
        if timed and self.distributed:
            raise pytest.UsageError(
                f"--gate {timed[0]}: time is measured in one process only. Run without "
                "-n"
            )

    def _check_held_out(self) -> None:
        if self.held_out is None:
            if self.delta != DELTA:
                raise pytest.UsageError("--delta needs --held-out")
            return
        if self.model is None:
            raise pytest.UsageError(
                "--held-out needs --model, which was trained by the plan"
            )
        if self.members is not None or self.nonmembers is not None:
            raise pytest.UsageError(
                "--held-out says who is a member: leave out --members and --nonmembers"
            )
        if self.trains_shadows:
            pool = "--population" if self.shadow_data is None else "--shadow-data"
            raise pytest.UsageError(
                f"--held-out and {pool} answer two questions, one at a time. For the "
                f"bound on epsilon leave out {pool}. For attackers who train "
                "shadow models leave out --held-out, and give the entire training set "
                "as --members, of which a plan holds the audited records alone, and "
                "what the plan held out, plan.nonmembers, as --nonmembers"
            )

    def _check_questions(self) -> None:
        given = {"--questions": self.questions, "--neighbors": self.neighbors}
        for name, value in given.items():
            if value and self.outputs_only:
                raise pytest.UsageError(
                    f"{name} needs a model to ask, and --member-outputs stands for "
                    "one. Give --model, or leave it out"
                )
        if self.neighbors is not None and self.questions == 0:
            raise pytest.UsageError(
                "--neighbors are asked about, and --questions 0 asks about none: leave "
                "out one of them"
            )
        if self.known_start and not self.plays_game:
            raise pytest.UsageError(
                "--known-start needs the membership game, in which all models are "
                "trained here: leave out --model, --member-outputs and --profile study"
            )
        if self.canaries and not self.plays_game:
            raise pytest.UsageError(
                "--canaries needs the membership game, in which all models are trained "
                "here: leave out --model, --member-outputs and --profile study. For a "
                "model of your own, mislabel records before its training by "
                "keras_entropy.audit.hold_out(..., mislabelled=N)"
            )

    def _check_tf_privacy(self) -> None:
        missing = why_no_tf_privacy()
        if missing:
            raise pytest.UsageError(f"--tf-privacy full: {missing}")
        if self.outputs_only:
            raise pytest.UsageError("--tf-privacy full needs a model or a game")

    def _check_shadows(self) -> None:
        if self.population is not None and self.shadow_data is not None:
            raise pytest.UsageError(TWO_POOLS)
        for name in ("population", "shadow_data"):
            if getattr(self, name) is not None and self.model is None:
                raise pytest.UsageError(f"--{name.replace('_', '-')} needs --model")
        for name in (
            "shadow_epochs",
            "shadow_learning_rate",
            "shadow_model",
            "trainer",
        ):
            if getattr(self, name) is not None and not self.trains_shadows:
                raise pytest.UsageError(
                    f"--{name.replace('_', '-')} needs --model and --population, whose "
                    "shadow models it is for: more examples from the same "
                    "distribution, .npz with x and y. Or --shadow-data, of another"
                )
        told = self.trained_otherwise is not None
        if self.output is not None and self.trains_shadows and not told:
            raise pytest.UsageError(
                "--output with --population or --shadow-data needs --trainer or "
                "--shadow-model: how one output of several was trained, the saved "
                "model doesn't say"
            )
        game = self.model is None and not self.outputs_only
        trained = self.profile != "study" if game else self.trains_shadows
        given = {
            "--shadows": self.shadows is not None,
            "--shadow-backend": self.shadow_backend != "sequential",
            "--scheduler": self.scheduler is not None,
        }
        for name, is_given in given.items():
            if is_given and not trained:
                raise pytest.UsageError(
                    f"{name}: --profile study has one model and no shadows"
                    if game
                    else f"{name} needs --population or --shadow-data"
                )
        remote = self.shadow_backend in ("dask", "ray")
        if remote != (self.scheduler is not None):
            raise pytest.UsageError(
                "--scheduler ADDRESS and --shadow-backend dask or ray go together"
            )
