"""The pytest plugin: options, set-up, fixtures and the session's report.

Loaded in every pytest session of an environment that has the package installed, so
it imports nothing heavy and stays out of the way unless `eval_suite` is named.
"""

from __future__ import annotations

import argparse
import functools
import inspect
import os
from collections.abc import Callable
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import TextIO

import pytest

from eval_suite.options import command_line
from eval_suite.options.options import Options
from eval_suite.results.record import Record

if TYPE_CHECKING:
    from eval_suite.doctor.study import Study
    from eval_suite.measurements.attacks.attack_comparison import AttackComparison
    from eval_suite.measurements.processes.attack_processes import Start
    from eval_suite.measurements.tradeoff.frontier import FrontierAttacks
    from eval_suite.membership_audit import MembershipAudit
    from eval_suite.results.first_row import FirstRow
    from eval_suite.session.first_look import FirstLook
    from eval_suite.subjects.subject import Subject
    from eval_suite.subjects.subject_maker import SubjectMaker

PACKAGE = Path(__file__).parent
ROWS = pytest.StashKey[list[dict[str, Any]]]()
FIRST: pytest.StashKey[list[FirstRow]] = pytest.StashKey()
TERMINAL = pytest.StashKey[TextIO | None]()
NAMED = pytest.StashKey[bool]()
SUBJECT_MAKER: pytest.StashKey[SubjectMaker] = pytest.StashKey()


def set_up_process() -> None:
    """Quiet TensorFlow, and hypothesis without deadlines: a first call compiles."""
    # The attacks' matrices are small: threads wait for each other longer than they
    # work, and beside other work on the same cores many times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
    # Keyed defenses are evaluated with one key, also for the attacker's own models:
    # as if the attacker had learnt what the key does, without the key itself.
    os.environ.setdefault("KERAS_ENTROPY_KEY", "the key of an evaluation, not secret")
    from hypothesis import HealthCheck
    from hypothesis import settings

    settings.register_profile(
        "eval_suite",
        deadline=None,
        derandomize=True,
        max_examples=25,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("eval_suite")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None]:
    """Adds the options, only where the suite is named."""
    if not command_line.names_eval_suite(args):
        yield
        return
    try:
        command_line.add_options(parser)
        early_config.stash[NAMED] = True
        set_up_process()
        yield
        parser.parse_known_args([])  # Earlier versions of pytest see it only here.
    except argparse.ArgumentError as error:
        raise pytest.UsageError(
            f"{error} (your project's tests have an option of this name too): add "
            "--noconftest, as the suite needs no fixture of theirs, or -p no:NAME, if "
            "a plugin has it"
        ) from error


def pytest_configure(config: pytest.Config) -> None:
    """Checks the options before any work, and starts to collect results."""
    config.addinivalue_line(
        "markers",
        "claims(name, value=True): run for the defenses whose claim has this value",
    )
    config.addinivalue_line(
        "markers",
        "measures(name): measures this defense, or `base`, where no parameter says so",
    )
    called = TERMINAL in config.stash  # from Python, which shows progress its own way
    if not called:
        from eval_suite.session.progress_bars import open_terminal

        config.stash[TERMINAL] = open_terminal(config)
    if NAMED not in config.stash:
        return
    options = Options.of(config)
    if options.outputs_only:
        from eval_suite.without_keras import leave_keras_out

        leave_keras_out()
    if hasattr(config, "workerinput"):
        return
    options.check()
    if config.option.collectonly or config.option.help:
        return
    from eval_suite.session.evaluation_session import EvalSession

    session = EvalSession(config, options)
    stream = config.stash[TERMINAL]
    if stream is not None and not called:
        from eval_suite.session.heartbeat import Heartbeat

        config.pluginmanager.register(Heartbeat(stream), "eval_suite_heartbeat")
    # Read by pytest-benchmark when it is configured, which is last.
    if not options.latency_tables:
        config.option.benchmark_quiet = True
    config.stash[SUBJECT_MAKER] = session.subject_maker
    session.subject_maker.options.pass_on(config)
    config.pluginmanager.register(session, "eval_suite_session")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out the suite's own unit tests, and checks that a run does not need."""
    if PACKAGE not in collection_path.parents:
        return None
    options = Options.of(config)
    name = collection_path.name
    if name.endswith("_test.py"):
        return True if options.report or options.gating else None
    if collection_path.match("test_*.py"):
        from eval_suite.options.needed_checks import is_needed

        return None if is_needed(name, options) else True
    return None


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Asks one defense of each kind first, for a first look."""
    if NAMED not in config.stash or not Options.of(config).report:
        return
    from eval_suite.options.first_names import first_names
    from eval_suite.session.check_order import put_first

    put_first(items, first_names(selected_names(Options.of(config))))


def pytest_collect_file(
    file_path: Path, parent: pytest.Collector
) -> pytest.Module | None:
    """Collects the suite whatever `python_files` says in the user's own ini."""
    own = PACKAGE in file_path.parents and file_path.match("test_*.py")
    patterns = parent.config.getini("python_files")
    if own and not any(file_path.match(pattern) for pattern in patterns):
        return pytest.Module.from_parent(parent, path=file_path)
    return None


