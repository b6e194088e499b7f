import numpy as np
import pytest
from scipy import special

from keras_entropy.attacks import array_checks
from keras_entropy.attacks.label_signals import label_signals
from keras_entropy.attacks.signals import compute_signals

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(0, 6, (3, 500, 5))
LABELS = RNG.integers(0, 5, 500)


@pytest.mark.parametrize("from_logits", [False, True])
@pytest.mark.parametrize("columns", [5, 1])
def test_equals_all_signals(from_logits, columns):
    logits, labels = LOGITS[..., :columns], LABELS % max(columns, 2)
    outputs = logits
    if not from_logits:
        outputs = (
            special.expit(logits) if columns == 1 else special.softmax(logits, axis=-1)
        ).astype("float32")
    confidence, correct = label_signals(outputs, labels, from_logits=from_logits)
    whole = compute_signals(outputs, labels, from_logits=from_logits)
    np.testing.assert_allclose(confidence, whole.confidence, rtol=1e-9, atol=1e-12)
    np.testing.assert_array_equal(correct, whole.correct)


@pytest.mark.parametrize("module", ["signals", "label_signals"])
def test_blocks_hold_a_number_of_entries_and_no_row_is_left_out(monkeypatch, module):
    outputs = special.softmax(LOGITS, axis=-1)
    compute = {"signals": compute_signals, "label_signals": label_signals}[module]

    def run():
        found = compute(outputs, LABELS)
        return found if module == "label_signals" else (found.confidence, found.correct)

    starts, whole, check = [], run(), array_checks.check_output_block

    def checked(block, start, *rest):
        starts.append((start, len(block)))
        check(block, start, *rest)

    monkeypatch.setattr(f"keras_entropy.attacks.{module}.BLOCK_ENTRIES", 604)
    monkeypatch.setattr(array_checks, "check_output_block", checked)
    for found, expected in zip(run(), whole, strict=True):
        np.testing.assert_array_equal(found, expected)
    # 604 entries of five columns each: 121 rows.
    rows = [(0, 121), (121, 121), (242, 121), (363, 121), (484, 16)]
    assert starts == rows * 3


@pytest.mark.parametrize("compute", [label_signals, compute_signals])
def test_of_one_half_the_rest_is_one_half(compute):
    # Rows may miss 1 by a little; only of what is above one half the rest is summed.
    found = compute(np.array([[[0.5, 0.2, 0.3005]]]), [0])
    confidence = found[0] if compute is label_signals else found.confidence
    assert confidence[0, 0] == 0


def test_answers_are_probabilities_unless_it_is_said():
    with pytest.raises(ValueError, match="must be probabilities"):
        label_signals(LOGITS, LABELS)


def test_certain_answers_stay_finite():
    outputs = np.eye(5, dtype="float32")[None, LABELS]
    confidence, _ = label_signals(outputs, (LABELS + 1) % 5)
    assert np.isfinite(confidence).all()


def test_the_answers_are_left_alone():
    outputs = special.softmax(LOGITS, axis=-1)
    kept = outputs.copy()
    label_signals(outputs, LABELS)
    np.testing.assert_array_equal(outputs, kept)


def test_what_is_no_answer_is_refused_by_its_name():
    outputs = special.softmax(LOGITS, axis=-1)
    outputs[1, 7, 2] = np.nan
    with pytest.raises(ValueError, match=r"`answers to noise` must be finite.*row 7"):
        label_signals(outputs, LABELS, name="answers to noise")
    with pytest.raises(ValueError, match="targets, examples, classes"):
        label_signals(outputs[0], LABELS)
