import dataclasses

import numpy as np
import pytest
from scipy import stats
from sklearn import kernel_ridge
from sklearn import linear_model
from sklearn import metrics

from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.scorers import input_residual
from keras_entropy.attacks.scorers.input_residual import numeric_inputs
from keras_entropy.attacks.scorers.input_residual import residual_scores
from keras_entropy.attacks.signals import compute_signals

MEMBERS, N = 200, 300


def signals(rng=None, members=MEMBERS):
    rng = rng or np.random.default_rng(0)
    inputs = rng.uniform(-1, 1, (N, 2))
    labels = rng.integers(0, 3, N)
    inside = np.arange(N) < members
    confidence = 2 + 2 * np.sin(2 * inputs[:, 0]) + inside + rng.normal(0, 0.5, N)
    outputs = planted.with_confidence(confidence, labels, "even")
    found = compute_signals(outputs[None], labels)
    return dataclasses.replace(found, inputs=inputs), outputs


def test_a_fold_is_expected_as_scikit_learn_expects_it(monkeypatch):
    monkeypatch.setattr(input_residual, "_RIDGES", (1e-3,))
    monkeypatch.setattr(input_residual, "_LANDMARKS", N)
    given, _ = signals()
    found = residual_scores(given, np.zeros((1, N), bool), seed=0)
    fold = found.folds[0] == 4
    columns = input_residual._columns(given.inputs, given.labels)
    distances = ((columns[:, None] - columns) ** 2).sum(axis=-1)
    kernel = np.exp(-distances / np.median(distances[distances > 0]))
    ridge = kernel_ridge.KernelRidge(alpha=1e-3 * (~fold).sum(), kernel="precomputed")
    values = np.exp(-given.loss[0])
    mean = values[~fold].mean()
    ridge.fit(kernel[np.ix_(~fold, ~fold)], values[~fold] - mean)
    expected = mean + ridge.predict(kernel[np.ix_(fold, ~fold)])
    np.testing.assert_allclose(
        found.values[0, fold],
        values[fold] - expected,
        atol=1e-4,
    )


@pytest.mark.parametrize("width", [1, 5])
def test_classes_are_as_far_apart_as_the_inputs_of_two_examples(width):
    rng = np.random.default_rng(3)
    inputs, labels = rng.normal(2, 3, (N, width)), rng.integers(0, 3, N)
    inputs = np.hstack([inputs, np.full((N, 2), 4.0)])  # tell nothing
    columns = input_residual._columns(inputs, labels)
    squares = ((columns[:, None] - columns) ** 2).cumsum(axis=-1)
    of_inputs, of_classes = squares[..., width - 1], squares[..., -1]
    of_classes = of_classes - of_inputs
    other = labels[:, None] != labels
    np.testing.assert_allclose(of_classes[other], of_inputs.mean())
    np.testing.assert_allclose(of_classes[~other], 0, atol=1e-9)


def test_ridges_rise_by_a_factor_of_about_three_to_a_thousandth():
    ridges = input_residual._RIDGES
    assert (ridges[0], ridges[-1]) == (1e-6, 1e-3)
    np.testing.assert_allclose(np.divide(ridges[1:], ridges[:-1]), 10**0.5, rtol=0.06)


def test_no_more_than_500_landmarks_are_taken():
    rng = np.random.default_rng(1)
    features = input_residual._kernel_features(rng.normal(size=(510, 30)), rng)
    assert features.shape == (510, 500)


@pytest.mark.parametrize("rare", [0.0, 0.2])
def test_of_equal_inputs_the_mean_of_other_folds_is_expected(rare, monkeypatch):
    # Most of the distances between two are 0, or all.
    monkeypatch.setattr(input_residual, "_RIDGES", (1e-9,))
    given, _ = signals()
    kind = np.arange(N) < rare * N
    equal = dataclasses.replace(
        given, inputs=kind[:, None] * 7.0, labels=np.zeros(N, int)
    )
    found = residual_scores(equal, np.zeros((1, N), bool), seed=0)
    values, folds = np.exp(-given.loss[0]), found.folds[0]
    for row in range(0, N, 10):
        others = values[(kind == kind[row]) & (folds != folds[row])]
        expected = values[row] - others.mean()
        assert found.values[0, row] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("noise", [0.0, 0.03, 3.0])
