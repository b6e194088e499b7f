"""Shadow models that are unlike the target: another network, or other data."""

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import keras_entropy
from eval_suite.audit_model import audit_model
from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy.shadow import Runner


def draw(rng, count, shift=0.0):
    x = rng.normal(size=(count, 8)).astype("float32")
    y = (x[:, :4] + rng.normal(size=(count, 4))).argmax(axis=1)
    return (x + shift).astype("float32"), y


def network(units, activation="softmax", classes=4, inputs=8):
    keras.utils.set_random_seed(len(units))
    hidden = [keras.layers.Dense(width, activation="relu") for width in units]
    model = keras.Sequential(
        [
            keras.Input((inputs,)),
            *hidden,
            keras.layers.Dense(classes, activation=activation),
        ]
    )
    model.compile(
        keras.optimizers.Adam(1e-2),
        keras.losses.SparseCategoricalCrossentropy(from_logits=activation is None),
    )
    return model


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(0)
    return [draw(rng, 200) for _ in range(3)] + [draw(rng, 400, shift=0.3)]


@pytest.fixture(scope="module")
def trained(sets):
    model = network((64,))
    model.fit(*sets[0], epochs=20, batch_size=16, verbose=0)
    return model


def train(x, y, seed):
    pytest.fail("what is refused before work trains nothing")


def audit(model, sets, **kwargs):
    members, others, *_ = sets
    settings = {"shadows": 8, "shadow_batch_size": 16, "questions": 0, **kwargs}
    return audit_model(model, members, others, **settings)


def test_shadows_of_another_architecture_attack(trained, sets):
    found = audit(
        trained,
        sets,
        population=sets[2],
        shadow_model=network((48, 16)),
        shadow_epochs=20,
    )
    aucs = {result.attack: result.auc for result in found.audit.attacks}
    assert aucs["lira_online"] > aucs["loss"] > 0.6
    assert found.resemblance.resembles


def test_shadows_of_other_data_attack_as_their_formula_says(trained, sets):
    found = audit(trained, sets, shadow_data=sets[3])
    aucs = {result.attack: result.auc for result in found.audit.attacks}
    shadows = found.shadows
    assert not shadows.membership.any()
    assert found.resemblance is None
    # Independently: the mean confidence of models that learned none of the examples.
    labels = np.concatenate(found.labels)
    everyone = np.arange(len(labels))
    target = np.concatenate(found.outputs)[everyone, labels]
    logits = [
        np.log(p / (1 - p))
        for p in (target.astype(float), shadows.outputs[:, everyone, labels])
    ]
    score = (logits[0] - logits[1].mean(axis=0)) / logits[1].std()
    expected = roc_auc_score(everyone < len(found.labels[0]), score)
    assert aucs["lira_offline"] == pytest.approx(expected, abs=0.03)
    assert aucs["lira_offline"] > 0.6
    assert any(gap.what.startswith("lira_online") for gap in found.audit.not_measured)
    assert "lira_online" not in aucs


def test_the_targets_defense_goes_on_other_shadows(trained, sets):
    defended = keras_entropy.defend(trained, keras_entropy.Rounding(1))
    subject = UserModel(
        defended,
        *(Dataset(name, name, *sets[i], ()) for i, name in ((0, "in"), (1, "out"))),
    )
    recipe = ShadowRecipe(
        models=4, batch_size=16, epochs=20, model=network((48,), activation=None)
    )
    pool = Dataset("pool", "pool", *sets[2], ())
    subject.train_shadows_on(pool, recipe, Runner())
    outputs = subject.shadows("base").outputs
    assert outputs == pytest.approx(np.round(outputs, 1), abs=1e-6)
    assert "each a 'sequential" in subject.describe()["profile"]["name"]


def test_an_attacker_of_another_law_finds_no_members_of_an_unfit_model(sets):
    untrained = network((64,))
    found = audit(untrained, sets, shadow_data=sets[3], shadow_epochs=3)
    for result in found.audit.attacks:
        if result.attack in ("lira_offline", "rmia_offline", "difficulty_offset"):
            assert result.auc_low < 0.5 < result.auc_high


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"shadow_model": network((8,))}, "`shadow_model` is for shadow models"),
        ({"population": 2, "shadow_data": 3}, "two kinds of attackers"),
        (
            {"population": 2, "shadow_model": network((8,), classes=5)},
            "--shadow-model must be a model of as many classes as the target, 4",
        ),
        (
            {"population": 2, "shadow_model": network((8,), inputs=7)},
            "--shadow-model must be a model of inputs like the target's: .*x \\(8,\\)",
        ),
        (
            {"population": 2, "shadow_model": network((8,)), "shadow_epochs": None},
            "give --shadow-epochs",
        ),
        (
            {"population": 2, "shadow_model": network((8,)), "trainer": train},
            "and --shadow-model",
        ),
    ],
)
def test_what_cannot_be_is_refused_before_work(trained, sets, given, message):
    kwargs = {"shadow_epochs": 2, **given}
    for name in ("population", "shadow_data"):
        if name in kwargs:
            kwargs[name] = sets[kwargs[name]]
    with pytest.raises(ValueError, match=message):
        audit(trained, sets, **kwargs)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (lambda x, y: (x[:, :7], y), "--shadow-data must have examples of the shape"),
        (lambda x, y: (x[:60], y[:60]), "--shadow-data needs at least 100 examples"),
        (lambda x, y: (x, y + 4), "Received: --shadow-data with label 7"),
    ],
)
def test_shadow_data_must_fit(trained, sets, data, message):
    with pytest.raises(ValueError, match=message):
        audit(trained, sets, shadow_data=data(*sets[3]))


def test_shadow_data_hold_no_scored_example(trained, sets):
    with pytest.raises(ValueError, match="--shadow-data must not overlap the members"):
        audit(trained, sets, shadow_data=sets[0])
