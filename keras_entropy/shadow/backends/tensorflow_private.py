"""Private training on TensorFlow: one model or a stack, several steps in a program."""

from collections.abc import Iterable
from collections.abc import Sequence

import keras
import tensorflow as tf

from keras_entropy.arrays import Array
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.backends.tensorflow_backend import State
from keras_entropy.shadow.backends.tensorflow_backend import TensorFlowTrainer
from keras_entropy.shadow.backends.tensorflow_backend import like
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.private.closed_form import TappedModel
from keras_entropy.shadow.private.closed_form import clipping_factor
from keras_entropy.shadow.private.example_loss import ExampleLoss
from keras_entropy.shadow.private.example_loss import added_by_weights
from keras_entropy.shadow.private.steps import CHUNK
from keras_entropy.shadow.private.steps import Steps
from keras_entropy.shadow.private.steps import seeds_of_steps
from keras_entropy.shadow.threads import Progress

# Clipping norm, standard deviation of the noise, expected examples in a step.
Settings = tuple[Tensor, Tensor, Tensor]


def make_private_trainer(
    model: keras.Model,
    size: int | None,
    dense: bool,
    clipped: TappedModel | ExampleLoss,
) -> "PrivateTensorFlowTrainer":
    """Return compiled steps; XLA pays where all layers are matrix products."""
    return PrivateTensorFlowTrainer(model, size, dense, clipped)


