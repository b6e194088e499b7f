"""Shadow models of what users compile, and those that don't resemble their target."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

import eval_suite
from eval_suite.datasets.datasets import Dataset
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy import TemperatureScaling
from keras_entropy import defend
from keras_entropy.shadow import Runner

pytest_plugins = ["pytester"]

EPOCHS = 20
CHECK = Path(eval_suite.__file__).parent / "test_membership_inference.py"


def draw():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 8)).astype("float32")
    return x, (x[:, :3] + rng.normal(size=(600, 3))).argmax(axis=1)


X, Y = draw()
SETS = [
    Dataset(name, name, X[rows], Y[rows], ())
    for name, rows in (
        ("members", slice(0, 200)),
        ("others", slice(200, 400)),
        ("pool", slice(400, 600)),
    )
]


def own_loss(y, p):
    return -keras.ops.sum(y * keras.ops.log(p + 1e-7), axis=-1)


def trained(loss="sparse_categorical_crossentropy", rate=1e-2, lower=False):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(rate), loss)
    sparse = "sparse" in str(loss)
    callback = keras.callbacks.LearningRateScheduler(
        lambda epoch, now: rate if epoch < 16 or not lower else now * 0.01
    )
    y = Y if sparse else np.eye(3, dtype="float32")[Y]
    model.fit(X[:200], y[:200], epochs=EPOCHS, verbose=0, callbacks=[callback])
    return model


def shadowed(model, **recipe):
    subject = UserModel(model, *SETS[:2])
    settings = {"models": 4, "epochs": EPOCHS, **recipe}
    subject.train_shadows_on(SETS[2], ShadowRecipe(**settings), Runner())
    return subject


def accuracies(subject):
    """The shadows' accuracies, computed from what they answer."""
    stack = subject._population._shadows
    labels = np.concatenate(subject.labels)
    plan = subject._population._examples.membership
    hits = stack.predict(None, np.concatenate([SETS[0].x, subject.nonmembers.x]))
    hits = hits.argmax(axis=-1) == labels
    inside = np.arange(len(labels)) < 200
    return hits[plan & inside].mean(), hits[~plan & ~inside].mean()


@pytest.mark.parametrize(
    "loss",
    [
        keras.losses.sparse_categorical_crossentropy,
        keras.losses.categorical_crossentropy,
        ["categorical_crossentropy"],
        own_loss,
    ],
    ids=["sparse function", "function", "list", "own"],
)
def test_every_loss_of_labels(loss):
    model = trained(loss)
    subject = shadowed(model)
    found = subject.resemblance
    hits = model.predict(X, verbose=0).argmax(axis=1) == Y
    assert found.target[0] == pytest.approx(hits[:200].mean(), abs=1e-6)
    assert found.resembles
    assert found.anew == pytest.approx(accuracies(subject), abs=0.02)
    assert subject.shadows("base") is not None


def test_a_loss_of_ones_own_behind_a_defense():
    model = trained(own_loss)
    defended = defend(model, TemperatureScaling(3.0))
    defended.compile(keras.optimizers.Adam(1e-2), own_loss)
    assert shadowed(defended).resemblance.resembles


def test_a_lowered_rate_is_that_of_the_start():
    with pytest.warns(UserWarning, match=r"was 0\.01 while it was trained"):
        subject = shadowed(trained(lower=True))
    assert subject.resemblance.resembles


def test_of_a_saved_model_the_user_says_the_rate(tmp_path):
    trained(lower=True).save(tmp_path / "model.keras")
    model = keras.models.load_model(tmp_path / "model.keras")
    unlike = shadowed(model)
    assert not unlike.resemblance.resembles
    assert unlike.shadows("base") is None
    assert unlike.shadows("temperature") is None
    for part in ("shadows", "records"):
        assert "SHADOWS DO NOT RESEMBLE" in unlike.reason_without(part)
    told = shadowed(model, learning_rate=1e-2)
    assert told.resemblance.resembles
    assert told.shadows("base").outputs.shape[0] == 4
    with pytest.raises(ValueError, match="`learning_rate` must be a positive"):
        ShadowRecipe(learning_rate=0)


def test_the_command_line_says_so_on_top_and_gives_no_verdict(pytester):
    trained(lower=True).save(pytester.path / "model.keras")
    for name, rows in (("in", slice(0, 200)), ("out", slice(200, 400))):
        np.savez(pytester.path / f"{name}.npz", x=X[rows], y=Y[rows])
    np.savez(pytester.path / "pool.npz", x=X[400:], y=Y[400:])
    found = pytester.runpytest_inprocess(
        str(CHECK),
        *"--model model.keras --members in.npz --nonmembers out.npz".split(),
        *"--population pool.npz --shadows 4 --questions 0 --defenses none".split(),
        *"--report --gate auc<=0.99 -p no:xdist -p no:cacheprovider".split(),
    )
    found.stdout.fnmatch_lines(["*only shadow models that resemble the target*"])
    folder = pytester.path / "reports/latest"
    results = json.loads((folder / "results.json").read_text())
    assert "SHADOWS DO NOT RESEMBLE THE TARGET" in results["verdict"]["lines"][0]
    row = results["threat_model"]["resemblance"]
    assert not row["resembles"]
    assert row["target"][0] > row["shadows"][0] + 0.2
    assert "shadow" not in {row["group"] for row in results["attacks"]}
    gaps = {gap["what"] for gap in results["not_measured"]}
    assert "attacks by shadow models (base)" in gaps
    for page in ("report.md", "index.html"):
        assert "SHADOWS DO NOT RESEMBLE THE TARGET" in (folder / page).read_text()
