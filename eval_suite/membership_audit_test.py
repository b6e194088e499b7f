import csv
import dataclasses

import keras
import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

import keras_entropy
from eval_suite.gate.run_identity import MismatchError
from eval_suite.membership_audit import MembershipAudit
from keras_entropy import GaussianNoise

FAST = ("loss", "entropy", "label_only", "logistic")


@pytest.fixture(scope="module")
def sides():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 1600)
    x = rng.normal(size=(1600, 12)).astype("float32")
    x[np.arange(1600), y] += 1.2
    return (x[:800], y[:800]), (x[800:], y[800:])


def trained(sides, epochs, units=64):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((12,)),
            keras.layers.Dense(units, "relu"),
            keras.layers.Dense(4, "softmax"),
        ],
        name="classifier",
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    model.fit(*sides[0], epochs=epochs, batch_size=200, verbose=0)
    return model


@pytest.fixture(scope="module")
def audits(sides, membership_audit):
    return [membership_audit(trained(sides, e), *sides, attacks=FAST) for e in (3, 60)]


@pytest.fixture
def baseline(audits, tmp_path):
    audits[0].baseline.write(tmp_path / "baseline.json")
    return tmp_path / "baseline.json"


def test_finds_what_a_memorizing_model_leaks(audits):
    modest, leaky = audits
    assert modest.interval[0] < modest.auc < modest.interval[1]
    assert modest.auc < 0.55
    assert leaky.interval[0] > 0.6


