import csv

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from keras_entropy.attacks import audit_outputs
from keras_entropy.callbacks import MembershipAudit
from keras_entropy.callbacks.membership_audit import KEYS


def draw(seed=0, n=1000):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 8)).astype("float32")
    return x, (x[:, :3] + 1.5 * rng.normal(size=(n, 3))).argmax(axis=1)


X, Y = draw()
MEMBERS, OTHERS = (X[:200], Y[:200]), (X[200:], Y[200:])


def classifier(activation="softmax", units=3, loss="sparse_categorical_crossentropy"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(units, activation=activation),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model


def audit(members=MEMBERS, others=OTHERS, *args, **settings):
    return MembershipAudit(members, others, *args, **{"fpr": 0.05, **settings})


def fit(model, *callbacks, epochs=6):
    return model.fit(
        *MEMBERS, epochs=epochs, batch_size=32, verbose=0, callbacks=list(callbacks)
    )


def true_losses(model, x, y, logits=False):
    answers = np.asarray(model.predict(x, verbose=0), "float64")
    if answers.shape[1] == 1:
        answers = np.hstack([1 - answers, answers])
    if logits:
        answers = np.exp(answers) / np.exp(answers).sum(axis=1, keepdims=True)
    return -np.log(answers[np.arange(len(y)), y])


def test_the_auc_is_that_of_the_losses_by_scikit_learn():
    model = classifier()
    kept = []
    keep = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(true_losses(model, X, Y))
    )
    history = fit(model, audit(), keep, epochs=12).history
    member = np.arange(len(X)) < 200
    expected = [roc_auc_score(member, -losses) for losses in kept]
    np.testing.assert_allclose(history["mia_auc"], expected, atol=2e-4)
    assert history["mia_auc"][-1] > 0.6
    for low, auc, high in zip(
        history["mia_auc_low"], history["mia_auc"], history["mia_auc_high"], strict=True
    ):
        assert low < auc < high
        # DeLong's half width for 200 and 800.
        assert 0.03 < high - low < 0.12
    # At a threshold that 5 % of other examples lie above.
    cut = np.quantile(-kept[-1][200:], 0.95)
    found = (-kept[-1][:200] > cut).mean()
    assert history["mia_tpr"][-1] == pytest.approx(found, abs=0.02)


def test_the_figures_are_those_of_the_audit_of_outputs():
    model, x = classifier(), X
    history = fit(model, audit()).history
    answers = model.predict(x, verbose=0)
    found = audit_outputs(
        answers[:200],
        Y[:200],
        answers[200:],
        Y[200:],
        attacks=("loss",),
        fpr_levels=(0.05,),
    ).get("loss")
    expected = (found.auc, found.auc_low, found.auc_high, found.tpr_at_fpr["0.05"].tpr)
    got = [history[key][-1] for key in KEYS]
    np.testing.assert_allclose(got, expected, atol=5e-4)


def test_noise_is_a_half_and_the_interval_covers():
    covered = []
    model = classifier()
    for seed in range(60):
        x, y = draw(seed + 1, 400)
        watch = audit((x[:200], y[:200]), (x[200:], y[200:]))
        watch.set_model(model)
        logs = {}
        watch.on_epoch_end(0, logs)
        covered.append(logs["mia_auc_low"] <= 0.5 <= logs["mia_auc_high"])
    assert np.mean(covered) > 0.88  # 95 % less 2.5 standard errors


