import io
import re
import types

from eval_suite.session.heartbeat import Heartbeat


def test_a_line_says_how_much_is_done_and_what_runs():
    beat = Heartbeat(io.StringIO())
    assert re.fullmatch(r"\[0:00\] 0 checks done", beat.line())
    beat.pytest_collection_finish(types.SimpleNamespace(items=[None] * 1481))
    beat.pytest_runtest_logfinish()
    beat.pytest_runtest_logstart("eval_suite/test_utility.py::test_utility[M-1]")
    assert beat.line() == (
        "[0:00] 1 of 1,481 checks done, now test_utility.py::test_utility[M-1]"
    )


def test_lines_come_while_checks_run_and_end_with_them(pytester):
    """The check goes on until two lines were told: no clock is asked."""
    pytester.makeconftest(
        """
import io
import threading

import pytest

from eval_suite.session.heartbeat import Heartbeat


class Told(io.StringIO):
    twice = threading.Semaphore(0)

    def flush(self):
        self.twice.release()


STREAM = Told()


def pytest_configure(config):
    config.pluginmanager.register(Heartbeat(STREAM, every=0.001))


def pytest_unconfigure(config):
    told = STREAM.getvalue()
    print("TOLD", told.count("0 of 1 checks done, now test_long.py::test_long") >= 2)
    import threading
    print("THREADS", threading.active_count())


@pytest.fixture
def twice():
    return STREAM.twice
"""
    )
    pytester.makepyfile(
        test_long="""
def test_long(twice):
    for _ in range(4):
        assert twice.acquire(timeout=60)
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["TOLD True", "THREADS 1"])
