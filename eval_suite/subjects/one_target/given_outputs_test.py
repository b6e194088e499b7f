from typing import get_args

import numpy as np
import pytest
from scipy import special

from eval_suite.subjects.measured import MeasuredAttack
from eval_suite.subjects.one_target.given_outputs import GivenOutputs
from eval_suite.subjects.subject import Part
from keras_entropy.attacks import Headline
from keras_entropy.attacks import minimum_detectable_auc


def given(tmp_path, outputs, y, *, from_logits=False, other=None):
    for name, rows in (("in", outputs), ("out", outputs if other is None else other)):
        np.savez(tmp_path / f"{name}.npz", outputs=rows, y=y)
    paths = tmp_path / "in.npz", tmp_path / "out.npz"
    return GivenOutputs.read(*paths, from_logits=from_logits)


RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(20, 3))
Y = RNG.integers(0, 3, 20)


def test_probabilities_and_logits_are_the_same_thing(tmp_path):
    plain = given(tmp_path, special.softmax(LOGITS, axis=1), Y)
    logits = given(tmp_path, LOGITS, Y, from_logits=True)
    np.testing.assert_allclose(plain.sides("base")[0], logits.sides("base")[0])
    assert plain.classes == logits.classes == 3


@pytest.mark.parametrize("shape", [(20,), (20, 1)])
def test_sigmoid_unit_is_two_classes(tmp_path, shape):
    unit = LOGITS[:, 0].reshape(shape)
    found = given(tmp_path, special.expit(unit), Y % 2)
    assert found.classes == 2
    np.testing.assert_allclose(found.sides("base")[0].sum(axis=1), 1)
    np.testing.assert_allclose(
        found.sides("base")[0][:, 1], special.expit(unit.ravel())
    )
    logits = given(tmp_path, unit, Y % 2, from_logits=True)
    np.testing.assert_allclose(logits.sides("base")[0], found.sides("base")[0])


def test_logits_are_attacked_as_they_are_given(tmp_path):
    subject = given(tmp_path, LOGITS, Y, from_logits=True)
    plain = given(tmp_path, special.softmax(LOGITS, axis=1), Y)
    assert subject.outputs("base")[0].tolist() == LOGITS.tolist()
    names = ["loss", "label_only"]
    found, expected = (
        each.answers("base").scores(names, seed=0) for each in (subject, plain)
    )
    for name in names:
        np.testing.assert_allclose(found[name][0], expected[name][0])
    assert subject.utility("base") == plain.utility("base")
    assert subject.correctness("base").values.shape == (20, 1)
    assert subject.describe()["is_reference_study"] is False


def test_parts_that_outputs_lack(tmp_path):
    subject = given(tmp_path, special.softmax(LOGITS, axis=1), Y)
    # One answer an example, as attacks want it; a defense nobody can ask for.
    has = {"slices", "tf_privacy", "defenses"}
    for part in get_args(Part):
        assert bool(subject.reason_without(part)) == (part not in has)
    assert "could be asked more" in subject.reason_without("questions")
    assert subject.questions is None
    with pytest.raises(ValueError, match="without the model that makes them"):
        subject.live_model("base")
    with pytest.raises(ValueError, match="without a model to defend"):
        subject.outputs("M-5")


def test_what_one_target_shows_is_judged_over_its_examples(tmp_path):
    subject = given(tmp_path, special.softmax(LOGITS, axis=1), Y)

    def compared(name):
        low = {"worse": 0.63, "close": 0.61}[name]
        ends = (low, low + 0.1), (0.5, 0.6)
        return [
            MeasuredAttack(Headline("loss", ("loss",) * 2, 0.6, *e, 0.1), None)
            for e in ends
        ]

    names = ["worse", "close"]
    found = [subject.excess(name, names, compared, margin=0.02) for name in names]
    assert "not above the undefended model's [0.500, 0.600] by more" in found[0]
    assert found[1] is None
    loss = subject.answers("base").audit(slices=("entire",), seed=0).get("loss")
    assert subject.minimum_detectable_auc(loss) == minimum_detectable_auc(20, 20)


@pytest.mark.parametrize(
    ("outputs", "y", "other", "reason"),
    [
        (LOGITS, Y, None, "in.npz: .*--from-logits"),
        (np.full((20, 3), np.nan), Y, None, "must be finite"),
        (special.softmax(LOGITS, axis=1), Y + 1, None, "integers from 0 to 2"),
        (special.softmax(LOGITS, axis=1), Y[:5], None, "expected outputs of shape"),
        (np.full((20, 3), 1 / 3), Y, np.full((20, 4), 0.25), "same classes"),
    ],
)
def test_bad_outputs_are_refused(tmp_path, outputs, y, other, reason):
    with pytest.raises(ValueError, match=reason):
        given(tmp_path, outputs, y, other=other)


def test_an_array_that_is_no_npz_is_refused(tmp_path):
    np.save(tmp_path / "in.npy", LOGITS)
    (tmp_path / "in.npy").rename(tmp_path / "in.npz")
    with pytest.raises(ValueError, match=r"not a readable \.npz file"):
        GivenOutputs.read(tmp_path / "in.npz", tmp_path / "in.npz", from_logits=True)
