"""Which optimizers can train stacked models, and the variables they write into."""

from collections.abc import Iterable

import keras
import numpy as np

_ELEMENTWISE = (
    keras.optimizers.SGD,
    keras.optimizers.Adam,
    keras.optimizers.Adamax,
    keras.optimizers.Nadam,
    keras.optimizers.RMSprop,
    keras.optimizers.Adagrad,
    keras.optimizers.Adadelta,
    keras.optimizers.Lion,
    keras.optimizers.Ftrl,
)


def is_elementwise(optimizer: keras.optimizers.Optimizer) -> bool:
    """Tell whether a step on stacked variables is the step on each of their slices.

    That rules out what looks at a whole variable (norm clipping) or at its name (weight
    decay with exclusions), and what does not step every time.
    """
    config = optimizer.get_config()
    whole = (
        "clipnorm",
        "global_clipnorm",
        "weight_decay",
        "use_ema",
        "gradient_accumulation_steps",
    )
    return type(optimizer) in _ELEMENTWISE and not any(config[name] for name in whole)


def own_variables(
    variables: Iterable[keras.Variable], size: int | None = None
) -> list[keras.Variable]:
    """Return variables like the given ones for the optimizer to write into.

    Args:
        variables: Trainable Keras variables.
        size: If given, the number of models whose values are stacked in each variable.
            A constraint, which looks at one model's variable, is left out then.
    """
    own = []
    for variable in variables:
        shape = variable.shape if size is None else (size, *variable.shape)
        own.append(
            keras.Variable(
                np.zeros(shape, variable.dtype),
                dtype=variable.dtype,
                name=variable.name,
            )
        )
        if size is None:
            own[-1].constraint = variable.constraint
    return own
