"""The numbers that an attacker reads off a model's outputs, in float64.

The logit-scaled confidence is `phi = log p_y - log(1 - p_y)`, with `1 - p_y` summed
from the other entries, never by subtraction: float32 rounds a confident `p_y` to 1.

References: Carlini et al., IEEE S&P 2022, arXiv:2112.03570 (confidence); Song and
Mittal, USENIX Security 2021, arXiv:2003.10595 (modified entropy).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import SMALLEST_FLOAT32
from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks import array_checks

# Above this many classes an attacker learns from the largest entries alone.
MAX_VECTOR = 100
LARGEST = 10
# Rows are worked on in blocks that stay in the cache; outputs may be memory-mapped.
BLOCK_ENTRIES = 1 << 17


@dataclasses.dataclass(frozen=True)
class Signals:
    """Per-example signals of R targets on the same N examples.

    Attributes:
        outputs: Tuple of the output arrays as given, `(R, n_i, C)`, or `(R, n_i, 1)`
            for a sigmoid; N is the sum of the n_i.
        from_logits: Boolean, whether `outputs` are logits.
        labels: Int64 `(N,)`.
        classes: Integer, at least 2 (a sigmoid unit counts as two classes).
        loss: Float64 `(R, N)`, cross-entropy in nats.
        confidence: Float64 `(R, N)`, the logit-scaled confidence phi.
        entropy: Float64 `(R, N)`, Shannon entropy of the output in nats.
        modified_entropy: Float64 `(R, N)`, entropy that knows the label, in nats.
        correct: Boolean `(R, N)`, whether the largest entry is the label's.
        largest: Float64 `(R, N, 10)`, the largest probabilities in descending order,
            where there are more than 100 classes, else `None`.
        inputs: Float64 `(N, d)`, what the targets were asked, or `None` where it is not
            known or no number.
    """

    outputs: tuple[Array, ...]
    from_logits: bool
    labels: Integers
    classes: int
    loss: Floats
    confidence: Floats
    entropy: Floats
    modified_entropy: Floats
    correct: Booleans
    largest: Floats | None
    inputs: Floats | None = None

    @property
    def targets(self) -> int:
        """Integer R."""
        return self.loss.shape[0]

    @property
    def examples(self) -> int:
        """Integer N."""
        return self.loss.shape[1]

    def vectors(self, target: int, rows: Integers) -> Floats:
        """Returns the output vectors of one target, or their largest entries.

        Args:
            target: Integer.
            rows: Integer array, ascending.

        Returns:
            Float64 `(rows, C)` of probabilities, or the ten largest `(rows, 10)`, a
            new array.
        """
        if self.largest is not None:
            return self.largest[target, rows]
        blocks, start = [], 0
        for outputs in self.outputs:
            stop = start + outputs.shape[1]
            inside = slice(*np.searchsorted(rows, [start, stop]))
            block = np.array(outputs[target][rows[inside] - start], np.float64)
            blocks.append(_distribution(block, self.from_logits)[0])
            start = stop
        return np.concatenate(blocks)

    def first(self, targets: int) -> Signals:
        """Returns the signals of the first `targets` targets alone."""
        kept = {name: getattr(self, name)[:targets] for name in _PER_EXAMPLE}
        outputs = tuple(part[:targets] for part in self.outputs)
        largest = None if self.largest is None else self.largest[:targets]
        return dataclasses.replace(self, outputs=outputs, largest=largest, **kept)

    def joined(self, other: Signals) -> Signals:
        """Returns these examples followed by those of `other`, for the same targets."""
        names = _PER_EXAMPLE if self.largest is None else (*_PER_EXAMPLE, "largest")
        kept = {
            name: np.concatenate([getattr(self, name), getattr(other, name)], axis=1)
            for name in names
        }
        labels = np.concatenate([self.labels, other.labels])
        outputs = self.outputs + other.outputs
        return dataclasses.replace(self, outputs=outputs, labels=labels, **kept)


_PER_EXAMPLE = ("loss", "confidence", "entropy", "modified_entropy", "correct")


def compute_signals(
    outputs: Array,
    labels: Array,
    *,
    from_logits: bool = False,
    name: str = "outputs",
    labels_name: str = "labels",
) -> Signals:
    """Computes the signals of R targets.

    Args:
        outputs: Float array `(R, N, C)` of probabilities, or of logits with
            `from_logits=True`; `(R, N, 1)` is one sigmoid unit. Any float type,
            memory-mapped or not; read once, in blocks, and never changed.
        labels: Integer array `(N,)`, in `0..C - 1` (0 and 1 for a sigmoid unit).
        from_logits: Boolean. Defaults to `False`.
        name: String, how a message names `outputs`.
        labels_name: String, how a message names `labels`.

    Returns:
        `Signals`.

    Raises:
        ValueError: If the arrays disagree, a value is NaN or infinite, or the rows
            are no probabilities while `from_logits` is false.
    """
    outputs, labels = array_checks.check_outputs(outputs, labels, name, labels_name)
    targets, examples, columns = outputs.shape
    classes = max(columns, 2)
    floats = np.empty((4, targets, examples))
    correct = np.empty((targets, examples), bool)
    largest = None
    if classes > MAX_VECTOR:
        largest = np.empty((targets, examples, LARGEST))
    step = -(-BLOCK_ENTRIES // columns)
    for target in range(targets):
        for start in range(0, examples, step):
            rows = slice(start, start + step)
            # Row-major float64: equal rows then give bit-equal signals, so that ties
            # stay ties.
            block = np.array(outputs[target, rows], np.float64, order="C")
            array_checks.check_output_block(block, start, from_logits, name)
            distribution = _distribution(block, from_logits)
            if largest is not None:
                top = np.partition(distribution[0], -LARGEST, axis=1)[:, -LARGEST:]
                largest[target, rows] = -np.sort(-top, axis=1)
            floats[:, target, rows], correct[target, rows] = _block_signals(
                *distribution, labels[rows], from_logits
            )
    loss, confidence, entropy, modified_entropy = floats
    return Signals(
        outputs=(outputs,),
        from_logits=from_logits,
        labels=labels,
        classes=classes,
        loss=loss,
        confidence=confidence,
        entropy=entropy,
        modified_entropy=modified_entropy,
        correct=correct,
        largest=largest,
    )


def two_columns(block: Floats, from_logits: bool) -> Floats:
    """One unit is the second of two classes; as logits, the first one's is 0."""
    return np.hstack([np.zeros_like(block) if from_logits else 1 - block, block])


