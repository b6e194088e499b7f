"""How long a model was trained, as the steps of its optimizer show it."""

from __future__ import annotations

import keras


def epochs_of(model: keras.Model, examples: int, batch_size: int) -> int:
    """Returns how often a model's optimizer has seen its training examples.

    Args:
        model: A compiled model.
        examples: Integer, that it was trained on.
        batch_size: Integer, examples in a batch.

    Returns:
        0 where the optimizer has taken no steps, or fewer than half an epoch's.
    """
    return round(steps_of(model) / -(-examples // batch_size))


def steps_of(model: keras.Model) -> int:
    """Returns how many steps a compiled model's optimizer has taken."""
    return int(keras.ops.convert_to_numpy(model.optimizer.iterations))
