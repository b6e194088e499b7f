import dataclasses
import logging

import keras
import numpy as np
import pytest

import keras_entropy
from keras_entropy.layers.contract_test import to_numpy
from keras_entropy.search import recommendation
from keras_entropy.search import recommending
from keras_entropy.search import tradeoff
from keras_entropy.search.candidates import CANDIDATES


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 300)
    x = (random.normal(size=(300, 8)) + 1.2 * np.eye(8)[y]).astype("float32")
    return (x[:180], y[:180]), (x[180:], y[180:])


@pytest.fixture(scope="module")
def model(data):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*data[0], epochs=40, verbose=0)
    return model


def search(model, data, **kwargs):
    members, reference = data
    return keras_entropy.recommend(
        model, reference, members=members, models=8, **kwargs
    )


@pytest.fixture(scope="module")
def found(model, data):
    return search(model, data, epochs=40)


def test_the_choice_protects_and_keeps_the_predictions(found, model, data):
    rows = {row.name: row for row in found.table}
    assert rows["no defense"].auc > 0.6
    assert rows[found.name].auc < rows["no defense"].auc - 0.02
    x = data[1][0]
    before, after = to_numpy(model(x)), to_numpy(found.model(x))
    np.testing.assert_array_equal(after.argmax(-1), before.argmax(-1))
    assert found.model.layers[-1] is found.layer
    assert f"> {found.name}" in str(found)


def test_the_same_arguments_give_the_same_table(found, model, data):
    again = search(model, data, epochs=40)
    assert again.table == found.table
    assert again.name == found.name


def test_limits_are_kept_and_nothing_within_them_is_said(model, data, caplog):
    limits = dict(max_nll_increase=-0.999, max_latency_ratio=1e9)
    with caplog.at_level(logging.WARNING):
        tight = search(model, data, **limits, epochs=40)
    assert not any(row.allowed for row in tight.table[1:])
    assert tight.name == "no defense"
    assert tight.layer is None
    assert all(row.latency_ratio > 0 for row in tight.table)
    for text in (str(tight), caplog.text):
        assert "allow more NLL, less accuracy or more time" in text


def test_bad_input_is_refused(model, data):
    (x, y), (other_x, other_y) = data
    with pytest.raises(ValueError, match=r"even and at least 8. Received: models=6"):
        keras_entropy.recommend(model, data[1], members=data[0], models=6)
    with pytest.raises(ValueError, match=r"at least 40 examples.*Received: 39"):
        keras_entropy.recommend(model, (other_x[:39], other_y[:39]), members=data[0])
    with pytest.raises(ValueError, match=r"out of it.*90 of 210 reference examples"):
        keras_entropy.recommend(
            model,
            (np.concatenate([other_x, x[:90]]), np.concatenate([other_y, y[:90]])),
            members=data[0],
        )

    with pytest.raises(ValueError, match=r"`reference`: .*y \(\d+,\)"):
        keras_entropy.recommend(model, (other_x, other_y[:-1]), members=data[0])
    with pytest.raises(TypeError, match=r"`members`: expected a pair.*: ndarray"):
        keras_entropy.recommend(model, data[1], members=x)


def test_models_without_defense_of_other_examples_are_in_the_table(found):
    first, second, third = found.table[:3]
    assert first.name == "no defense"
    assert [second.name, third.name] == ["reference-only", "with-reference"]
    assert second.retrained
    assert second.auc_bound == 0.5
    assert third.auc_bound is None
    # It has seen no member.
    assert second.auc < first.auc - 0.05
    assert found.name not in (second.name, third.name)
    for row in found.table:
        assert row.auc_low <= row.auc <= row.auc_high


def test_the_choice_and_repeated_questions_are_told_with_intervals(found):
    assert f"Chosen: {found.name}. AUC {found.change.value:+.3f} [" in str(found)
    assert f"{found.often.base.value:.3f} [{found.often.base.low:.3f}" in str(found)