def _distribution(block: Floats, from_logits: bool) -> tuple[Floats, Floats]:
    """Probabilities and their logarithms, `(rows, C)` each, C >= 2."""
    if block.shape[1] == 1:
        block = two_columns(block, from_logits)
    if not from_logits:
        probabilities = np.array(block)
        return probabilities, np.log(np.maximum(block, SMALLEST_FLOAT32))
    shifted = block - block.max(axis=1, keepdims=True)
    log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return np.exp(log_probabilities), log_probabilities


def _block_signals(
    probabilities: Floats,
    log_probabilities: Floats,
    labels: Integers,
    from_logits: bool,
) -> tuple[tuple[Floats, Floats, Floats, Floats], Booleans]:
    """Loss, confidence, entropy and modified entropy of each row, and correctness."""
    rows = np.arange(labels.size)
    top = probabilities.argmax(axis=1)
    top_probability = probabilities[rows, top]
    entropy = -(probabilities * log_probabilities).sum(axis=1)

    # log(1 - p_i): only above one half does log1p lose digits, and one entry at most is
    # there; for it the sum of the others takes its place.
    sure = rows[top_probability > 0.5]
    at = sure, top[sure]
    if from_logits:
        others = log_probabilities[sure]
        others[np.arange(sure.size), top[sure]] = -np.inf
        largest = others.max(axis=1, initial=-np.inf)
        rest = largest + np.log(np.exp(others - largest[:, None]).sum(axis=1))
        probabilities[at] = 0.0
    else:
        probabilities[at] = 0.0
        rest = probabilities[sure].sum(axis=1)
        rest = np.log(np.maximum(rest, SMALLEST_FLOAT32))
    log_complement = np.log1p(-probabilities)
    log_complement[at] = rest
    probabilities[at] = top_probability[sure]

    label_log_probability = log_probabilities[rows, labels]
    label_log_complement = log_complement[rows, labels]
    confidence = label_log_probability - label_log_complement
    # From logits the loss keeps its digits however confident the model is.
    loss = np.logaddexp(0, -confidence) if from_logits else -label_log_probability
    probabilities[rows, labels] = 0.0
    modified_entropy = -np.exp(label_log_complement) * label_log_probability
    modified_entropy -= (probabilities * log_complement).sum(axis=1)
    # Adding 0 turns the -0 of a certain output into 0.
    return (loss + 0.0, confidence, entropy + 0.0, modified_entropy + 0.0), (
        top == labels
    )
