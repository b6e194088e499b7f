import contextlib
import dataclasses

import numpy as np
import pytest

from eval_suite.options.options import Options
from eval_suite.session.asking_process import AskingProcess
from eval_suite.session.asking_worker import asked
from eval_suite.subjects.make_subject import check_options
from eval_suite.undefended import BASE

NAMES = ["label-only", "label-smoothing"]
OPTIONS = Options(defenses=",".join(NAMES), shadows=4, questions=8)


def game_in(folder):
    """Returns the game that keeps its answers there, and what it does, by title."""
    titles = []

    @contextlib.contextmanager
    def bar(title, total):
        titles.append(title)
        yield lambda done: None

    return check_options(OPTIONS)(bar, lambda: folder), titles


def test_the_undefended_models_come_first_and_the_rest_from_the_end():
    assert list(asked(NAMES, strengths=False)) == [BASE, *NAMES[::-1]]
    strengths = list(asked(NAMES, strengths=True))
    assert strengths[0] == BASE
    assert strengths[-2:] == NAMES[::-1]
    assert len(strengths) > 40


def test_what_it_asked_is_found_and_is_what_this_process_would_find(tmp_path):
    process = AskingProcess(OPTIONS, tmp_path / "there", NAMES, strengths=False)
    assert process.wait() == 0
    process.close()
    there, done_there = game_in(tmp_path / "there")
    here, done_here = game_in(tmp_path / "here")
    assert there.to_train([BASE, *NAMES]) == 0
    assert here.to_train([BASE, *NAMES]) == 2
    for name in (BASE, *NAMES):
        one, other = there.paired_models(name), here.paired_models(name)
        np.testing.assert_array_equal(one.outputs, other.outputs)
        first, second = one.neighbors(), other.neighbors()
        np.testing.assert_array_equal(first.labels.share(), second.labels.share())
        for family, values in second.confidence.items():
            np.testing.assert_array_equal(first.confidence[family], values)
    assert done_there == []
    assert len(done_here) > 3


def test_it_ends_when_it_is_told_and_when_its_starter_is_gone(tmp_path):
    told, left = (
        AskingProcess(OPTIONS, tmp_path, NAMES, strengths=True) for _ in range(2)
    )
    told.close()
    assert told.wait() != 0
    left._process.stdin.close()
    assert left.wait() == 1


@pytest.mark.parametrize(
    ("cores", "to_train", "started"), [(2, 3, True), (1, 3, False), (2, 2, False)]
)
def test_one_is_started_where_it_pays(monkeypatch, tmp_path, cores, to_train, started):
    module = "eval_suite.session.asking_process"
    monkeypatch.setattr(f"{module}.os.cpu_count", lambda: cores)
    game, _ = game_in(tmp_path)
    monkeypatch.setattr(game, "to_train", lambda names: to_train)
    options = dataclasses.replace(OPTIONS, defenses="label-only")
    process = AskingProcess.where_it_pays(game, options, lambda: tmp_path)
    assert (process is not None) == started
    if process is not None:
        process.close()
