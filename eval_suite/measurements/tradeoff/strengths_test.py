import dataclasses

import numpy as np
from scipy import stats

from eval_suite.measurements.tradeoff import strengths
from keras_entropy import catalog
from keras_entropy.search import candidates

ENTRIES = {entry.name: entry for entry in strengths.entries()}


def what(entry):
    return entry.layer, dict(entry.config), repr(entry.recipe)


def test_each_defense_is_on_the_frontier_at_the_catalogs_own_strength():
    found = [what(entry) for entry in ENTRIES.values()]
    tried = (*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES)
    layers = [candidate.create() for candidate in tried]
    for entry in catalog.entries():
        if what(entry) in found:
            continue
        # Or it is among what `recommend` searches, which is not played twice.
        assert not entry.is_trained
        expected = entry.create().get_config() | {"name": None}
        configs = [
            layer.get_config() | {"name": None}
            for layer in layers
            if type(layer) is entry.layer
        ]
        assert configs.count(expected) == 1, entry.name


def test_no_name_is_given_twice():
    others = (*candidates.CANDIDATES, *candidates.KEYED_CANDIDATES)
    names = [entry.name for entry in strengths.entries()]
    names += [candidate.name for candidate in others]
    assert len(set(names)) == len(names)


def test_a_strength_is_what_is_trained_with():
    name = "hamp(label_entropy=0.5, weight=0.01)"
    loss = ENTRIES[name].recipe.loss()
    assert (loss.label_entropy, loss.weight) == (0.5, 0.01)
    # The training alone, on the frontier as well, is trained once for both.
    other = ENTRIES[name.replace("hamp", "hamp-training")]
    assert what(ENTRIES[name].training) == what(other)
    assert ENTRIES["M-17(weight=0.5)"].create().weight == 0.5
    assert ENTRIES["M-6"].recipe == catalog.get("M-6").recipe


def test_a_recipe_at_another_strength_keeps_the_rest():
    for name, setting, value in (
        ("reference-start", "epochs", 10),
        ("disjoint-mean", "parts", 12),
        ("early-stopping", "share", 0.4),
    ):
        entry, own = ENTRIES[f"{name}({setting}={value})"], catalog.get(name)
        assert getattr(entry.recipe, setting) == value
        changed = {setting: getattr(own.recipe, setting)}
        assert dataclasses.replace(entry.recipe, **changed) == own.recipe
        assert entry.cross_fitting == own.cross_fitting
        assert f"{name}({setting}={changed[setting]})" in ENTRIES


def test_noise_has_its_bound():
    bounds = [
        ENTRIES[f"dp-sgd-reference(noise_multiplier={noise})"]
        .recipe.guarantee(763)
        .auc_bound
        for noise in (10.0, 20.0)
    ]
    # 100 steps, swapped: mu is 2 sqrt(100) / noise.
    expected = stats.norm.cdf(2 * 10 / np.array([10.0, 20.0]) / np.sqrt(2))
    np.testing.assert_allclose(bounds, expected, rtol=1e-6)


def test_each_trained_loss_has_several_strengths():
    for name in ("label-smoothing", "hamp-training", "hamp", "relax-loss", "M-17"):
        assert sum(other.startswith(f"{name}(") for other in ENTRIES) >= 2
