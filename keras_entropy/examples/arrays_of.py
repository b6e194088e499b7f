"""From what callers have inputs and labels in, to NumPy arrays with the same values.

No value changes on the way: what has no exact place in an array is refused.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

from keras_entropy.arrays import Array

_MOST_WORDS = 80


def array_of(values: Any, name: str) -> Array:
    """Returns one array, tensor, list or pandas column as a NumPy array.

    Args:
        values: An array, a tensor of TensorFlow, JAX or PyTorch, a pandas `Series`, or
            lists of numbers or strings.
        name: String, how a message names it.

    Returns:
        Array `(N, ...)` of numbers or booleans in their own type; strings as objects
        `str`; of a ragged tensor `(N, 1)` tuples.

    Raises:
        TypeError: If it is nothing of this kind, or holds something else than numbers,
            booleans and strings.
        ValueError: If rows have different lengths, a value is missing, or bytes are no
            text.
    """
    kind = type(values).__name__
    if "Sparse" in kind or hasattr(values, "toarray"):
        raise TypeError(
            f"{name}: sparse inputs are not taken. Make them dense, such as by "
            f"`x.toarray()`. Received: {kind}"
        )
    if kind == "RaggedTensor":
        return _rows_of_ragged(values, name)
    if hasattr(values, "detach"):  # PyTorch, on whatever device
        values = values.detach().cpu()
    elif keras.ops.is_tensor(values) and not hasattr(values, "numpy"):
        values = keras.ops.convert_to_numpy(values)
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name}: the rows have different lengths. Pad them to one, or give a "
            f"`tf.RaggedTensor` if the model takes one. Received: {kind}"
        ) from error
    if isinstance(values, list | tuple) and array.dtype.kind not in "biu":
        # NumPy writes numbers as text beside text, and rounds integers beside floats.
        array = np.array(values, object)
    if not array.ndim:
        raise TypeError(
            f"{name}: expected an array with one row an example. "
            f"Received: {_told(values)}"
        )
    if array.dtype.kind in "biuf":
        return array
    if array.dtype.kind in "OUS":
        return _texts(array, name)
    raise TypeError(
        f"{name}: expected numbers, booleans or strings; convert others, such as dates "
        f'by `.astype("int64")`. Received: dtype {array.dtype}'
    )


def is_frame(values: Any) -> bool:
    """Whether these are the columns of a pandas `DataFrame`."""
    return hasattr(values, "columns") and hasattr(values, "to_numpy")


def columns_of(frame: Any, name: str) -> dict[str, Array]:
    """Returns the columns of a `DataFrame` as arrays `(N,)`, by their names.

    Raises:
        TypeError: As for `array_of`.
        ValueError: As for `array_of`, or if two columns have one name.
    """
    names = [str(column) for column in frame.columns]
    if len(set(names)) < len(names):
        twice = sorted({each for each in names if names.count(each) > 1})
        raise ValueError(f"{name}: two columns have one name. Received: {twice}")
    return {
        each: array_of(frame[column], f"{name}[{each!r}]")
        for each, column in zip(names, frame.columns, strict=True)
    }


def common_type(arrays: list[Array]) -> np.dtype[Any] | None:
    """Returns a type of numbers that holds all values exactly, `None` if none does.

    The type of the arrays where they have one; else float32, or float64.

    Args:
        arrays: At least one array, of any types.
    """
    types = {array.dtype for array in arrays}
    if len(types) == 1:
        return types.pop()
    if any(array.dtype.kind not in "biuf" for array in arrays):
        return None
    for candidate in (np.dtype("float32"), np.dtype("float64")):
        if all(_holds(candidate, array) for array in arrays):
            return candidate
    return None


def _holds(dtype: np.dtype[Any], array: Array) -> bool:
    if array.dtype.kind in "fb" or not array.size:
        return np.can_cast(array.dtype, dtype)
    # Beyond these a float of this type holds no two neighboring integers.
    most = 2 ** (np.finfo(dtype).nmant + 1)
    return bool(-most <= int(array.min()) and int(array.max()) <= most)


def _texts(array: Array, name: str) -> Array:
    """Returns strings as objects of type `str`; numbers among objects as numbers."""
    flat = array.reshape(-1).tolist()
    width = max(1, array[:1].size)
    missing = [place for place, value in enumerate(flat) if _is_missing(value)]
    if all(isinstance(flat[place], float) for place in missing) and all(
        isinstance(value, float | int) for value in flat
    ):
        missing = []  # NaN among numbers, as a model may take it
    if missing:
        rows = sorted({place // width for place in missing})
        raise ValueError(
            f"{name}: a value is missing in {len(rows)} of {len(array)} rows, of which "
            f"row {rows[0]}, counted from 0, is the first. Fill what is missing, or "
            "take the rows out"
        )
    if all(isinstance(value, bool | int | float | np.generic) for value in flat):
        numbers = np.array(flat)
        if numbers.dtype.kind in "biuf" and _same(numbers.tolist(), flat):
            return numbers.reshape(array.shape)
    texts = np.empty(len(flat), object)
    for place, value in enumerate(flat):
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError as error:
                raise ValueError(
                    f"{name}: bytes must be text in UTF-8. Received: "
                    f"{name}[{place // width}]={value!r:.40}"
                ) from error
        if not isinstance(value, str):
            raise TypeError(
                f"{name}: expected numbers, booleans or strings, of one kind. "
                f"Received: {name}[{place // width}]={_told(value)}"
            )
        texts[place] = value
    return texts.reshape(array.shape)


def _is_missing(value: Any) -> bool:
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, float) and value != value


def _same(numbers: list[Any], given: list[Any]) -> bool:
    pairs = zip(numbers, given, strict=True)
    return all(a == b or (a != a and b != b) for a, b in pairs)


def _rows_of_ragged(values: Any, name: str) -> Array:
    """Returns one tuple for each row of a ragged tensor."""
    if values.shape.rank != 2:
        raise ValueError(
            f"{name}: ragged tensors of two axes are taken, a row of numbers or "
            f"strings an example. Received: {values.shape.rank} axes"
        )
    rows = np.empty((int(values.nrows()), 1), object)
    for place, row in enumerate(values.to_list()):
        texts = (v.decode() if isinstance(v, bytes) else v for v in row)
        rows[place, 0] = tuple(texts)
    return rows


def _told(value: Any) -> str:
    return f"{value!r:.{_MOST_WORDS}} of type {type(value).__name__}"