def test_scores_are_those_that_were_measured(audits, sides, tmp_path):
    leaky = audits[1]
    leaky.write_scores(tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(map(len, leaky.labels))
    member = np.array([int(row["member"]) for row in rows])
    np.testing.assert_array_equal(
        [int(row["label"]) for row in rows], np.concatenate(leaky.labels)
    )
    values = np.array([float(row["loss"]) for row in rows])
    np.testing.assert_array_equal(values, leaky.scores("loss").values)
    expected = leaky.audit.get("loss").auc
    assert roc_auc_score(member, values) == pytest.approx(expected, abs=1e-12)
    # A trained attack's scores compare within a fold.
    folds = leaky.scores("logistic").folds
    assert [int(row["logistic fold"]) for row in rows] == folds.tolist()
    assert "loss fold" not in rows[0]


def test_scores_of_an_attack_that_was_not_made_are_refused(audits, tmp_path):
    with pytest.raises(KeyError, match="mlp was not made"):
        audits[0].write_scores(tmp_path / "scores.csv", ["loss", "mlp"])
    assert not (tmp_path / "scores.csv").exists()


def test_table_and_failed_assertion_read_well(audits):
    leaky = audits[1]
    table = leaky.table().splitlines()
    assert "exchangeable" in table[0]
    assert sorted(line.split()[0] for line in table[1:]) == sorted(FAST)
    assert "classifier" in repr(leaky)
    assert f"AUC {leaky.auc:.3f} [{leaky.interval[0]:.3f}" in repr(leaky)
    assert "800 members" in repr(leaky)


def test_same_model_does_not_regress(audits, baseline):
    for _ in range(2):
        audits[0].assert_no_regression(baseline, strict=True)


def test_leakier_model_is_named_with_its_interval(audits, baseline):
    with pytest.raises(AssertionError) as caught:
        audits[1].assert_no_regression(baseline)
    message = str(caught.value)
    for part in ("classifier", "fail", "loss", "margin 0.01", "[+0.", "FAIL: "):
        assert part in message


def test_undecided_change_warns_and_fails_if_strict(audits, sides, baseline, tmp_path):
    from eval_suite.audit_model import audit_model

    few = tuple(tuple(array[:150] for array in side) for side in sides)
    audit = audit_model(trained(sides, 4), *few, attacks=FAST)
    with pytest.warns(UserWarning, match="would decide"):
        audit.assert_no_regression(baseline)
    with pytest.raises(AssertionError, match="inconclusive"):
        audit.assert_no_regression(baseline, strict=True)


def test_few_examples_are_told_before_the_model_is_asked(sides, monkeypatch):
    from eval_suite.audit_model import audit_model

    few = tuple(array[:14] for array in sides[0]), tuple(a[:8] for a in sides[1])
    model = trained(sides, 1)
    audit = audit_model(model, *few, questions=0)
    left = {gap.what: gap.reason for gap in audit.audit.not_measured}
    assert "needs at least 10 members and as many non-members" in left["knn"]
    monkeypatch.setattr(type(model), "predict", None)
    with pytest.raises(ValueError, match="knn needs at least 10"):
        audit_model(model, *few, attacks=("loss", "knn"))


def test_an_attack_that_the_baseline_lacks_is_named(audits, tmp_path):
    leaky = audits[1]
    whole = leaky.baseline
    known = {key: row for key, row in whole.rows.items() if key[1] == "entropy"}
    dataclasses.replace(whole, rows=known).write(tmp_path / "some.json")
    strongest = max(
        (row for key, row in whole.rows.items() if key not in known),
        key=lambda row: row["auc"],
    )
    with pytest.warns(UserWarning, match="3 attacks are not in the baseline") as told:
        leaky.assert_no_regression(tmp_path / "some.json")
    shown = f"{strongest['attack']} on base, AUC {strongest['auc']:.3f}"
    assert shown in str(told[0].message)


def test_a_baseline_without_attacks_is_refused(audits, tmp_path):
    dataclasses.replace(audits[0].baseline, rows={}).write(tmp_path / "none.json")
    with pytest.raises(ValueError, match="holds no attack to compare"):
        audits[0].assert_no_regression(tmp_path / "none.json")


@pytest.mark.parametrize("margin", [float("nan"), 5, -0.1])
def test_a_margin_out_of_range_is_refused(audits, baseline, margin):
    with pytest.raises(ValueError, match=f"from 0 up to 0.5. Received: {margin}"):
        audits[0].assert_no_regression(baseline, margin=margin)


def test_one_attack_has_one_name_and_a_wrong_one_is_said_at_once(
    sides, membership_audit
):
    model = trained(sides, 1)
    audit = membership_audit(model, *sides, attacks="loss")
    assert [row.attack for row in audit.audit.attacks] == ["loss"]
    with pytest.raises(ValueError, match=r"distinct names out of .*'losss'"):
        membership_audit(None, *sides, attacks="losss")


def test_who_asks_often_finds_what_labels_tell(sides, membership_audit):
    names = "label_only", "neighbors:label_share", "neighbors:confidence"
    audit = membership_audit(trained(sides, 60), *sides, attacks=names, questions=12)
    assert [row.attack for row in audit.audit.attacks] == list(names)
    assert audit.audit.get("neighbors:label_share").auc_low > 0.55
    assert audit.questions["count"] == 12
    assert audit.baseline.identity["questions"] == audit.questions


def test_questions_of_0_leave_these_attacks_out(sides, audits, membership_audit):
    audit = membership_audit(trained(sides, 1), *sides, questions=0)
    names = {row.attack for row in audit.audit.attacks}
    assert "loss" in names
    assert not any(name.startswith("neighbors") for name in names)
    assert audit.questions is audit.baseline.identity["questions"] is None
    assert audits[0].questions is None  # none of its attacks asks often


def test_a_baseline_of_other_questions_is_refused(sides, membership_audit, tmp_path):
    attacks = ("loss", "neighbors:label_share")
    model = trained(sides, 1)
    first, other = (
        membership_audit(model, *sides, attacks=attacks, questions=count)
        for count in (8, 10)
    )
    first.baseline.write(tmp_path / "of_8.json")
    with pytest.raises(MismatchError, match=r"of other questions.* 8 \(.*; now 10 \("):
        other.assert_no_regression(tmp_path / "of_8.json")


def test_neighbors_of_ones_own(sides, membership_audit):
    def turned(x, seed):
        return np.roll(x, 1 + seed % 11, axis=1)

    attacks = ("loss", "neighbors:label_share")
    audit = membership_audit(
        trained(sides, 1), *sides, attacks=attacks, questions=12, neighbors=turned
    )
    assert audit.questions["families"][-1]["name"] == "given"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"questions": -1}, "`questions` must be an integer"),
        ({"questions": 2.5}, "`questions` must be an integer"),
        ({"questions": True}, "`questions` must be an integer"),
        ({"questions": 1}, "`questions` must be at least"),
        ({"questions": 0, "neighbors": np.roll}, "there is none: give `questions`"),
        ({"attacks": "loss", "neighbors": np.roll}, "and one of them in `attacks`"),
        ({"attacks": "neighbors:confidence", "questions": 0}, "asks about none"),
        ({"neighbors": "nowhere.py:f"}, "nowhere.py: no such file"),
        ({"neighbors": lambda x, seed: x[:, :3]}, "of the shape of the examples"),
        ({"neighbors": lambda x, seed: x * np.nan}, "finite"),
    ],
)
def test_bad_questions_are_refused(sides, membership_audit, given, reason):
    with pytest.raises(ValueError, match=reason):
        membership_audit(trained(sides, 1), *sides, **given)


