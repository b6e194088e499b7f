"""Which families of questions suit which inputs."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers
from keras_entropy.queries.families.augmentation import Augmentation
from keras_entropy.queries.families.family import Family
from keras_entropy.queries.families.input_space import InputSpace
from keras_entropy.queries.families.input_space import codes_of
from keras_entropy.queries.families.input_space import image_axes
from keras_entropy.queries.families.input_space import space_of
from keras_entropy.queries.families.lines import Lines
from keras_entropy.queries.families.noise import REDRAWN_BESIDE
from keras_entropy.queries.families.noise import Noise
from keras_entropy.queries.families.redrawn import Redrawn
from keras_entropy.queries.families.shifts import HalfPixelShifts
from keras_entropy.queries.input_checks import FIRST
from keras_entropy.queries.input_checks import check_examples
from keras_entropy.queries.input_checks import has_gaps
from keras_entropy.queries.input_checks import in_type_of_examples


def families_for(
    x: Array,
    y: Integers,
    *,
    reference: tuple[Array, Integers],
    model: keras.Model | None = None,
    seed: int = 0,
) -> list[Family]:
    """Returns the families of questions that suit the inputs.

    Floats are moved: by noise, towards examples of other classes, and images by half a
    pixel. Integers, booleans and strings are redrawn, feature by feature, from what the
    reference has there; so are columns of floats that hold integers alone, and all of
    inputs in which NaN says that something is missing.

    Args:
        x: Array `(N, ...)` of the examples that are asked about.
        y: Integers `(N,)`: their classes.
        reference: Examples of the same kind that no model was trained on, and their
            classes.
        model: Keras model whose own augmentation layers make neighbors too. Defaults to
            `None`, no augmentation.
        seed: Integer. Defaults to `0`.

    Raises:
        TypeError: If an argument is no array, or the reference of another type.
        ValueError: If shapes don't fit, numbers are infinite, or no family makes
            anything else of the examples.
    """
    x, y = check_examples(x, y)
    others = in_type_of_examples(x, *reference)
    gaps = has_gaps(x) or has_gaps(others[0])
    space = codes_of(x) if gaps else space_of(x, others[0])
    if (others[0] == others[0][:1]).all():
        raise ValueError(
            "Nothing can be asked beside the examples themselves: each feature has the "
            "same value everywhere in the reference. Pass more reference examples, or "
            f"neighbors of your own. Received: {len(others[0])} reference examples"
        )
    families = list(_suiting(x.shape[1:], space, others, seed))
    if model is not None and x.dtype.kind in "iuf" and not gaps:
        augmentation = Augmentation(model, space, seed)
        if augmentation.changes(x[:FIRST], y[:FIRST]):
            families.append(augmentation)
    return families


def _suiting(
    shape: tuple[int, ...],
    space: InputSpace,
    reference: tuple[Array, Integers],
    seed: int,
) -> Iterator[Family]:
    if space.is_graded:
        for scale in REDRAWN_BESIDE:
            yield Noise(scale, space, reference[0], seed)
        axes = image_axes(shape)
        if axes and not space.coded.any():
            yield HalfPixelShifts(space, axes)
        if len(np.unique(reference[1])) > 1:
            yield Lines(space, reference, seed)
    else:
        for probability in REDRAWN_BESIDE.values():
            yield Redrawn(probability, reference[0], seed)
