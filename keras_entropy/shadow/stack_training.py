"""Training of many models with one architecture."""

from collections.abc import Mapping
from collections.abc import Sequence

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.models.copies import compiled_as_before
from keras_entropy.privacy.private_gradients import PrivateGradients
from keras_entropy.shadow import arguments
from keras_entropy.shadow import threads
from keras_entropy.shadow.backends import engine
from keras_entropy.shadow.backends.tensors import Tensor
from keras_entropy.shadow.batches import batches
from keras_entropy.shadow.groups import Method
from keras_entropy.shadow.groups import Schedule
from keras_entropy.shadow.groups import groups_of
from keras_entropy.shadow.private.training import Private
from keras_entropy.shadow.stack import Stack
from keras_entropy.shadow.stack import variables_of
from keras_entropy.shadow.threads import Progress


def train(
    model: keras.Model,
    stack: Stack,
    x: Array,
    y: Array,
    rows: Integers,
    *,
    epochs: int,
    batch_size: int,
    seeds: Sequence[int],
    class_weight: Mapping[int, float] | None = None,
    privacy: PrivateGradients | None = None,
    progress: Progress | None = None,
) -> Stack:
    """Train every model of a stack on rows of its own, as `model.fit` would.

    Optimizer, learning rate schedule, loss, regularisers and losses added by layers are
    those of the compiled `model`; layers with `trainable=False` stay as they are. A
    whole epoch is compiled once, serves all models, and is used again by later calls
    with the same architecture. On TensorFlow and JAX, models are trained side by side
    in as many threads as there are processors. The last batch of an epoch is smaller
    where `batch_size` does not divide the rows. Callbacks and metrics take no part:
    where one of them lowered the learning rate of `model`, training begins at the
    largest rate that its last `fit` has logged, and a warning says so.

    Args:
        model: A compiled Keras model with one output. Neither its
            weights nor its optimizer change.
        stack: `Stack` with the values from which the `K` models start.
        x: Array of inputs, `(N, ...)` for all models, or `(K, N, ...)` with inputs of
            its own for each model. Several inputs lie side by side, flattened, in one
            table `(N, columns)`, in the order of `model.inputs`; one with strings or
            ragged rows (tuples) is of objects.
        y: Array of targets, `(N, ...)` or `(K, N, ...)`, as the model's loss expects
            them: class numbers, one-hot vectors or any regression target.
        rows: Integers `(K, m)`: the rows of `x` on which each model is trained.
        epochs: Integer, passes over the rows.
        batch_size: Integer, rows in a batch.
        seeds: One integer for each model, for the order of its rows.
        class_weight: Optional mapping from class number to the weight of its examples,
            for targets that are class numbers.
        privacy: Optional `PrivateGradients`: gradients of single examples are clipped,
            weighted by class where there are weights, and noise is added (DP-SGD).
            A step then takes all rows where `batch_size` is at least m, and else
            each row with probability `batch_size / m`. Gradients of regularisers are
            added after the noise.
        progress: Optional callable, called with the number of epochs of single models
            (of `K * epochs`) done since the last call, like `tqdm.update`; by one
            thread at a time.

    Returns:
        A new `Stack` for `model`.

    Raises:
        ValueError: If the model is not compiled, has nothing to train, or an array
            does not fit the others; with `privacy`, if the model has a layer, a loss or
            a precision for which no example's gradient can be clipped, a row comes
            twice, or `seeds` do not differ.

    Example:

    >>> plan = complementary_pairs(len(x), 16, seed=0)
    >>> start = initialize(model, seeds=range(16))
    >>> stack = train(
    ...     model, start, x, y, plan.rows(), epochs=50, batch_size=32, seeds=range(16)
    ... )
    >>> predict(model, stack, x).shape
    (16, 1797, 10)
    """
    arguments.check_compiled(model)
    model = compiled_as_before(model)
    models = len(stack)
    x, x_own = arguments.checked_inputs(x, models, model)
    n = x.shape[int(x_own)]
    y, y_own = arguments.checked_targets(y, models, n)
    rows = arguments.checked_rows(rows, models, n)
    if len(seeds) != models:
        raise ValueError(
            "`seeds` must hold one integer for each model of the stack. "
            f"Received: {len(seeds)} seeds, {models} models"
        )
    for name, value in (("epochs", epochs), ("batch_size", batch_size)):
        if value < 1:
            raise ValueError(f"`{name}` must be at least 1. Received: {name}={value}")
    data, own = [x, y], [x_own, y_own]
    if class_weight is not None:
        data.append(arguments.example_weights(y, class_weight))
        own.append(y_own)
    batch_size = min(batch_size, rows.shape[1])
    values = stack.values(model)
    trained = [np.empty_like(value) for value in values]
    schedule = Schedule(rows, epochs, batch_size, seeds)
    method: Method
    if privacy is None:
        method = _Plain(model, schedule)
    else:
        method = Private(
            model,
            schedule,
            privacy,
            x=x[0] if x_own else x,
            y=y[0] if y_own else y,
        )
    # Converted once for all groups.
    shared = [
        a if is_own else keras.ops.convert_to_tensor(a)
        for a, is_own in zip(data, own, strict=True)
    ]

    def train_group(group: slice, progress: Progress) -> None:
        take: slice | int = group if method.size is not None else group.start
        result = method.train(
            group,
            [value[take] for value in values],
            [a[take] if is_own else a for a, is_own in zip(shared, own, strict=True)],
            tuple(is_own and method.size is not None for is_own in own),
            progress,
        )
        for target, value in zip(trained, result, strict=True):
            target[take] = value

    threads.run(
        train_group,
        groups_of(models, method.size or 1),
        progress or (lambda done: None),
        method.concurrent,
    )
    return Stack(variables_of(model), trained)


class _Plain:
    """Training as `fit` does it.

    Args:
        model: A compiled Keras model.
        schedule: What the models are trained on.
    """

    def __init__(self, model: keras.Model, schedule: Schedule) -> None:
        self._schedule = schedule
        self.size = schedule.size_of_groups(engine.trains_at_once(model))
        self._trainer = engine.trainer(model, self.size)
        self.concurrent = self._trainer.concurrent

    def train(
        self,
        group: slice,
        values: Sequence[Array],
        data: Sequence[Tensor],
        per_model: tuple[bool, ...],
        progress: Progress,
    ) -> list[Array]:
        schedule = self._schedule
        order = batches(
            schedule.rows[group],
            epochs=schedule.epochs,
            batch_size=schedule.batch_size,
            seeds=schedule.seeds[group],
        )
        if self.size is None:
            order = ((indices[:, 0], rest[0]) for indices, rest in order)
        return self._trainer.train(
            values,
            data,
            per_model,
            order,
            int(schedule.seeds[group.start]),
            progress,
        )