def test_a_model_that_is_random_without_saying_so_is_refused(sides, membership_audit):
    class Shaken(keras.layers.Layer):
        def call(self, inputs):
            return inputs + keras.random.normal(keras.ops.shape(inputs))

    layers = [keras.Input((12,)), Shaken(), keras.layers.Dense(4, "softmax")]
    model = keras.Sequential(layers)
    with pytest.raises(ValueError, match="random without saying so"):
        membership_audit(model, *sides)
    noisy = keras_entropy.defend(trained(sides, 1), GaussianNoise(0.05, seed=0))
    attacks = ("loss", "neighbors:confidence")
    audit = membership_audit(noisy, *sides, attacks=attacks, questions=8)
    assert audit.questions["count"] == 8


def table(rng, count):
    x = (rng.random((count, 10)) < np.linspace(0.7, 0.95, 10)).astype("float32")
    return x, (rng.random(count) < 0.2 + 0.6 * x[:, 0] * x[:, 4]).astype(int)


def test_equal_rows_of_a_table_are_audited_and_counted(membership_audit):
    rng = np.random.default_rng(0)
    sides = [table(rng, 600), table(rng, 600)]
    model = keras.Sequential(
        [keras.Input((10,)), keras.layers.Dense(2, "softmax")], name="untrained"
    )
    audit = membership_audit(model, *sides, attacks=FAST, questions=0)
    assert audit.interval[0] < 0.5 < audit.interval[1]
    inside, outside = audit.inputs
    shared = (inside[:, None] == outside).all(axis=-1)
    assert f"{shared.any(axis=1).sum()} of 600 members" in audit.table()
    assert f"{shared.any(axis=0).sum()} of 510 non-members" in audit.table()
    assert "600 members, 510 non-members (90 more set aside); " in repr(audit)
    copied = [np.concatenate(arrays) for arrays in zip(*sides, strict=True)]
    with pytest.raises(ValueError, match="must not overlap"):
        membership_audit(model, copied, sides[1], attacks=FAST)


@pytest.mark.parametrize("start", [0, 2**26 + 1])
def test_wide_integers_reach_the_model_as_they_are(membership_audit, start):
    rng = np.random.default_rng(0)
    ids = start + 16 * rng.permutation(240)[:, None]
    y = rng.integers(0, 3, 240)
    inputs = keras.Input((1,), dtype="int64")
    number = keras.layers.IntegerLookup(vocabulary=np.sort(ids[:, 0]))(inputs)
    wide = keras.layers.Flatten()(keras.layers.Embedding(241, 8)(number))
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(wide))
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    model.fit(ids[:120], y[:120], epochs=20, verbose=0)
    sides = (ids[:120], y[:120]), (ids[120:], y[120:])
    audit = membership_audit(model, *sides, attacks="loss", questions=0)
    assert audit.auc > 0.95
    assert audit.inputs[0].dtype == "int64"


def test_other_split_is_refused(audits, sides, baseline, membership_audit):
    swapped = membership_audit(trained(sides, 1), *reversed(sides), attacks=FAST)
    with pytest.raises(MismatchError, match="another split"):
        swapped.assert_no_regression(baseline)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda a, b: (a, a), "must not overlap"),
        (lambda a, b: ((a[0][:, :5], a[1]), b), "one shape"),
        (lambda a, b: ((a[0], a[1][:9]), b), "members: expected x of shape"),
        (lambda a, b: ((a[0] * np.nan, a[1]), b), "the model answers NaN"),
        (lambda a, b: ((a[0], a[1] + 9), b), "labels must be 0 to 3"),
    ],
)
def test_bad_examples_are_refused(sides, membership_audit, change, reason):
    with pytest.raises(ValueError, match=reason):
        membership_audit(trained(sides, 1), *change(*sides))


def test_what_is_set_aside_is_said():
    rng = np.random.default_rng(0)
    found = MembershipAudit(
        name="model",
        outputs=(np.full((20, 2), 0.5), np.full((17, 2), 0.5)),
        labels=(rng.integers(0, 2, 20), rng.integers(0, 2, 17)),
        inputs=(rng.normal(size=(20, 3)), rng.normal(size=(17, 3))),
        attacks=("loss",),
        seed=0,
        set_aside=3,
    )
    assert "20 members, 17 non-members (3 more set aside)>" in repr(found)
