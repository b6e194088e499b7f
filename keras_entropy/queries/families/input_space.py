"""What inputs can be: which features are graded and which are codes, and how far apart.

Only a graded feature has a little more and a little less of it. A code, a count or a
category moved by noise would be an input that can't exist, and what a model answers to
that tells nothing of an example.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats

_CHANNELS = (1, 3, 4)
_BRIGHTEST = 255
# Of fewer, two values may be all that was seen of many.
_FEWEST_FOR_TWO_VALUES = 20


@dataclasses.dataclass(frozen=True, eq=False)
class InputSpace:
    """Where neighbors may lie.

    Attributes:
        coded: Booleans `(F,)`, which features along the last axis hold codes; all of
            them where noise has no meaning.
        spread: Float64, the standard deviation of a feature, of the shape of an
            example or `()`.
        brightest: Integer, the largest value of 8-bit images, whose neighbors are
            rounded, or `None`.
    """

    coded: Booleans
    spread: Floats
    brightest: int | None = None

    @property
    def is_graded(self) -> bool:
        """Whether noise has a meaning in some feature."""
        return not self.coded.all()

    def like(self, values: Floats, x: Array) -> Array:
        """Returns computed neighbors in the type of the examples."""
        if self.brightest is not None:
            values = np.clip(np.rint(values), 0, self.brightest)
        return values.astype(x.dtype, copy=False)


def codes_of(x: Array) -> InputSpace:
    """Returns the space of inputs whose features are all redrawn."""
    features = x.shape[-1] if x.ndim > 1 else 1
    return InputSpace(np.ones(features, bool), np.array(1.0))


def space_of(x: Array, reference: Array) -> InputSpace:
    """Returns what inputs can be, judging by the examples at hand.

    Args:
        x: Array `(N, ...)` of examples.
        reference: Array `(M, ...)` of the same type.

    Raises:
        ValueError: If the values are so large that their deviation overflows.
    """
    codes = codes_of(x)
    if _are_8_bit_images(x, reference):
        return InputSpace(~codes.coded, _deviation(reference), _BRIGHTEST)
    if x.dtype.kind != "f" or x.ndim < 2:
        return codes
    coded = _coded(x, reference)
    if coded.all():
        return codes
    if x.ndim == 2:
        return InputSpace(coded, _deviation(reference, axis=0))
    return InputSpace(coded, _deviation(reference[..., ~coded]))


def image_axes(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Returns the axes of height and width in a batch of images.

    Args:
        shape: Shape of an example: `(H, W)`, `(H, W, C)`, or `(C, H, W)` where only
            the first can be a number of channels. `None` is returned for all others.
    """
    if len(shape) not in (2, 3):
        return None
    channels_first = (
        len(shape) == 3 and shape[0] in _CHANNELS and shape[2] not in _CHANNELS
    )
    first = 2 if channels_first else 1
    return (first, first + 1) if min(shape[first - 1 : first + 1]) > 1 else None


def _are_8_bit_images(x: Array, reference: Array) -> bool:
    """Whether these are images of 256 shades, be it in floats.

    Two axes of other integers may be tokens or codes, and so may shades below 128.
    """
    shape = x.shape[1:]
    if image_axes(shape) is None or (len(shape) == 3 and not {*shape} & {*_CHANNELS}):
        return False
    if x.dtype != np.uint8 and x.dtype.kind != "f":
        return False
    top = max(x.max(), reference.max())
    low = min(x.min(), reference.min())
    return bool(
        low >= 0
        and _BRIGHTEST // 2 < top <= _BRIGHTEST
        and all((values == np.floor(values)).all() for values in (x, reference))
    )


def _coded(x: Array, reference: Array) -> Booleans:
    """Which features vary and hold integers alone, or but two values."""
    both = [values.reshape(-1, values.shape[-1]) for values in (x, reference)]
    low = np.minimum(*(values.min(axis=0) for values in both))
    high = np.maximum(*(values.max(axis=0) for values in both))
    varies = low < high
    whole = [(values == np.floor(values)).all(axis=0) for values in both]
    if len(x) + len(reference) < _FEWEST_FOR_TWO_VALUES:
        return np.asarray(varies & whole[0] & whole[1])
    if x.ndim > 2:  # a feature of an image or of a series has one scale
        low, high = low.min(), high.max()
    two = [((values == low) | (values == high)).all(axis=0) for values in both]
    return np.asarray(varies & (whole[0] & whole[1] | two[0] & two[1]))


def _deviation(values: Array, axis: int | None = None) -> Floats:
    with np.errstate(over="ignore", invalid="ignore"):
        deviation = np.asarray(values.std(axis=axis, dtype=np.float64))
    if not np.isfinite(deviation).all():
        raise ValueError(
            "The values of the reference are so large that their standard deviation "
            "overflows; scale the inputs. Received: values up to "
            f"{np.abs(values).max():g}"
        )
    return deviation