def test_the_largest_ridge_within_one_standard_error_is_taken(noise):
    rng = np.random.default_rng(2)
    # The smaller the features, the more of them a ridge takes.
    features = rng.normal(size=(120, 6)) * [[0.003, 0.01, 0.02, 0.05, 0.1, 0.2]]
    values = features / features.std(axis=0) + noise * rng.normal(size=(120, 6)) + 5
    folds = rng.permutation(120) % 10
    chosen = set()
    found = input_residual._held_out(features, values, folds)
    for target, own in enumerate(values.T):
        tried = []
        for share in input_residual._RIDGES:
            residual = np.empty(120)
            for fold in range(10):
                seen = folds != fold
                ridge = linear_model.Ridge(share * seen.sum(), fit_intercept=False)
                ridge.fit(features[seen], own[seen] - own[seen].mean())
                expected = own[seen].mean() + ridge.predict(features[~seen])
                residual[~seen] = own[~seen] - expected
            tried.append(residual)
        errors = [np.mean(residual**2) for residual in tried]
        best = int(np.argmin(errors))
        bound = errors[best] + stats.sem(tried[best] ** 2, ddof=0)
        last = max(k for k, error in enumerate(errors) if error <= bound)
        chosen.add(last)
        np.testing.assert_allclose(found[:, target], tried[last], atol=1e-9)
    assert len(chosen) > 2 or noise > 1


def test_no_membership_is_read_and_no_row_scores_itself():
    given, _ = signals()
    first = residual_scores(given, np.ones((1, N), bool), seed=0)
    second = residual_scores(given, np.zeros((1, N), bool), seed=0)
    np.testing.assert_array_equal(first.values, second.values)
    # An answer moves its own residual by as much, and no other of its fold.
    moved = given.loss.copy()
    moved[0, 7] = -np.log(0.01)
    before = np.exp(-given.loss[0, 7])
    after = residual_scores(
        dataclasses.replace(given, loss=moved), first.values > 0, seed=0
    )
    same = (first.folds[0] == first.folds[0, 7]) & (np.arange(N) != 7)
    np.testing.assert_allclose(after.values[0, same], first.values[0, same], atol=0.05)
    change = after.values[0, 7] - first.values[0, 7]
    assert change == pytest.approx(0.01 - before, abs=0.05)


def test_what_an_input_lets_expect_is_taken_off():
    given, outputs = signals()
    labels = given.labels
    sides = outputs[:MEMBERS], labels[:MEMBERS], outputs[MEMBERS:], labels[MEMBERS:]
    audit = audit_outputs(
        *sides, inputs=given.inputs, attacks=("loss", "input_residual")
    )
    assert audit.get("input_residual").auc > audit.get("loss").auc + 0.1
    scores = attack_scores(
        sides[::2], sides[1::2], ["input_residual"], inputs=given.inputs
    )
    values, folds = scores["input_residual"]
    inside = np.arange(N) < MEMBERS
    by_fold = [
        metrics.roc_auc_score(inside[folds == fold], values[folds == fold])
        for fold in range(10)
    ]
    sizes = [inside[folds == f].sum() * (~inside)[folds == f].sum() for f in range(10)]
    assert audit.get("input_residual").auc == pytest.approx(
        np.average(by_fold, weights=sizes)
    )


def test_noise_gives_one_half():
    aucs = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        given, _ = signals(rng, members=0)
        scores = residual_scores(given, np.zeros((1, N), bool), seed=seed)
        inside = rng.permutation(N) < N // 2
        aucs.append(metrics.roc_auc_score(inside, scores.values[0]))
    assert abs(np.mean(aucs) - 0.5) < 4 * stats.sem(aucs)


def test_constant_answers_leave_nothing():
    given, _ = signals()
    constant = dataclasses.replace(given, loss=np.full((1, N), 0.1))
    assert not residual_scores(constant, np.zeros((1, N), bool), seed=0).values.any()


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        (np.array(["a"] * N), "finite numbers"),
        (np.full((N, 2), np.nan), "finite numbers"),
    ],
)
def test_inputs_that_are_no_numbers_are_left_out_with_a_reason(inputs, reason):
    given, outputs = signals()
    labels = given.labels
    audit = audit_outputs(
        outputs[:MEMBERS],
        labels[:MEMBERS],
        outputs[MEMBERS:],
        labels[MEMBERS:],
        inputs=inputs,
        attacks=("loss", "input_residual"),
    )
    assert [row.attack for row in audit.attacks] == ["loss"]
    (gap,) = audit.not_measured
    assert gap.what == "input_residual"
    assert reason in gap.reason


def test_other_bad_inputs():
    given, outputs = signals()
    sides = outputs[:50], given.labels[:50], outputs[50:90], given.labels[50:90]
    audit = audit_outputs(*sides, inputs=given.inputs[:90], attacks="all")
    assert any("at least 100" in gap.reason for gap in audit.not_measured)
    with pytest.raises(ValueError, match="300 inputs, 90 examples"):
        audit_outputs(*sides, inputs=given.inputs)
    with pytest.raises(ValueError, match="pass `inputs`"):
        residual_scores(
            dataclasses.replace(given, inputs=None), np.zeros((1, N), bool), 0
        )
    assert numeric_inputs(np.array([[1, 2]], "uint8")).dtype == np.float64
