"""The values of many models with one architecture."""

import random
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.layers.defense import Defense


class Stack:
    """Values of the variables of `K` models, addressed by one model's variables.

    A stack holds arrays of shape `(K, *variable.shape)`, and finds them by the
    identity of the variable. Two models that share layers, like a model and what
    `keras_entropy.defend` makes of it, share variables, so that one stack serves both
    as far as they overlap; `transfer` moves from the one to the other.

    Args:
        variables: The Keras variables that address the values.
        values: One array for each variable, `K` entries along the first axis.
    """

    def __init__(
        self, variables: Iterable[keras.Variable], values: Iterable[Array]
    ) -> None:
        # The variable is kept beside its values: its identity is the address, and
        # must not be given to another object as long as the stack lives.
        self._entries = {
            id(variable): (variable, np.asarray(value))
            for variable, value in zip(variables, values, strict=True)
        }
        for variable, value in self._entries.values():
            if value.shape[1:] != tuple(variable.shape):
                raise ValueError(
                    "`values` must have the shapes of the variables, as models of one "
                    "architecture do, with one entry for each model in front. "
                    f"Received: {value.shape} for {variable.path!r} of shape "
                    f"{tuple(variable.shape)}"
                )
        sizes = {len(value) for _, value in self._entries.values()}
        if len(sizes) != 1:
            raise ValueError(
                "`values` must hold one entry for each model along the first axis, "
                f"the same number for all variables. Received sizes: {sorted(sizes)}"
            )
        (self._size,) = sizes

    def __len__(self) -> int:
        """Return `K`, the number of models."""
        return self._size

    def values(self, model: keras.Model) -> list[Array]:
        """Return the values of `variables_of(model)`, each `(K, *variable.shape)`.

        Raises:
            ValueError: If the stack lacks a variable of the model.
        """
        variables = variables_of(model)
        missing = [v.path for v in variables if id(v) not in self._entries]
        if missing:
            raise ValueError(
                "The stack holds no values for some variables of `model`; take them "
                "from another stack with `transfer(model, rest)`. "
                f"Received: model={model.name!r}, missing={missing}"
            )
        return [self._entries[id(v)][1] for v in variables]

    def select(self, indices: Sequence[int] | slice) -> "Stack":
        """Return the stack of some of the models."""
        variables, values = zip(*self._entries.values(), strict=True)
        return Stack(variables, [value[indices] for value in values])

    def transfer(self, model: keras.Model, rest: "Stack") -> "Stack":
        """Return a stack for `model`: shared variables from here, others from `rest`.

        Args:
            model: The model whose variables the new stack addresses.
            rest: Stack with values for the variables that this one lacks, as made by
                `initialize(model, seeds)` or `replicate(model, k)`.

        Raises:
            ValueError: If the two stacks have different sizes.
        """
        if len(rest) != len(self):
            raise ValueError(
                "`rest` must hold as many models as the stack it completes. "
                f"Received: {len(rest)} and {len(self)}"
            )
        variables = variables_of(model)
        known = {**rest._entries, **self._entries}
        merged = [known[id(v)][1] for v in variables if id(v) in known]
        if len(merged) < len(variables):
            rest.values(model)  # Raises, and names what is missing.
        return Stack(variables, merged)

    def assign_to(self, model: keras.Model, index: int) -> None:
        """Write the values of model number `index` into the live `model`."""
        for variable, value in zip(
            variables_of(model), self.values(model), strict=True
        ):
            variable.assign(value[index])


def variables_of(model: keras.Model) -> list[keras.Variable]:
    """Return the variables that make up a model's state, metrics left out.

    The trainable ones come first, so that the list starts with
    `model.trainable_variables`. States of random generators (dropout) are included.

    Raises:
        ValueError: If the model has not been built.
    """
    state = _state(model)
    return [v for v in state if v.trainable] + [v for v in state if not v.trainable]


