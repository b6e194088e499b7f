from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from typing import ClassVar

import keras
import numpy as np
from keras import ops

from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.layers.defense import Claims
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.perturbation import keyed_randomness
from keras_entropy.layers.perturbation import membership_network
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics import ranks

# Enough to come from a single 1 to where the network is undecided.
_STEPS = 60
_LONGEST_STEP = 0.5
# A row of a single 1 has no slope: its zeros are lifted to what float32 tells from it.
_FLOOR = 1e-7
# What is as near to undecided as this is left alone, as in the paper.
_UNDECIDED = 1e-5


@keras.saving.register_keras_serializable(package="keras_entropy")
class MemGuard(FittedDefense):
    """Moves probabilities to where a membership classifier is undecided (MemGuard).

    A research baseline, not recommended: the network that is fooled looks at the
    sorted probabilities alone, and attacks that use the label, or models of the same
    training, tell members from others all the same.

    The layer holds a small network, fitted to tell the model's sorted answers to
    members from those to reference examples. A row is moved against the network's
    gradient until its logit is 0, and the moved numbers are placed in the order of
    the row, so that the ranking stays. The moved row is the answer with probability
    `budget / distance`, distance in L1, or 1 if that is more, provided that the network
    is less certain of it; else the row itself is.

    The coin that decides is a pseudo-random function of a secret key and of the row's
    sorted probabilities, rounded, so that asking again gives the same answer, in every
    replica that has the key. The key is never in a file: a loaded model takes it from
    the environment variable `KERAS_ENTROPY_KEY`, and without one, the first call fails.

    It differs from the paper's code in four points. The steps follow the natural
    gradient, which moves the entries that cost least, and are never longer than what a
    linear network would need, so that a row stops where the network is undecided: 60
    steps with less distortion, where the paper tries 7 weights of the distortion for
    300 steps each. Ranking is kept, not just the argmax. The network is smooth and
    smaller. And the coin is keyed, where the paper tosses it once for each example and
    remembers it.

    Example:

    >>> import secrets, numpy as np, keras_entropy
    >>> others = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]])
    >>> members = np.array([[0.9, 0.1, 0.0], [0.0, 0.0, 1.0]])
    >>> layer = keras_entropy.MemGuard(1.0, key=secrets.token_bytes(32))
    >>> layer = layer.fit(others, labels=np.array([0, 1]), members=members)
    >>> layer(np.array([[0.95, 0.03, 0.02]], "float32"))

    Args:
        budget: Float in `[0, 2]`: how far the answers may be from the model's on
            average over keys, in L1. Defaults to `0.5`.
        step: Float in `[0.001, 1]`: what the sorted probabilities are rounded to for
            the coin, beside the log-odds of the largest, which are rounded to whole
            numbers. Defaults to `0.05`.
        key: Bytes or string of at least 16 bytes, the same in all replicas. Defaults
            to the environment variable `KERAS_ENTROPY_KEY`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape; ranking kept (ties stay ties);
        deterministic. Not for export: an exported graph would hold the key.

    Raises:
        ValueError: If an argument is out of its range; at the first call, if the layer
            has no key.

    Reference:
        [Jia et al., 2019](https://arxiv.org/abs/1909.10594); what beats it:
        [Song and Mittal, 2021](https://arxiv.org/abs/2003.10595)
    """

    iterates = True
    claims = Claims(
        keeps_argmax=True, keeps_ranking=True, permutation_equivariant=True, export=()
    )
    needs_members: ClassVar[bool] = True

    def __init__(
        self,
        budget: float = 0.5,
        *,
        step: float = 0.05,
        key: bytes | str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= budget <= 2:  # also rejects nan
            raise ValueError(f"`budget` must be in [0, 2]. Received: budget={budget}")
        self.budget = float(budget)
        self.step = keyed_randomness.check_step(step)
        self._key = None if key is None else keyed_randomness.check_key(key)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        super().build(input_shape)
        self._network = [
            self.add_weight(
                shape=shape, initializer="zeros", trainable=False, name=name
            )
            for name, shape in membership_network.shapes(self.built_classes)
        ]

    def values(
        self, outputs: Floats, labels: Integers, members: Floats | None = None
    ) -> list[Floats]:
        if members is None:
            raise ValueError(
                "`values` needs `members`, the model's answers to training examples. "
                "Received: none"
            )
        random = np.random.default_rng(0)
        n = min(len(outputs), len(members))
        sides = (random.permutation(rows)[:n] for rows in (members, outputs))
        return membership_network.train(*(-np.sort(-rows, axis=-1) for rows in sides))

    def call(self, inputs: Any) -> Any:
        if self._key is None:
            self._key = keyed_randomness.key_from_environment(self.name)
        rows = ops.stop_gradient(inputs)
        ordered = _descending(rows)
        moved = _search(ordered)(
            ordered, [ops.convert_to_tensor(w) for w in self._network]
        )
        guarded = ranks.place_by_rank(rows, moved[..., :-1], moved[..., -1:])
        coin = keyed_randomness.uniforms(self._key, self._cell(ordered), 1)
        released = coin < self._chance(ordered, guarded, rows)
        out = ops.where(released, guarded, inputs)
        # As created, the network knows nothing, and the answer tells nothing.
        known = ops.any(self._network[-1] != 0)
        out = ops.where(known, out, ops.full_like(out, 1.0 / inputs.shape[-1]))
        return ranks.spread_nan(out, inputs)

    def _cell(self, ordered: Any) -> Any:
        rest = ops.sum(ordered[..., 1:], axis=-1, keepdims=True)
        odds = probability_vectors.log(ordered[..., :1]) - probability_vectors.log(rest)
        cell = ops.concatenate([ordered / self.step, odds], axis=-1)
        return ops.cast(ops.round(cell), "int32")

    def _chance(self, ordered: Any, guarded: Any, rows: Any) -> Any:
        before, after = (
            ops.absolute(ops.sigmoid(membership_network.logit(x, self._network)) - 0.5)
            for x in (ordered, _descending(guarded))
        )
        distance = ops.sum(ops.absolute(guarded - rows), axis=-1, keepdims=True)
        chance = self.budget / ops.maximum(distance, 1e-7)
        helps = ops.logical_and(after < before, before > _UNDECIDED)
        return ops.where(helps, chance, 0.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "budget": self.budget, "step": self.step}


def _search(ordered: Any) -> Callable[[Any, list[Any]], Any]:
    """Returns `_undecided`, as a graph where TensorFlow would run each step eagerly."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        if tf.executing_eagerly():
            return _graph(len(ordered.shape), ordered.shape[-1])
    return _undecided


@functools.cache
def _graph(rank: int, classes: int) -> Callable[[Any, list[Any]], Any]:
    # One graph for each rank and width: these must stay static while it is traced.
    import tensorflow as tf

    return tf.function(_undecided, autograph=False, reduce_retracing=True)


def _undecided(ordered: Any, network: list[Any]) -> Any:
    """Returns rows about which the network is undecided.

    Args:
        ordered: Probabilities `(batch, ..., classes)`, the largest first.
        network: Weights, in the order of `membership_network.shapes`.
    """

    def towards(_: Any, logits: Any) -> Any:
        rows = ops.softmax(logits, axis=-1)
        value, slope = membership_network.logit_and_gradient(rows, network)
        # Relative to the largest entry: beside a 1, small differences would be lost in
        # the mean.
        slope = slope - slope[..., :1]
        slope = slope - ops.sum(rows * slope, axis=-1, keepdims=True)
        gain = ops.sum(rows * slope * slope, axis=-1, keepdims=True)
        steepest = ops.max(ops.absolute(slope), axis=-1, keepdims=True)
        longest = _LONGEST_STEP / ops.maximum(steepest, 1e-12)
        # As far as a linear network would be undecided.
        length = ops.clip(value / ops.maximum(gain, 1e-12), -longest, longest)
        # A step may bring an entry past another: the larger is first again.
        return _descending(logits - length * slope)

    logits = ops.log(ops.maximum(ordered, _FLOOR))
    return ops.softmax(ops.fori_loop(0, _STEPS, towards, logits), axis=-1)


def _descending(rows: Any) -> Any:
    return ops.flip(ops.sort(rows, axis=-1), axis=-1)
