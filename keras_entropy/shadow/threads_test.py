import threading

import pytest

from keras_entropy.shadow import threads


@pytest.fixture(autouse=True)
def two_threads(monkeypatch):
    """A machine with one processor would never meet at a barrier."""
    monkeypatch.setattr(threads, "_processors", lambda: 2)


@pytest.mark.parametrize("concurrent", [False, True])
def test_every_item_is_done_once(concurrent):
    done, reported = [], []

    def task(item, progress):
        done.append(item)
        progress(item)

    threads.run(task, list(range(50)), reported.append, concurrent)
    assert sorted(done) == sorted(reported) == list(range(50))


def test_tasks_run_side_by_side():
    both = threading.Barrier(2, timeout=60)
    places = []
    threads.run(
        lambda item, progress: places.append(both.wait()),
        [0, 1],
        print,
        concurrent=True,
    )
    assert sorted(places) == [0, 1]


def test_one_thread_reports_at_a_time():
    inside = threading.Lock()

    def progress(done):
        assert inside.acquire(blocking=False)
        for _ in range(1000):
            pass
        inside.release()

    def task(item, progress):
        for _ in range(200):
            progress(1)

    threads.run(task, [0, 1, 2, 3], progress, concurrent=True)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_an_error_ends_the_other_tasks(error):
    started = threading.Event()

    def task(item, progress):
        if item == "fails":
            started.wait()
            raise error("as told")
        while True:
            progress(1)
            started.set()

    with pytest.raises(error, match="as told"):
        threads.run(task, ["fails", "endless"], lambda done: None, concurrent=True)