def test_training_is_not_changed():
    plain, watched = classifier(), None
    fit(plain)
    watched = classifier()
    fit(watched, audit())
    for one, other in zip(plain.get_weights(), watched.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_epoch_has_the_keys_and_so_have_csv_columns(tmp_path):
    file = tmp_path / "log.csv"
    log = keras.callbacks.CSVLogger(file)
    history = fit(classifier(), audit(MEMBERS, OTHERS, 3), log, epochs=6).history
    auc = history["mia_auc"]
    assert len(auc) == 6
    assert auc[0] == auc[1] == auc[2] != auc[3] == auc[4] != auc[5]  # the last planned
    rows = list(csv.DictReader(file.read_text().splitlines()))
    assert len(rows) == 6
    for key in KEYS:
        found = [float(row[key]) for row in rows]
        np.testing.assert_allclose(found, history[key], rtol=1e-6)


def test_callbacks_of_keras_read_the_keys(tmp_path):
    audited = audit()
    stop = keras.callbacks.EarlyStopping(
        monitor="mia_auc", mode="min", patience=2, restore_best_weights=True
    )
    best = keras.callbacks.ModelCheckpoint(
        tmp_path / "best.keras", monitor="mia_auc", mode="min", save_best_only=True
    )
    board = keras.callbacks.TensorBoard(tmp_path / "logs")
    boards = [board] if keras.backend.backend() == "tensorflow" else []
    model = classifier()
    history = fit(model, audited, stop, best, *boards, epochs=40).history
    auc = history["mia_auc"]
    assert len(auc) < 40
    least = int(np.argmin(auc))
    assert len(auc) == least + 3
    saved = keras.models.load_model(tmp_path / "best.keras")
    member = np.arange(len(X)) < 200
    for kept in (model, saved):
        found = roc_auc_score(member, -true_losses(kept, X, Y))
        assert found == pytest.approx(auc[least], abs=2e-4)
    # A new training begins anew.
    again = fit(model, audited, epochs=1).history["mia_auc"]
    assert again[0] != auc[-1]


def test_a_sample_is_drawn_once_by_the_seed():
    runs = [
        fit(classifier(), audit(examples=100, fpr=0.1, seed=s), epochs=2).history
        for s in (0, 0, 1)
    ]
    assert runs[0]["mia_auc"] == runs[1]["mia_auc"] != runs[2]["mia_auc"]


@pytest.mark.parametrize("kind", ["one unit", "logits", "one-hot", "subclassed"])
def test_every_ending(kind):
    members, others = MEMBERS, OTHERS
    model, logits, y, targets = classifier(), False, Y, Y
    if kind == "one unit":
        y = targets = (Y > 0).astype(int)
        model = classifier("sigmoid", 1, "binary_crossentropy")
    elif kind == "logits":
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model, logits = classifier(None, 3, loss), True
    elif kind == "one-hot":
        targets = np.eye(3)[Y]
        model = classifier(loss="categorical_crossentropy")
    else:

        class Own(keras.Model):
            def __init__(self):
                super().__init__()
                self.inner = classifier()

            def call(self, inputs, training=False):
                return self.inner(inputs, training=training)

        model = Own()
        model.compile("adam", "sparse_categorical_crossentropy")
    members, others = (X[:200], targets[:200]), (X[200:], targets[200:])
    watch = audit(members, others, from_logits=logits)
    history = model.fit(*members, epochs=3, verbose=0, callbacks=[watch]).history
    losses = true_losses(model, X, y, logits)
    found = roc_auc_score(np.arange(len(X)) < 200, -losses)
    assert history["mia_auc"][-1] == pytest.approx(found, abs=2e-4)


def test_what_does_not_fit_is_refused_before_training():
    with pytest.raises(ValueError, match=r"must not overlap: 200 of 200 members"):
        audit(MEMBERS, (X, Y))
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(200)
    with pytest.raises(ValueError, match="must not overlap"):
        audit(MEMBERS, (X[shuffled].astype("float64"), Y[shuffled]))
    with pytest.raises(ValueError, match=r"x \(200, 8\), y \(199,\)"):
        audit((X[:200], Y[:199]))
    with pytest.raises(TypeError, match=r"`members`: expected a pair.*ndarray"):
        audit(X)
    with pytest.raises(ValueError, match=r"x/a \(200, 8\), y \(1,\)"):
        audit(({"a": X[:200]}, Y[:1]))
    with pytest.raises(ValueError, match=r"`members`: y.*soft label"):
        audit((X[:200], np.full((200, 3), 1 / 3)))
    with pytest.raises(ValueError, match=r"one shape. Received: \(8,\) and \(7,\)"):
        audit(MEMBERS, (X[200:, :7], Y[200:]))
    with pytest.raises(ValueError, match=r"1,000 non-members.*such as fpr=0.02.*800"):
        MembershipAudit(MEMBERS, OTHERS)
    with pytest.raises(ValueError, match=r"`every` must be an integer of at least 1"):
        audit(MEMBERS, OTHERS, 0)
    with pytest.raises(ValueError, match="`examples` must be"):
        audit(examples=True)
    with pytest.raises(ValueError, match="`fpr` must be"):
        audit(fpr=5)
    with pytest.raises(ValueError, match="at least 2 examples"):
        audit((X[:1], Y[:1]))
    with pytest.raises(ValueError, match=r"3 classes.*`members` with label 7"):
        fit(classifier(), audit((X[:200], Y[:200] + 5)))
    narrow = (X[:200, :7], Y[:200]), (X[200:, :7], Y[200:])
    with pytest.raises(ValueError, match=r"as the model takes them: \[\(8,\)\]"):
        fit(classifier(), audit(*narrow))


def test_a_model_of_several_inputs_and_a_dataset():
    tf = pytest.importorskip("tensorflow")
    words = np.array(["a", "b", "c"])[np.arange(1000) % 3]
    x = {"number": X, "word": tf.constant(words[:, None])}
    inputs = {
        "number": keras.Input((8,), name="number"),
        "word": keras.Input((1,), dtype="string", name="word"),
    }
    lookup = keras.layers.StringLookup(vocabulary=[*"abc"], output_mode="one_hot")
    joined = keras.layers.Concatenate()([inputs["number"], lookup(inputs["word"])])
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(joined))
    model.compile("adam", "sparse_categorical_crossentropy")
    inside, outside = (
        ({name: part[rows] for name, part in x.items()}, Y[rows])
        for rows in (slice(200), slice(200, 1000))
    )
    batches = tf.data.Dataset.from_tensor_slices(outside).batch(50)
    logs = model.fit(
        *inside, epochs=1, verbose=0, callbacks=[audit(inside, batches)]
    ).history
    losses = -true_losses(model, x, Y)
    expected = roc_auc_score(np.arange(1000) < 200, losses)
    assert logs["mia_auc"][0] == pytest.approx(expected, abs=1e-6)
