import numpy as np
import pytest
from scipy import stats

from eval_suite.doctor import entropy_gained
from keras_entropy import catalog


def row(name, entropy, once, often, *, kind="softening", injective=False, bits=0.0):
    return {
        "name": name,
        "kind": kind,
        "injective": injective,
        "entropy": entropy,
        "js_entropy": bits,
        "js_cross_entropy": 2 * bits,
        "asked_once": once,
        "asked_often": often,
    }


def test_what_can_be_undone_counts_as_no_defense():
    rng = np.random.default_rng(0)
    gained = rng.random(30)
    rows = [row("base", 0.1, 0.6, 0.62)]
    rows += [
        row(f"{i}", 0.1 + gain, 0.6 - gain / 10, 0.6, injective=True)
        for i, gain in enumerate(gained)
    ]
    found = entropy_gained.compare(rows, 0)
    assert [r["effect"] for r in found] == [0, 0, 0, 0]
    assert {r["decision"] for r in found} == {"not decided"}


def test_entropy_that_protects_is_found():
    rng = np.random.default_rng(1)
    gained = rng.random(40)
    noise = 0.002 * rng.normal(size=(2, 40))
    rows = [row("base", 0.1, 0.6, 0.6)]
    rows += [
        row(
            f"{i}",
            0.1 + gain,
            0.6 - gain / 10 + noise[0, i],
            0.6 - gain / 10 + noise[1, i],
            kind=f"{i % 3}",
        )
        for i, gain in enumerate(gained)
    ]
    found = entropy_gained.compare(rows, 0)
    assert {r["decision"] for r in found} == {"supported"}
    expected = -stats.spearmanr(gained, [r["asked_once"] for r in rows[1:]]).statistic
    assert found[0]["effect"] == pytest.approx(expected)


def test_a_distance_that_tells_the_risk_is_found():
    rng = np.random.default_rng(2)
    leaks = rng.random(40) / 10
    rows = [row("base", 0.1, 0.6, 0.6)]
    rows += [
        row(str(i), rng.random(), 0.5 + leak, 0.5 + leak**2, bits=leak)
        for i, leak in enumerate(leaks)
    ]
    found = entropy_gained.compare_distances(rows, 0)
    assert [r["effect"] for r in found] == pytest.approx([1, 1, 1, 1])
    assert {r["decision"] for r in found} == {"supported"}
    for each in rows[1:]:
        each["injective"] = True
    found = entropy_gained.compare_distances(rows, 0)
    assert {r["decision"] for r in found} == {"not decided"}


def test_entropy_is_of_non_members_and_1_for_equal_probabilities():
    outputs = np.zeros((2, 3, 4))
    outputs[..., 0] = 1
    membership = np.array([[True, True, False], [False, False, True]])
    assert entropy_gained.normalized_entropy(outputs, membership) == 0
    outputs[~membership] = 0.25
    assert entropy_gained.normalized_entropy(outputs, membership) == pytest.approx(1)


def test_kinds_are_those_of_the_layers():
    kinds = {e.name: entropy_gained.kind(e) for e in catalog.entries()}
    assert kinds["temperature"] == "softening"
    assert kinds["M-1"] == "reference study"
    assert kinds["dp-sgd"] == "trained"
    assert entropy_gained.can_be_undone(catalog.get("temperature"))
    assert not entropy_gained.can_be_undone(catalog.get("label-only"))
