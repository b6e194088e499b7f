"""The command line of `pytest eval_suite`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from eval_suite.profiles import PROFILES

DEFAULT_REPORT = Path("reports", "latest")


def names_eval_suite(arguments: list[str]) -> bool:
    """Whether a command line names the suite, as a path or by `--pyargs`."""
    for argument in arguments:
        place = argument.split("::")[0].replace("\\", "/")
        if "eval_suite" in place.split("/") or place.split(".")[0] == "eval_suite":
            return True
    return False


def add_options(parser: pytest.Parser) -> None:
    """Adds the options of the suite.

    Only where the suite is named: `--model` and `--seed` are words that other test
    suites use too.
    """
    group = parser.getgroup("eval_suite", "keras-entropy evaluation")
    group.addoption(
        "--report",
        dest="eval_suite_report",
        action="store_true",
        help="Compare the defenses and write the report.",
    )
    group.addoption(
        "--report-dir",
        dest="eval_suite_report_dir",
        metavar="DIR",
        type=Path,
        default=DEFAULT_REPORT,
        help=f"Folder of the report. Default: {DEFAULT_REPORT}.",
    )
    group.addoption(
        "--defenses",
        dest="eval_suite_defenses",
        metavar="NAMES",
        default="all",
        help="Names from the catalog, separated by commas. Default: all.",
    )
    group.addoption(
        "--profile",
        dest="eval_suite_profile",
        choices=sorted(PROFILES),
        default="quick",
        help="Size of the membership game. Default: quick.",
    )
    group.addoption(
        "--dataset",
        dest="eval_suite_dataset",
        metavar="NAME",
        default="digits",
        help="digits, or an .npz file with arrays x and y. Default: digits.",
    )
    group.addoption(
        "--seed",
        dest="eval_suite_seed",
        metavar="N",
        type=int,
        default=0,
        help="Seed of splits, weights and attacks. Default: 0.",
    )
    group.addoption(
        "--model",
        dest="eval_suite_model",
        metavar="FILE",
        type=Path,
        help="A trained .keras model to evaluate instead of the study's network.",
    )
    group.addoption(
        "--members",
        dest="eval_suite_members",
        metavar="FILE",
        type=Path,
        help="Examples that --model was trained on: .npz with arrays x and y.",
    )
    group.addoption(
        "--nonmembers",
        dest="eval_suite_nonmembers",
        metavar="FILE",
        type=Path,
        help="Examples of the same law that it was not trained on, likewise.",
    )
    group.addoption(
        "--from-logits",
        dest="eval_suite_from_logits",
        action="store_true",
        help="--model ends in logits.",
    )


@dataclasses.dataclass(frozen=True)
class Options:
    """The options as given, or their defaults where the suite was not named."""

    report: bool = False
    report_dir: Path = DEFAULT_REPORT
    defenses: str = "all"
    profile: str = "quick"
    dataset: str = "digits"
    seed: int = 0
    model: Path | None = None
    members: Path | None = None
    nonmembers: Path | None = None
    from_logits: bool = False
    parallel: bool = False

    @classmethod
    def of(cls, config: pytest.Config) -> Options:
        """Reads the options of a session."""
        given = {
            field.name: config.getoption(f"eval_suite_{field.name}", field.default)
            for field in dataclasses.fields(cls)
        }
        # In a worker of pytest-xdist, others compete for the cores.
        given["parallel"] = hasattr(config, "workerinput")
        return cls(**given)

    def check(self) -> None:
        """Raises `pytest.UsageError` for options that contradict each other."""
        if self.model is None:
            for name in ("members", "nonmembers"):
                if getattr(self, name) is not None:
                    raise pytest.UsageError(f"--{name} needs --model")
            if self.from_logits:
                raise pytest.UsageError("--from-logits needs --model")
        elif self.members is None or self.nonmembers is None:
            raise pytest.UsageError(
                "--model needs --members and --nonmembers: examples that the model was "
                "trained on, and others of the same law, as .npz files with x and y"
            )
