import functools
import os
import time
from concurrent.futures import CancelledError

import numpy as np
import pytest

from eval_suite.measurements.processes.attack_processes import AttackProcesses
from eval_suite.measurements.processes.attack_processes import at_once
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import audit_game
from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors


@pytest.fixture(scope="module")
def processes():
    processes = AttackProcesses(1)
    yield processes
    processes.close()


def made_up_audit(labels_of, surer):
    """What attacks eight models of 60 examples that are surer of their members."""
    random = np.random.default_rng(0)
    half = random.permuted(np.tile([True, False], (4, 30)), axis=1)
    membership = np.stack([half, ~half], axis=1).reshape(8, 60)
    classes = random.integers(0, 3, 60)
    logits = random.normal(size=(8, 60, 3))
    logits += (1 + surer * membership)[..., None] * np.eye(3)[classes]
    outputs = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    confidence = {"noise": logits.max(axis=-1)}
    return functools.partial(
        audit_game,
        outputs,
        classes,
        membership,
        attacks=("loss", "lira_online", *NEIGHBOR_ATTACKS),
        neighbors=Neighbors(labels_of(membership), confidence),
        seed=0,
    )


def labels_of(membership):
    random = np.random.default_rng(1)
    right = random.random((8, *membership.shape)) < 0.6 + 0.2 * membership
    return NeighborLabels({"noise": right})


def test_attacks_find_the_same_in_another_process(processes):
    audits = [made_up_audit(labels_of, surer) for surer in (0.5, 2.0)]
    waiting = [processes.start(audit) for audit in audits]
    for audit, wait in zip(audits, waiting, strict=True):
        here, there = audit(), wait()
        assert here.rows("none") == there.rows("none")
        assert here.strongest.auc == there.strongest.auc
        kept = there.strongest_among(lambda name: not name.asks_often)
        assert kept.attack == here.strongest_among(lambda n: not n.asks_often).attack


def test_the_other_process_is_another_and_loads_no_keras(processes):
    assert processes.start(os.getpid)() != os.getpid()
    loaded = processes.start(functools.partial(eval, "set(__import__('sys').modules)"))
    assert "keras_entropy.attacks" in loaded()
    assert not {"keras", "tensorflow"} & loaded()


def test_what_trains_and_asks_goes_first(processes):
    own = os.getpriority(os.PRIO_PROCESS, 0)
    there = processes.start(functools.partial(os.getpriority, os.PRIO_PROCESS, 0))
    assert there() == min(19, own + 10)


def test_what_fails_there_is_told_here(processes):
    wait = processes.start(functools.partial(int, "no number"))
    with pytest.raises(ValueError, match="no number"):
        wait()


def test_a_process_that_dies_is_told():
    processes = AttackProcesses(1)
    wait = processes.start(functools.partial(os._exit, 1))
    with pytest.raises(RuntimeError, match=r"lack of memory\. Received: exit status 1"):
        wait()
    processes.close()


def test_processes_end_with_whoever_started_them():
    processes = AttackProcesses(1)
    processes.start(os.getpid)()
    (process,) = processes._processes
    process.stdin.close()  # as where the one who asks was killed
    assert process.wait(timeout=30) == 0
    processes.close()


def test_close_ends_work_that_is_being_done():
    processes = AttackProcesses(1)
    waiting = [
        processes.start(functools.partial(time.sleep, 600)),
        processes.start(os.getpid),
    ]
    processes.close()
    for wait in waiting:
        with pytest.raises((RuntimeError, CancelledError)):
            wait()


def test_what_a_library_prints_does_not_get_between_the_answers(processes):
    assert processes.start(functools.partial(print, "noise"))() is None
    assert processes.start(functools.partial(abs, -1))() == 1


def test_little_waits_while_much_would_be_kept(processes, monkeypatch):
    module = "eval_suite.measurements.processes.attack_processes"
    monkeypatch.setattr(f"{module}._MOST_WAITING", 1000)
    waiting = [
        processes.start(functools.partial(np.sum, np.full(50, number)))
        for number in range(20)
    ]
    assert sum(size for _, size in processes._waiting) <= 1000
    assert [wait() for wait in waiting] == [50 * number for number in range(20)]


def test_at_once_does_the_work_now():
    done = []
    wait = at_once(lambda: done.append(1))
    assert done == [1]
    wait()
    assert done == [1]
