"""The fixture `membership_audit` with a population, and shadows trained on it."""

import keras
import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier

from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_outputs
from keras_entropy.shadow import complementary_pairs
from keras_entropy.shadow import model_seeds

SETTINGS = {"shadows": 4, "questions": 0}


def draw():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(480, 6)).astype("float32")
    return x, (x[:, :3] + rng.normal(size=(480, 3))).argmax(axis=1)


X, Y = draw()
MEMBERS, OTHERS, POOL = (
    (X[rows], Y[rows]) for rows in (slice(160), slice(160, 320), slice(320, 480))
)


def train(x, y, seed):
    rng = np.random.default_rng(seed)
    first = rng.normal(size=(6, 64)), rng.normal(size=64)
    found = RidgeClassifier(0.1).fit(np.maximum(x @ first[0] + first[1], 0), y)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.set_weights([*first, 3 * found.coef_.T, 3 * found.intercept_])
    return model


@pytest.fixture(scope="module")
def model():
    return train(*MEMBERS, 77)


def test_shadows_attack_as_those_that_the_function_trains(model, membership_audit):
    audit = membership_audit(
        model, MEMBERS, OTHERS, population=POOL, trainer=train, **SETTINGS
    )
    # 15 % of the non-members are set aside, and so many of the pool make a half whole.
    (x_in, x_out), (y_in, y_out) = audit.inputs, audit.labels
    assert len(x_out) == 136
    drawn = np.random.default_rng(0).permutation(160)[: 320 - 160 - 136]
    x = np.concatenate([x_in, x_out, POOL[0][drawn]])
    y = np.concatenate([y_in, y_out, POOL[1][drawn]])
    plan = complementary_pairs(320, 4, seed=0)
    outputs = [
        train(x[inside], y[inside], seed).predict(x[:296], verbose=0)
        for inside, seed in zip(plan.membership, model_seeds(0, 4), strict=True)
    ]
    expected = audit_outputs(
        model.predict(x_in, verbose=0),
        y_in,
        model.predict(x_out, verbose=0),
        y_out,
        shadows=Shadows(np.stack(outputs), plan.membership[:, :296]),
    )
    for attack in ("loss", "lira_online", "rmia_offline"):
        found = audit.audit.get(attack).auc
        assert found == pytest.approx(expected.get(attack).auc, abs=1e-4)
    assert "Shadow models resemble the target" in audit.table()
    assert ("base", "lira_online") in {row[:2] for row in audit.baseline.rows}


def test_attacks_by_shadows_are_named_like_others(model, membership_audit):
    found = membership_audit(
        *(model, MEMBERS, OTHERS),
        population=POOL,
        trainer=train,
        shadows=4,
        questions=12,
        attacks=("lira_online", "neighbors:label_share"),
    )
    names = {row.attack for row in found.audit.attacks}
    assert names == {"lira_online", "neighbors:label_share"}
    with pytest.raises(ValueError, match="lira_online"):
        membership_audit(model, MEMBERS, OTHERS, attacks="lira_online")


def untrained(x, y, seed):
    model = keras.models.clone_model(train(x, y, seed))
    model.set_weights([w + seed for w in model.get_weights()])
    return model


def test_shadows_unlike_the_model_are_not_attacked_by(model, membership_audit):
    given = {"population": POOL, "trainer": untrained, **SETTINGS}
    with pytest.warns(UserWarning, match="SHADOWS DO NOT RESEMBLE"):
        audit = membership_audit(model, MEMBERS, OTHERS, **given)
    assert not [row for row in audit.audit.attacks if row.attack.startswith("lira")]
    assert "SHADOWS DO NOT RESEMBLE" in audit.table()
    with pytest.raises(ValueError, match="lira_online: SHADOWS DO NOT RESEMBLE"):
        membership_audit(model, MEMBERS, OTHERS, **given, attacks=("lira_online",))


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"trainer": train}, "need `population`"),
        ({"population": POOL, "shadows": 5}, "even and at least 4"),
        ({"population": POOL, "shadows": 4}, "must be compiled"),
        ({"population": MEMBERS, "trainer": train}, "must not overlap the members"),
        ({"population": POOL, "trainer": "no_such:train"}, "no module 'no_such'"),
        (
            {"population": POOL, "trainer": train, "shadow_epochs": 3},
            "leave out --shadow-epochs",
        ),
    ],
)
def test_what_fits_no_training_is_refused(model, membership_audit, given, reason):
    with pytest.raises(ValueError, match=reason):
        membership_audit(model, MEMBERS, OTHERS, **given)
