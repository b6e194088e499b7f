"""Private training on JAX: one model at a time, several steps in a program."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

import jax
import keras
import numpy as np
from jax import numpy as jnp

from keras_entropy.arrays import Array
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.backends.jax_backend import JaxTrainer
from keras_entropy.shadow.backends.jax_backend import State
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.private.closed_form import TappedModel
from keras_entropy.shadow.private.closed_form import clipping_factor
from keras_entropy.shadow.private.example_loss import ExampleLoss
from keras_entropy.shadow.private.example_loss import added_by_weights
from keras_entropy.shadow.private.steps import CHUNK
from keras_entropy.shadow.private.steps import Steps
from keras_entropy.shadow.threads import Progress

# The sum of clipped gradients, and the values of the other variables.
Sums = tuple[list[Tensor], list[Tensor]]


def make_private_trainer(
    model: keras.Model,
    size: int | None,
    dense: bool,
    clipped: TappedModel | ExampleLoss,
) -> "PrivateJaxTrainer":
    """Return compiled steps of one model."""
    return PrivateJaxTrainer(model, dense, clipped)


class PrivateJaxTrainer(JaxTrainer):
    """Compiled steps of clipped and noised gradients of one model.

    Args:
        model: A compiled Keras model.
        dense: As for `JaxTrainer`.
        clipped: The model's clipped gradients in closed form, or the loss of single
            examples where there is no such form.
    """

    def __init__(
        self, model: keras.Model, dense: bool, clipped: TappedModel | ExampleLoss
    ) -> None:
        super().__init__(model, dense)
        self._clipped_sum: Callable[..., Sums] = (
            _closed_form(clipped)
            if isinstance(clipped, TappedModel)
            else _one_by_one(clipped)
        )
        self._steps = jax.jit(self._run_steps)

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
        tensors = tuple(jnp.asarray(array) for array in data)
        settings = tuple(
            jnp.float32(value)
            for value in (
                privacy.clip_norm,
                privacy.noise_multiplier * privacy.clip_norm,
                expected,
            )
        )
        seed = jax.random.wrap_key_data(
            jnp.asarray(np.frombuffer(keys[0][:8], np.uint32)), impl="threefry2x32"
        )
        done = 0
        for part in steps:
            state = self._steps(
                state,
                tensors,
                part.rows[:, 0],
                part.present[:, 0],
                (done, done + part.number),
                settings,
                seed,
            )
            done += part.number
            progress(part.epochs)
        return self._end(state)

    def _run_steps(
        self,
        state: State,
        data: tuple[Tensor, ...],
        rows: Tensor,
        present: Tensor,
        numbers: tuple[Tensor, Tensor],
        settings: tuple[Tensor, Tensor, Tensor],
        seed: Tensor,
    ) -> State:
        clip, noise, expected = settings
        variables = self._variables[: self._split]

        def step(number: Tensor, state: State) -> State:
            trainable, others, slots = state
            i = (number - numbers[0]) % len(rows)
            batch = [array[rows[i]] for array in data]
            drawn = jax.random.split(jax.random.fold_in(seed, number), len(trainable))
            with self._tracing:
                sums, others = self._clipped_sum(
                    trainable, others, batch, present[i], clip
                )
                added = jax.grad(lambda values: added_by_weights(variables, values))(
                    trainable
                )
                gradients = [
                    self._optimizer.scale_loss(
                        (total + noise * jax.random.normal(key, total.shape)) / expected
                        + regulariser
                    )
                    for total, key, regulariser in zip(sums, drawn, added, strict=True)
                ]
                trainable, slots = self._optimizer.stateless_apply(
                    slots, gradients, trainable
                )
            return trainable, others, slots

        return jax.lax.fori_loop(*numbers, step, state)


def _closed_form(tapped: TappedModel) -> Callable[..., Sums]:
    def clipped_sum(
        trainable: list[Tensor],
        others: list[Tensor],
        batch: list[Tensor],
        present: Tensor,
        clip: Tensor,
    ) -> Sums:
        slopes, (seen, updated) = jax.grad(
            lambda taps: tapped.loss(trainable, others, taps, batch), has_aux=True
        )(tapped.taps(len(present)))
        return tapped.clipped_sum(seen, slopes, present, clip), updated

    return clipped_sum


def _one_by_one(loss: ExampleLoss) -> Callable[..., Sums]:
    def clipped_sum(
        trainable: list[Tensor],
        others: list[Tensor],
        batch: list[Tensor],
        present: Tensor,
        clip: Tensor,
    ) -> Sums:
        def one(number: Tensor, present: Tensor, *example: Tensor) -> Sums:
            gradients, updated = jax.grad(
                lambda trainable: loss(trainable, others, number, example),
                has_aux=True,
            )(trainable)
            squared = sum(jnp.sum(g * g) for g in gradients)
            factor = clipping_factor(squared, present, clip)
            return [jnp.where(factor > 0, g * factor, 0.0) for g in gradients], updated

        def chunk(i: Tensor, carried: Sums) -> Sums:
            clipped, updated = jax.vmap(one)(*(part[i] for part in parts))
            sums = [s + c.sum(0) for s, c in zip(carried[0], clipped, strict=True)]
            return sums, [u[0] for u in updated]

        parts = [
            array.reshape(-1, CHUNK, *array.shape[1:])
            for array in (jnp.arange(len(present)), present, *batch)
        ]
        zeros = [jnp.zeros_like(value) for value in trainable]
        return jax.lax.fori_loop(0, len(parts[0]), chunk, (zeros, others))

    return clipped_sum