@pytest.mark.filterwarnings("ignore:.* of its training examples correctly")
def test_with_other_trainings_one_that_protects_is_chosen(model, data, monkeypatch):
    monkeypatch.setattr(recommending, "CANDIDATES", CANDIDATES[:1])
    monkeypatch.setattr(recommending, "RECIPES", ("dp-sgd-reference-strict",))
    with pytest.raises(ValueError, match=r"`max_auc_bound` needs `retrain=True`"):
        search(model, data, max_auc_bound=0.7, epochs=10**9)
    wide = dict(max_accuracy_drop=1.0, questions=20, epochs=40, retrain=True)
    found = search(model, data, max_auc_bound=0.7, **wide)
    rows = {row.name: row for row in found.table}
    assert found.layer is None
    assert found.name in ("reference-only", "dp-sgd-reference-strict")
    assert rows[found.name].auc_bound <= 0.7
    assert not rows["TemperatureScaling(temperature=2.0)"].allowed
    assert not rows["with-reference"].allowed
    assert found.change.value < 0
    assert to_numpy(found.model(data[1][0])).shape == (120, 3)


def test_a_training_that_this_model_cant_have_is_named(data, monkeypatch):
    monkeypatch.setattr(recommending, "CANDIDATES", CANDIDATES[:1])
    monkeypatch.setattr(recommending, "RECIPES", ("disjoint-mean",))
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(8),
            keras.layers.BatchNormalization(),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    found = search(model, data, epochs=1, questions=0, retrain=True)
    assert "BatchNormalization" in found.refused["disjoint-mean"]
    assert "Not tried: disjoint-mean. " in str(found)


def test_limits_that_nothing_meets_are_refused_before_any_work(model, data):
    with pytest.raises(ValueError, match="`max_accuracy_drop` must be in"):
        search(model, data, max_accuracy_drop=-0.1, epochs=10**9)


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'recomend'"):
        keras_entropy.recomend  # noqa: B018


def test_the_table_says_what_each_attacker_finds(found):
    for row in found.table:
        assert row.asked_once > 0.45
        assert row.asked_often > 0.45
    assert "asked once" in str(found)
    assert recommendation.ASKED_ONCE not in str(found)


def test_the_larger_figure_of_both_attackers_is_the_one_that_counts(found):
    for row in found.table:
        larger = max(row.asked_once, row.asked_often)
        # Two pairs report, by what the two others chose.
        assert row.auc == pytest.approx(larger, abs=0.05)


def test_nothing_is_chosen_that_leaks_more_than_no_defense(model, data, monkeypatch):
    honest = tradeoff.evaluate

    def leaky(candidate, game, *, seed=0):
        point = honest(candidate, game, seed=seed)
        if candidate is None:
            return point
        return dataclasses.replace(point, half_auc=(1.0, 1.0), nll=point.nll / 9)

    monkeypatch.setattr(tradeoff, "evaluate", leaky)
    found = search(model, data, epochs=40)
    assert found.layer is None
    assert found.name == "no defense"
    assert sum(row.allowed for row in found.table) > 1


def test_a_choice_against_one_question_says_so(model, data):
    once = search(model, data, epochs=5, questions=0)
    assert all(row.asked_often is None for row in once.table)
    assert recommendation.ASKED_ONCE in str(once)


def test_neighbors_of_the_users_own_are_asked_about(model, data):
    seeds = []

    def flipped(x, seed):
        seeds.append(seed)
        signs = np.random.default_rng(seed).choice([-1, 1], size=x.shape)
        return (x * signs).astype(x.dtype)

    found = search(model, data, epochs=2, questions=20, neighbors=flipped)
    assert len(set(seeds)) >= 4
    assert all(row.asked_often is not None for row in found.table)


def test_questions_that_make_no_sense_are_refused_before_training(model, data):
    with pytest.raises(ValueError, match=r"`questions` must be at least \d+.*=1"):
        search(model, data, questions=1, epochs=10**9)
    with pytest.raises(ValueError, match="`neighbors` needs `questions`"):
        search(model, data, questions=0, neighbors=lambda x, seed: x, epochs=10**9)
    with pytest.raises(ValueError, match=r"`neighbors` must change the examples"):
        search(model, data, neighbors=lambda x, seed: x, epochs=10**9)
