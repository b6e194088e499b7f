"""Private training on PyTorch: one model and one step at a time."""

from collections.abc import Iterable
from collections.abc import Sequence

import keras
import torch

from keras_entropy.arrays import Array
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.backends.torch_backend import TorchTrainer
from keras_entropy.shadow.private.closed_form import TappedModel
from keras_entropy.shadow.private.closed_form import clipping_factor
from keras_entropy.shadow.private.example_loss import ExampleLoss
from keras_entropy.shadow.private.example_loss import added_by_weights
from keras_entropy.shadow.private.steps import Steps
from keras_entropy.shadow.threads import Progress


def make_private_trainer(
    model: keras.Model,
    size: int | None,
    dense: bool,
    clipped: TappedModel | ExampleLoss,
) -> "PrivateTorchTrainer":
    """Return plain steps of one model; nothing is compiled."""
    return PrivateTorchTrainer(model, clipped)


class PrivateTorchTrainer(TorchTrainer):
    """Steps of clipped and noised gradients of one model.

    Args:
        model: A compiled Keras model.
        clipped: The model's clipped gradients in closed form, or the loss of single
            examples where there is no such form; these are taken one after another.
    """

    def __init__(self, model: keras.Model, clipped: TappedModel | ExampleLoss) -> None:
        super().__init__(model)
        self._clipped = clipped

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
        others = self._start(values)
        tensors = [keras.ops.convert_to_tensor(array) for array in data]
        device = tensors[0].device
        generator = torch.Generator(device)
        generator.manual_seed(int.from_bytes(keys[0][:8], "big", signed=True))
        noise = privacy.noise_multiplier * privacy.clip_norm
        with torch.random.fork_rng():
            # For layers that draw without a seed of their own.
            torch.manual_seed(int.from_bytes(keys[0][8:16], "big", signed=True))
            for part in steps:
                for number in range(part.number):
                    i = number % len(part.rows)
                    takes_part = part.present[i, 0] > 0
                    rows = torch.as_tensor(
                        part.rows[i, 0][takes_part], dtype=torch.int64, device=device
                    )
                    trainable = [
                        v.value.detach().requires_grad_() for v in self._trainable
                    ]
                    sums, others = self._clipped_sum(
                        trainable,
                        others,
                        [array[rows] for array in tensors],
                        privacy.clip_norm,
                    )
                    gradients = [
                        (
                            total
                            + noise
                            * torch.randn(
                                total.shape, generator=generator, device=device
                            )
                        )
                        / expected
                        + added
                        for total, added in zip(
                            sums, self._regularisers(trainable), strict=True
                        )
                    ]
                    with torch.no_grad():
                        self._optimizer.apply(
                            [self._optimizer.scale_loss(g) for g in gradients],
                            self._trainable,
                        )
                progress(part.epochs)
        return self._end(others)

    def _clipped_sum(
        self,
        trainable: list[Tensor],
        others: list[Tensor],
        batch: list[Tensor],
        clip: float,
    ) -> tuple[list[Tensor], list[Tensor]]:
        sums = [torch.zeros_like(v) for v in trainable]
        examples = len(batch[0])
        if not examples:
            return sums, others
        one = torch.ones((), device=batch[0].device)
        if isinstance(self._clipped, TappedModel):
            taps = [tap.requires_grad_() for tap in self._clipped.taps(examples)]
            loss, (seen, updated) = self._clipped.loss(trainable, others, taps, batch)
            slopes = torch.autograd.grad(loss, taps, materialize_grads=True)
            with torch.no_grad():
                sums = self._clipped.clipped_sum(
                    seen, slopes, one.expand(examples), one * clip
                )
            return sums, [v.detach() for v in updated]
        updated = others
        for number in range(examples):
            example = [array[number] for array in batch]
            loss, updated = self._clipped(trainable, others, one * number, example)
            gradients = torch.autograd.grad(loss, trainable, materialize_grads=True)
            squared = sum((g * g).sum() for g in gradients)
            factor = clipping_factor(squared, one, one * clip)
            if factor > 0:
                for total, gradient in zip(sums, gradients, strict=True):
                    total += gradient * factor
        return sums, [v.detach() for v in updated]

    def _regularisers(self, trainable: list[Tensor]) -> list[Tensor]:
        """Return the gradients of what weights alone add to the loss."""
        if not any(v.regularizer for v in self._variables[: self._split]):
            return [torch.zeros_like(v) for v in trainable]
        total = added_by_weights(self._variables[: self._split], trainable)
        return list(torch.autograd.grad(total, trainable, materialize_grads=True))
