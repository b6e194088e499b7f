"""Answers of many steps: one score an example, against the sums written out."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from keras_entropy.attacks import Shadows
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits.steps import STEP_ATTACKS


def softmax(logits):
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def sequences(seed, examples=200, steps=(7,), classes=4, leak=0.0):
    """Outputs and labels of which the first half is a little surer of its labels.

    What a sequence is sure of, all its steps are: they are no examples of their own.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, (examples, *steps))
    logits = rng.normal(size=(examples, *steps, classes))
    sure = rng.normal(size=examples)
    sure[: examples // 2] += leak
    sure = sure.reshape(-1, *[1] * (len(steps) + 1))
    outputs = softmax(logits + sure * np.eye(classes)[y])
    half = examples // 2
    return outputs[:half], y[:half], outputs[half:], y[half:]


@pytest.mark.parametrize("steps", [(7,), (3, 5)])
def test_the_unit_is_the_sequence(steps):
    inside, y_in, outside, y_out = sequences(0, steps=steps, leak=1.0)
    audit = audit_outputs(inside, y_in, outside, y_out)
    assert {row.attack for row in audit.attacks} == set(STEP_ATTACKS)
    outputs, y = np.concatenate([inside, outside]), np.concatenate([y_in, y_out])
    right = np.take_along_axis(outputs, y[..., None], axis=-1)[..., 0]
    axes = tuple(range(1, y.ndim))
    scores = {
        "loss": np.log(right).mean(axis=axes),
        "entropy": -stats.entropy(outputs, axis=-1).mean(axis=axes),
        "label_only": (outputs.argmax(axis=-1) == y).mean(axis=axes),
    }
    member = np.arange(len(y)) < len(y_in)
    for name, score in scores.items():
        right = roc_auc_score(member, score)
        assert audit.get(name).auc == pytest.approx(right, abs=1e-9)
    assert len(audit.scores("loss").values) == len(y)
    assert audit.get("loss").auc > 0.65


def test_labels_of_every_form_and_logits_are_one():
    inside, y_in, outside, y_out = sequences(1, leak=1.0)
    plain = audit_outputs(inside, y_in, outside, y_out, attacks="loss").auc
    hot = [np.eye(4)[y] for y in (y_in, y_out)]
    column = [y[..., None] for y in (y_in, y_out)]
    for first, second in (hot, column):
        audit = audit_outputs(inside, first, outside, second, attacks="loss")
        assert audit.auc == plain
    logits = [np.log(side) for side in (inside, outside)]
    audit = audit_outputs(
        logits[0], y_in, logits[1], y_out, attacks="loss", from_logits=True
    )
    assert audit.auc == pytest.approx(plain, abs=1e-9)


def test_one_step_is_a_plain_example():
    inside, y_in, outside, y_out = sequences(2, steps=(1,), leak=1.0)
    names = ["loss", "confidence", "entropy", "modified_entropy", "label_only"]
    steps = audit_outputs(inside, y_in, outside, y_out)
    plain = audit_outputs(
        inside[:, 0], y_in[:, 0], outside[:, 0], y_out[:, 0], attacks=names
    )
    for name in names:
        assert steps.get(name).auc == plain.get(name).auc
        assert steps.get(name).auc_low == plain.get(name).auc_low


def test_sequences_of_the_two_sides_may_differ_in_length():
    short, y_short, *_ = sequences(4, steps=(3,), leak=1.0)
    *_, long, y_long = sequences(5, steps=(5,))
    audit = audit_outputs(short, y_short, long, y_long, attacks="loss")
    scores = [
        np.log(np.take_along_axis(side, y[..., None], axis=-1)[..., 0]).mean(axis=1)
        for side, y in ((short, y_short), (long, y_long))
    ]
    expected = roc_auc_score(np.arange(200) < 100, np.concatenate(scores))
    assert audit.auc == pytest.approx(expected, abs=1e-9)
    *_, other, y_other = sequences(5, steps=(3,), classes=5)
    with pytest.raises(ValueError, match=r"same number of classes.* 4 and 5"):
        audit_outputs(short, y_short, other, y_other)


def test_without_a_signal_intervals_hold_one_half():
    """Null control: steps that were taken for examples would be too sure by far."""
    runs = 200
    outside, means = 0, []
    for seed in range(runs):
        audit = audit_outputs(*sequences(seed, examples=100), attacks=["loss"])
        row = audit.get("loss")
        outside += not row.auc_low <= 0.5 <= row.auc_high
        means.append(row.auc)
    assert outside <= stats.binom.ppf(0.999, runs, 0.05)
    error = np.std(means) / np.sqrt(runs)
    assert abs(np.mean(means) - 0.5) <= 4 * error


def test_what_an_audit_of_steps_does_not_read_is_refused():
    sides = sequences(3)
    shadows = Shadows(np.full((4, 200, 4), 0.25), np.tile([[True], [False]], (2, 200)))
    for given in ({"shadows": shadows}, {"inputs": np.zeros((200, 3))}):
        with pytest.raises(ValueError, match=f"leave out {next(iter(given))}"):
            audit_outputs(*sides, **given)
    with pytest.raises(ValueError, match="leave out slices"):
        audit_outputs(*sides, slices="class")
    with pytest.raises(ValueError, match="distinct names out of loss, confidence"):
        audit_outputs(*sides, attacks="logistic")
    with pytest.raises(ValueError, match="one class for each step"):
        audit_outputs(sides[0], sides[1][:, 0], *sides[2:])
    with pytest.raises(ValueError, match="both have steps or none"):
        audit_outputs(*sides[:2], sides[2][:, 0], sides[3][:, 0])