def pytest_pycollect_makeitem(
    collector: pytest.Collector, name: str, obj: Any
) -> list[pytest.Item] | None:
    """Leaves out checks of defenses where none is selected."""
    if PACKAGE not in collector.path.parents or not name.startswith("test_"):
        return None
    if Options.of(collector.config).defenses != "none" or not callable(obj):
        return None
    return [] if "defense" in inspect.signature(obj).parameters else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each check of the suite for each selected defense."""
    if PACKAGE not in Path(metafunc.module.__file__).parents:
        return
    for argument, also in (("defense", ()), ("target", ("base",))):
        if argument in metafunc.fixturenames:
            names = selected_names(Options.of(metafunc.config))
            for marker in metafunc.definition.iter_markers("claims"):
                from eval_suite.options.selected_defenses import claiming

                names = claiming(names, *marker.args, **marker.kwargs)
            metafunc.parametrize(argument, [*also, *names], scope="module")


def selected_names(options: Options) -> list[str]:
    """Returns the names of the evaluated defenses; without any, no Keras is loaded."""
    if options.defenses == "none":
        return []
    from eval_suite.options.selected_defenses import evaluated

    return evaluated(options)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Sends along with a report, also from xdist's workers, what the check recorded.

    These are its rows, the name of the defense that it was run for, and the first table
    if that is ready with it.
    """
    report = yield
    fields = vars(report)
    fields["eval_suite_defense"] = _defense_of(item)
    if report.when == "call":
        fields["eval_suite_rows"] = item.stash.get(ROWS, [])
        fields["eval_suite_first"] = item.stash.get(FIRST, [])
    return report


def _defense_of(item: pytest.Item) -> str | None:
    """Returns the defense that a check is run for, the undefended model included."""
    if not isinstance(item, pytest.Function) or PACKAGE not in item.path.parents:
        return None
    marker = item.get_closest_marker("measures")
    if marker is not None:
        return str(marker.args[0])
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    name = parameters.get("target", parameters.get("defense"))
    return name if isinstance(name, str) else None


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """Function that adds a row to the report: its table, then its fields."""
    rows = request.node.stash.setdefault(ROWS, [])

    def add(table: str, **fields: Any) -> None:
        rows.append({"table": table, **fields})

    return add


@pytest.fixture(scope="session")
def options(pytestconfig: pytest.Config) -> Options:
    """The options of the run."""
    return Options.of(pytestconfig)


@pytest.fixture(scope="session")
def answers_folder(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Path]:
    """Function that returns where trained models and answers are kept."""
    from eval_suite.session.cache_folder import kept_in

    @functools.cache
    def folder() -> Path:
        return kept_in(pytestconfig) or tmp_path_factory.mktemp("cache")

    return folder


@pytest.fixture(scope="session")
def subject(
    pytestconfig: pytest.Config, options: Options, answers_folder: Callable[[], Path]
) -> Subject:
    """What is evaluated: the membership game, a given model, or given outputs."""
    from eval_suite.session.progress_bars import bars_on
    from eval_suite.subjects.make_subject import check_options

    # Read by the session before any work; workers of pytest-xdist read for themselves.
    make = pytestconfig.stash.get(SUBJECT_MAKER, None) or check_options(options)
    return make(bars_on(pytestconfig.stash[TERMINAL]), answers_folder)


@pytest.fixture(scope="session")
def start_attacks(subject: Subject, options: Options) -> Generator[Start]:
    """Function that starts attacks, in other processes where cores are free for it."""
    from eval_suite.measurements.processes.attack_processes import AttackProcesses
    from eval_suite.measurements.processes.attack_processes import at_once

    cores = os.cpu_count() or 1
    # A single target is attacked once for each defense: no process is worth its start.
    if cores < 2 or options.parallel or subject.reason_without("pairs") is not None:
        yield at_once
        return
    processes = AttackProcesses(cores)
    yield processes.start
    processes.close()


