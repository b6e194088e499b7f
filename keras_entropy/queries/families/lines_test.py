import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from keras_entropy.queries.families import nearest
from keras_entropy.queries.families.input_space import space_of
from keras_entropy.queries.families.lines import POINTS
from keras_entropy.queries.families.lines import Lines
from keras_entropy.queries.families.nearest import nearest_of_other_classes

RNG = np.random.default_rng(0)


def by_brute_force(x, y, others, labels, classes):
    found = np.empty((len(x), classes), int)
    for row, distances in enumerate(cdist(x, others)):
        best = {}
        for other in np.argsort(distances):
            if labels[other] != y[row]:
                best.setdefault(labels[other], other)
        found[row] = list(best.values())[:classes]
    return found


@pytest.mark.parametrize("block", [1, 700, 2**24])
def test_the_nearest_of_each_other_class_is_scipys(block, monkeypatch):
    monkeypatch.setattr(nearest, "_DISTANCES", block)
    x, others = RNG.normal(size=(40, 5)), RNG.normal(size=(90, 5))
    y, labels = RNG.integers(0, 12, 40), RNG.integers(0, 8, 90) * 3
    found = nearest_of_other_classes(x, y, (others, labels), 5)
    np.testing.assert_array_equal(found, by_brute_force(x, y, others, labels, 5))


def test_all_distances_are_never_in_memory_at_once(monkeypatch):
    monkeypatch.setattr(nearest, "_DISTANCES", 2**18)
    x, others = (RNG.normal(size=(n, 8)).astype("float32") for n in (4000, 2000))
    tracemalloc.start()
    nearest_of_other_classes(x, np.arange(4000) % 10, (others, np.arange(2000) % 10), 5)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.25 * len(x) * len(others) * others.itemsize


def test_questions_go_towards_the_nearest_of_other_classes():
    x = RNG.normal(size=(30, 4)).astype("float32")
    others = RNG.normal(size=(50, 4)).astype("float32")
    y, labels = RNG.integers(0, 4, 30), RNG.integers(0, 4, 50)
    space = space_of(x, others)
    lines = Lines(space, (others, labels), 0)
    assert lines.most == 3 * len(POINTS)
    nearest_rows = by_brute_force(x / space.spread, y, others / space.spread, labels, 3)
    for number, question in enumerate(lines.questions(x, y, lines.most)):
        ends = others[nearest_rows[:, number % 3]]
        part = POINTS[number // 3]
        np.testing.assert_allclose(question, (1 - part) * x + part * ends, atol=1e-5)


def test_a_column_of_large_numbers_does_not_decide_alone():
    x, others = RNG.normal(size=(30, 4)), RNG.normal(size=(60, 4))
    y, labels = RNG.integers(0, 2, 30), RNG.integers(0, 2, 60)
    scale = np.array([1e5, 1, 1e-3, 1])
    one, other = (
        Lines(space_of(x * s, others * s), (others * s, labels), 0).question(
            x * s, y, 0
        )
        for s in (1, scale)
    )
    np.testing.assert_allclose(one * scale, other, rtol=1e-9)


def test_codes_cross_over_and_nothing_else_is_between():
    x, others = (RNG.normal(size=(n, 3)).astype("float32") for n in (2000, 100))
    x[:, 1], others[:, 1] = RNG.integers(0, 5, 2000), RNG.integers(100, 105, 100)
    labels = np.arange(100) % 2
    lines = Lines(space_of(x, others), (others, labels), 0)
    (question,) = lines.questions(x, np.zeros(2000, int), 1)
    taken = question[:, 1] >= 100
    assert taken.mean() == pytest.approx(POINTS[0], abs=0.04)
    np.testing.assert_array_equal(question[~taken, 1], x[~taken, 1])
    assert set(question[:, 1]) <= {*range(5), *range(100, 105)}


def test_other_examples_get_lines_of_their_own():
    x, labels = RNG.normal(size=(40, 3)), np.arange(40) % 3
    lines = Lines(space_of(x, x), (x, labels), 0)
    whole = lines.question(x, labels, 0)
    np.testing.assert_array_equal(lines.question(x[:7], labels[:7], 0), whole[:7])
    other = lines.question(x[:7], labels[1:8], 0)
    assert not np.array_equal(other, whole[:7])


def test_one_class_has_no_lines():
    x = RNG.normal(size=(5, 2))
    with pytest.raises(ValueError, match=r"at least two\. Received: class 4 alone"):
        Lines(space_of(x, x), (x, np.full(5, 4)), 0)


def test_a_copy_with_another_label_leads_nowhere():
    rng = np.random.default_rng(0)
    others, labels = rng.normal(size=(40, 3)).astype("float32"), np.arange(40) % 4
    # The first asked about is a copy under a wrong label, the second is none.
    x = np.stack([others[5], rng.normal(size=3).astype("float32")])
    y = np.array([(labels[5] + 1) % 4, 0])
    found = nearest_of_other_classes(x, y, (others, labels), 3)
    assert 5 not in found[0]
    # Its own class in the reference is one that it may go to.
    same = np.flatnonzero(labels == labels[5])
    distances = np.square(others[same] - x[0]).sum(axis=1)
    nearest = same[np.argsort(distances)[1]]
    assert nearest in found[0]