def _state(model: keras.Model) -> list[keras.Variable]:
    """Return the variables in an order that `trainable` does not change."""
    if not model.built:
        raise ValueError(
            "`model` must be built, because its variables do not exist before. Give "
            "it an `Input`, or call it once. "
            f"Received: model={model.name!r}, built={model.built}"
        )
    metrics = {id(v) for v in model.metrics_variables}
    return [v for v in model.variables if id(v) not in metrics]


def replicate(model: keras.Model, k: int) -> Stack:
    """Return a stack with `k` copies of the model's present values.

    The copies share the state of their dropout generators as well; use `initialize`
    for models that are to be independent.
    """
    variables = variables_of(model)
    return Stack(
        variables,
        [np.repeat(keras.ops.convert_to_numpy(v.value)[None], k, 0) for v in variables],
    )


def initialize(model: keras.Model, seeds: Sequence[int]) -> Stack:
    """Return a stack of freshly initialised models with one architecture.

    Fresh is what training moves: trainable weights, running statistics and the state
    of dropout generators. What was given to the model keeps its present value: the
    weights of layers with `trainable=False`, of layers with an `adapt` method, and
    the fitted weights of a `Defense`.

    Initialisers without a seed draw from the model's seed. Initialisers with a seed
    start all models alike, as they do in Keras; dropout generators never do.

    Args:
        model: A built model made of serialisable layers (functional or sequential).
        seeds: One integer for each model.

    Returns:
        A `Stack` of `len(seeds)` models. Python's random state is left as it was.

    Raises:
        ValueError: If the model is not built or can't be cloned.

    Example:

    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> stack = initialize(model, seeds=[0, 1, 2])
    >>> stack.values(model)[0].shape
    (3, 4, 2)
    """
    variables = _state(model)
    kept = {id(v) for layer in _layers(model) for v in _given(layer)}
    columns: list[list[Array]] = [[] for _ in variables]
    # Keras draws the seed of an unseeded initialiser from Python's generator.
    state = random.getstate()
    try:
        template = _template(model)
        addresses = [id(v) for v in _state(template)]
        for seed in seeds:
            random.seed(int(seed))
            clone = _state(keras.models.clone_model(template))
            fresh = dict(zip(addresses, clone, strict=True))
            for column, variable in zip(columns, variables, strict=True):
                source = variable if id(variable) in kept else fresh[id(variable)]
                column.append(keras.ops.convert_to_numpy(source.value))
                if is_generator_state(variable):
                    column[-1] = _generator_state(column[-1])
    finally:
        random.setstate(state)
    return Stack(variables, [np.stack(column) for column in columns])


def _template(model: keras.Model) -> keras.Model:
    """Return an uncompiled model with the same layers, of which clones can be made.

    A clone of a compiled model is compiled as well, which takes longer than the rest.
    """
    try:
        template = keras.Model(model.inputs, model.outputs)
        keras.models.clone_model(template)
    except (AttributeError, NotImplementedError, TypeError, ValueError) as error:
        raise ValueError(
            "`model` must be a functional or sequential model whose layers can be "
            "built again from their `get_config()`, because each shadow model starts "
            f"from fresh weights. Received: model={model.name!r}, which fails with: "
            f"{error}"
        ) from error
    return template


def _layers(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Yield the layers of a model, models inside it and their layers."""
    for layer in model.layers:
        yield layer
        if isinstance(layer, keras.Model):
            yield from _layers(layer)


def _given(layer: keras.layers.Layer) -> list[keras.Variable]:
    """Return the weights with values from the user or from a fit, not from training."""
    if not layer.trainable or hasattr(layer, "adapt"):
        return layer.weights
    if isinstance(layer, Defense):
        return layer.non_trainable_weights
    return []


def is_generator_state(variable: keras.Variable) -> bool:
    """Tell whether a variable is the state of a random generator."""
    return variable.name == "seed_generator_state"


def _generator_state(state: Array) -> Array:
    # The clone's generator got either a seed of its own or the user's. Drawing
    # again makes both kinds differ between models, and keeps below 2**31 for
    # backends whose seeds are signed.
    return np.array([random.getrandbits(31), 0], dtype=state.dtype)