class PrivateTensorFlowTrainer(TensorFlowTrainer):
    """Compiled steps of clipped and noised gradients.

    Args:
        model: A compiled Keras model.
        size: Number of models that are trained at once, or `None` for one, whose values
            have no such axis. Only models with a closed form are stacked.
        xla: Compile with XLA.
        clipped: The model's clipped gradients in closed form, or the loss of single
            examples where there is no such form.
    """

    def __init__(
        self,
        model: keras.Model,
        size: int | None,
        xla: bool,
        clipped: TappedModel | ExampleLoss,
    ) -> None:
        super().__init__(model, size, xla)
        self._clipped = clipped
        self._shapes = [v.shape for v in self._variables[: self._split]]
        self._steps = tf.function(self._run_steps, jit_compile=xla, autograph=False)

    def train_privately(
        self,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        steps: Iterable[Steps],
        privacy: PrivateGradients,
        keys: Sequence[bytes],
        expected: float,
        progress: Progress,
    ) -> list[Array]:
        """Train from `values` and return the values at the end, as `PrivateTrainer`."""
        state = self._start(values)
        tensors = tuple(tf.convert_to_tensor(array) for array in data)
        noise = privacy.noise_multiplier * privacy.clip_norm
        settings = tuple(
            tf.constant(value, tf.float32)
            for value in (privacy.clip_norm, noise, expected)
        )
        done = 0
        for part in steps:
            rows, present = (
                tf.constant(a[:, 0] if self._size is None else a)
                for a in (part.rows, part.present)
            )
            state = self._steps(
                state,
                tensors,
                rows,
                present,
                (tf.constant(done), tf.constant(done + part.number)),
                settings,
                tf.constant(seeds_of_steps(keys, done, part.number)),
                per_model,
            )
            done += part.number
            progress(part.epochs * len(keys))
        return self._end(state)

    def _run_steps(
        self,
        state: State,
        data: tuple[Tensor, ...],
        rows: Tensor,
        present: Tensor,
        numbers: tuple[Tensor, Tensor],
        settings: Settings,
        seeds: Tensor,
        per_model: tuple[bool, ...],
    ) -> State:
        clip, noise, expected = settings
        start, end = numbers

        def step(number: Tensor, state: State) -> tuple[Tensor, State]:
            trainable, others, slots = state
            i = (number - start) % rows.shape[0]
            if isinstance(self._clipped, TappedModel):
                sums, others = self._closed_form(
                    self._clipped,
                    rows[i],
                    present[i],
                    trainable,
                    others,
                    data,
                    per_model,
                    clip,
                )
            else:
                sums, others = self._one_by_one(
                    self._clipped, rows[i], present[i], trainable, others, data, clip
                )
            drawn = self._noise(seeds[number - start])
            gradients = [
                self._optimizer.scale_loss((total + noise * normal) / expected + added)
                for total, normal, added in zip(
                    sums, drawn, self._regularisers(trainable), strict=True
                )
            ]
            trainable, slots = self._optimizer.stateless_apply(
                slots, gradients, trainable
            )
            return number + 1, (trainable, others, slots)

        return tf.while_loop(
            lambda number, state: number < end,
            step,
            (start, state),
            parallel_iterations=1,
        )[1]

    def _closed_form(
        self,
        tapped: TappedModel,
        rows: Tensor,
        present: Tensor,
        trainable: list[Tensor],
        others: list[Tensor],
        data: tuple[Tensor, ...],
        per_model: tuple[bool, ...],
        clip: Tensor,
    ) -> tuple[list[Tensor], list[Tensor]]:
        def one(elements: tuple[Tensor, ...]) -> tuple[list[Tensor], list[Tensor]]:
            trainable, others, present, *batch = elements
            taps = tapped.taps(present.shape[0])
            with tf.GradientTape() as tape:
                tape.watch(taps)
                loss, (seen, updated) = tapped.loss(trainable, others, taps, batch)
            slopes = tape.gradient(
                loss, taps, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
            return tapped.clipped_sum(seen, slopes, present, clip), updated

        batch = [
            tf.gather(array, rows, batch_dims=int(own))
            for array, own in zip(data, per_model, strict=True)
        ]
        elements = (trainable, others, present, *batch)
        if self._size is None:
            sums, updated = one(elements)
        else:
            sums, updated = tf.vectorized_map(one, elements, warn=False)
        return sums, like(updated, others)

    def _one_by_one(
        self,
        loss_of: ExampleLoss,
        rows: Tensor,
        present: Tensor,
        trainable: list[Tensor],
        others: list[Tensor],
        data: tuple[Tensor, ...],
        clip: Tensor,
    ) -> tuple[list[Tensor], list[Tensor]]:
        def one(elements: tuple[Tensor, ...]) -> tuple[list[Tensor], list[Tensor]]:
            number, present, *example = elements
            with tf.GradientTape() as tape:
                tape.watch(trainable)
                loss, updated = loss_of(trainable, others, number, example)
            gradients = tape.gradient(
                loss, trainable, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
            # Those of an Embedding come as slices, which may name a row twice.
            gradients = [*map(tf.convert_to_tensor, gradients)]
            # Not `tf.linalg.global_norm`: XLA can't run what becomes of it in here.
            squared = tf.add_n([tf.reduce_sum(g * g) for g in gradients])
            factor = clipping_factor(squared, present, clip)
            clipped = [tf.where(factor > 0, g * factor, 0.0) for g in gradients]
            return clipped, updated

        def chunk(
            i: Tensor, sums: list[Tensor], _: list[Tensor]
        ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
            examples = [tf.gather(array, rows_of[i]) for array in data]
            elements = (numbers[i], present_of[i], *examples)
            clipped, updated = tf.vectorized_map(one, elements, warn=False)
            sums = [s + tf.reduce_sum(c, 0) for s, c in zip(sums, clipped, strict=True)]
            return i + 1, sums, like([u[0] for u in updated], others)

        chunks = rows.shape[0] // CHUNK
        numbers, rows_of, present_of = (
            tf.reshape(array, (chunks, CHUNK))
            for array in (tf.range(rows.shape[0]), rows, present)
        )
        zeros = [tf.zeros_like(v) for v in trainable]
        _, sums, updated = tf.while_loop(
            lambda i, sums, updated: i < chunks,
            chunk,
            (tf.constant(0), zeros, others),
            parallel_iterations=1,
        )
        return sums, updated

    def _noise(self, seeds: Tensor) -> list[Tensor]:
        """Draw standard normal numbers, for each model from its own seed."""
        sizes = [shape.num_elements() for shape in self._shapes]
        drawn = tf.stack(
            [
                tf.random.stateless_normal([sum(sizes)], seed)
                for seed in tf.unstack(seeds)
            ]
        )
        axis = () if self._size is None else (self._size,)
        return [
            tf.reshape(part, (*axis, *shape))
            for part, shape in zip(tf.split(drawn, sizes, 1), self._shapes, strict=True)
        ]

    def _regularisers(self, trainable: list[Tensor]) -> list[Tensor]:
        """Return the gradients of what weights alone add to the loss."""

        def of_one(trainable: list[Tensor]) -> list[Tensor]:
            with tf.GradientTape() as tape:
                tape.watch(trainable)
                total = added_by_weights(self._variables[: self._split], trainable)
            return tape.gradient(
                total, trainable, unconnected_gradients=tf.UnconnectedGradients.ZERO
            )

        if self._size is None:
            return of_one(trainable)
        return tf.vectorized_map(of_one, trainable, warn=False)