@pytest.fixture(scope="session")
def asked_beside(
    subject: Subject, options: Options, answers_folder: Callable[[], Path]
) -> Generator[None]:
    """A second process that asks models, where that pays, while there is a session."""
    if options.parallel or not options.plays_game:
        yield
        return
    from eval_suite.session.asking_process import AskingProcess

    process = AskingProcess.where_it_pays(subject, options, answers_folder)
    yield
    if process is not None:
        process.close()


@pytest.fixture(scope="session")
def comparison(
    subject: Subject, options: Options, start_attacks: Start, asked_beside: None
) -> AttackComparison:
    """The attacks on every selected defense and on the undefended model."""
    from eval_suite.measurements.attacks.attack_comparison import AttackComparison
    from keras_entropy.attacks.audits.fpr_levels import DEFAULT_LEVELS

    names = selected_names(options)
    asked = [gate.fpr for gate in options.gates if gate.fpr is not None]
    # In the order of a table: the usual ones first, each once.
    levels = tuple(dict.fromkeys((*DEFAULT_LEVELS, *asked)))
    return AttackComparison(
        subject,
        names,
        seed=options.seed,
        fpr_levels=levels,
        start=start_attacks,
    )


@pytest.fixture(scope="session")
def first_look(
    subject: Subject, options: Options, comparison: AttackComparison
) -> FirstLook:
    """What looks at one defense of each kind as soon as these have been asked."""
    from eval_suite.session.first_look import FirstLook

    names = selected_names(options) if options.report else []
    return FirstLook(names, comparison, subject, parallel=options.parallel)


@pytest.fixture
def note_asked(
    request: pytest.FixtureRequest, first_look: FirstLook
) -> Callable[[str], None]:
    """Function that starts the attacks on a defense that was asked.

    It takes note of it for the first table.
    """

    def note(name: str) -> None:
        request.node.stash[FIRST] = first_look.asked(name)

    return note


@pytest.fixture(scope="session")
def frontier_attacks(
    comparison: AttackComparison, options: Options, start_attacks: Start
) -> FrontierAttacks:
    """The attacks on every defense at several strengths."""
    from eval_suite.measurements.tradeoff.frontier import FrontierAttacks

    return FrontierAttacks(comparison, seed=options.seed, start=start_attacks)


@pytest.fixture(scope="session")
def study(
    pytestconfig: pytest.Config,
    subject: Subject,
    options: Options,
    answers_folder: Callable[[], Path],
    start_attacks: Start,
) -> Study:
    """The experiments of the profile doctor."""
    from eval_suite.session.progress_bars import bars_on
    from eval_suite.session.study_of_session import study_of

    progress = bars_on(pytestconfig.stash[TERMINAL])
    return study_of(subject, options, answers_folder(), progress, start_attacks)


@pytest.fixture(scope="session")
def membership_audit(pytestconfig: pytest.Config) -> Callable[..., MembershipAudit]:
    """Function that attacks a trained model, for tests of your own.

    Example:

        >>> def test_privacy(membership_audit, model, train, test):
        ...     audit = membership_audit(model, members=train, nonmembers=test)
        ...     assert audit.auc <= 0.55  # also for who asks often; `questions=0`: once
        ...     audit.assert_no_regression("privacy-baseline.json")

        >>> def test_epsilon(membership_audit, model):
        ...     audit = membership_audit(model, held_out="plan.npz")
        ...     assert audit.epsilon.epsilon <= 8

        >>> def test_shadows(membership_audit, model, train, test, more):
        ...     audit = membership_audit(
        ...         model, train, test, population=more, trainer="train.py:train"
        ...     )
        ...     assert audit.auc <= 0.55  # also for who trains shadow models
    """
    from eval_suite.audit_model import audit_model
    from eval_suite.session.cache_folder import kept_in
    from eval_suite.session.progress_bars import bars_on

    @functools.wraps(audit_model)
    def audit(*args: Any, **kwargs: Any) -> MembershipAudit:
        if any(kwargs.get(name) is not None for name in ("population", "shadow_data")):
            kwargs.setdefault("cache", kept_in(pytestconfig))
            kwargs.setdefault("progress", bars_on(pytestconfig.stash[TERMINAL]))
        return audit_model(*args, **kwargs)

    return audit
