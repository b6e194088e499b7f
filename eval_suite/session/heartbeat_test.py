import io
import types

from eval_suite.session.heartbeat import Heartbeat

pytest_plugins = ["pytester"]


def test_a_line_says_how_much_is_done_and_what_runs():
    beat = Heartbeat(io.StringIO())
    assert beat.line() == "[0:00] 0 checks done, now collecting the checks"
    beat.pytest_collection_finish(types.SimpleNamespace(items=[None] * 1481))
    beat.pytest_runtest_logfinish()
    beat.pytest_runtest_logstart("eval_suite/test_utility.py::test_utility[M-1]")
    assert beat.line() == (
        "[0:00] 1 of 1,481 checks done, now test_utility.py::test_utility[M-1]"
    )


def test_on_a_terminal_one_line_moves_and_makes_way_for_what_pytest_writes(monkeypatch):
    stream, events = io.StringIO(), []
    monkeypatch.setattr("eval_suite.session.heartbeat.can_rewrite", lambda stream: True)
    beat = Heartbeat(stream)
    monkeypatch.setattr(beat._status, "show", lambda text: events.append("show"))
    monkeypatch.setattr(beat._status, "clear", lambda: events.append("clear"))
    states = iter([False, False, True])
    monkeypatch.setattr(beat._over, "wait", lambda seconds: next(states))
    beat._beat()
    beat.pytest_runtest_logreport()
    assert events == ["show", "show", "clear"]
    assert stream.getvalue() == ""


def test_lines_come_from_the_collection_to_the_report_and_then_end(pytester):
    """Each part goes on until two lines were told of it: no clock is asked."""
    pytester.makeconftest(
        """
import io
import threading

import pytest

from eval_suite.session.heartbeat import Heartbeat

pytest_plugins = ["pytester"]


class Told(io.StringIO):
    ready = threading.Semaphore(0)

    def flush(self):
        self.ready.release()


STREAM = Told()


def pytest_configure(config):
    config.pluginmanager.register(Heartbeat(STREAM, every=0.001))


def pytest_unconfigure(config):
    told = STREAM.getvalue()
    for now in ("collecting", "test_long.py::test_long", "writing the report"):
        print("TOLD", now, told.count(f"checks done, now {now}") >= 2)
    import threading
    print("THREADS", threading.active_count())


def wait_for(now):
    while STREAM.getvalue().count(f"checks done, now {now}") < 2:
        assert STREAM.ready.acquire(timeout=60)


def pytest_collection():
    wait_for("collecting")


def pytest_sessionfinish():
    wait_for("writing the report")


@pytest.fixture
def long():
    return lambda: wait_for("test_long.py::test_long")
"""
    )
    pytester.makepyfile(
        test_long="""
def test_long(long):
    long()
"""
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-q")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines([*["TOLD * True"] * 3, "THREADS 1"])
