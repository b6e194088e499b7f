"""Examples by what the command line has for them: files, folders and names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import keras

from eval_suite.datasets.datasets import Dataset
from eval_suite.datasets.npz_files import read_arrays
from keras_entropy.examples.pairs import pair_of
from keras_entropy.examples.pairs import read_examples
from keras_entropy.named_objects import named_object

TAKEN = (
    ".npz with x (or x/NAME for each input of the model) and y; .csv or .parquet with "
    "a column y and one for each input; a folder with one folder of images a class; or "
    "MODULE:NAME or FILE.py:NAME of a function that returns the examples"
)
# Not a drive of Windows.
_NAMED = re.compile(r".+:[^\W\d]\w*")


def dataset_of(given: Any, name: str, model: keras.Model | None = None) -> Dataset:
    """Returns examples from memory, or from where a text or path says they are.

    Args:
        given: As for `keras_entropy.examples.pairs.read_examples`; or a path, or the
            name of an object that is such examples, or of a function without arguments
            that returns them.
        name: What the user calls those that lie in memory.
        model: The model that is to take them. Defaults to `None`.

    Raises:
        ValueError: If there is no such file or name, it can't be read, or it is not
            what `read_examples` takes.
    """
    source, title = name, title_of(given, name)
    classes: tuple[str, ...] = ()
    if isinstance(given, str | Path):
        source = str(given)
        given, classes = _read(source, model)
    try:
        examples = read_examples(given, source, model=model)
    except TypeError as error:
        # As all that is wrong with the files and names of a command line.
        raise ValueError(str(error)) from error
    return Dataset(title, source, examples.x, examples.y, classes, form=examples.form)


def title_of(given: Any, name: str) -> str:
    """Returns the short name of examples: of a file, a folder or a function, its own.

    Args:
        given: As for `dataset_of`.
        name: Likewise.
    """
    if not isinstance(given, str | Path):
        return name
    source = str(given)
    if _is_named(source):
        return source.rpartition(":")[2]
    return Path(source).stem or source


def pair_from(
    given: Any, name: str, model: keras.Model | None = None
) -> tuple[Any, Any, str]:
    """Returns inputs, labels of whatever form, and where they come from.

    Args:
        given: As for `dataset_of`.
        name: Likewise.
        model: Likewise.

    Raises:
        TypeError: If it is nothing of this kind.
        ValueError: If there is no such file or name, or it can't be read.
    """
    source = name
    if isinstance(given, str | Path):
        source = str(given)
        given, _ = _read(source, model)
    return *pair_of(given, source), source


def _read(text: str, model: keras.Model | None) -> tuple[Any, tuple[str, ...]]:
    """Returns examples, and the names of their classes if they have any."""
    path = Path(text)
    if path.is_dir():
        return _images(path, model)
    if _is_named(text):
        return _named(text), ()
    if path.suffix in (".csv", ".parquet"):
        return _table(path, model), ()
    if path.suffix == ".npz" or not path.exists():
        return _of_npz(path), ()
    raise ValueError(f"{text}: not a file that can be read. Expected {TAKEN}")


def _is_named(text: str) -> bool:
    return _NAMED.fullmatch(text) is not None and not Path(text).exists()


def _of_npz(path: Path) -> tuple[Any, Any]:
    arrays = read_arrays(path, "x", "inputs")
    y = arrays.pop("y")
    if "x" in arrays:
        return arrays["x"], y
    parts = {
        key.removeprefix("x/"): array
        for key, array in arrays.items()
        if key.startswith("x/")
    }
    numbers = [str(number) for number in range(len(parts))]
    if {*parts} == {*numbers}:
        return [parts[number] for number in numbers], y
    return parts, y


def _named(text: str) -> Any:
    found = named_object(text)
    if not callable(found):
        return found
    try:
        return found()
    except Exception as error:  # whatever a user's own function raises
        raise ValueError(
            f"{text}: expected a function without arguments that returns the examples. "
            f"Received: {type(error).__name__}: {error}"
        ) from error


def _table(path: Path, model: keras.Model | None) -> tuple[Any, Any]:
    try:
        import pandas as pd
    except ImportError as error:
        raise ValueError(
            f"{path}: reading it needs pandas: `pip install pandas`. Or write an .npz "
            "file by `numpy.savez(path, x=inputs, y=labels)`"
        ) from error
    if not path.is_file():
        raise ValueError(f"{path}: no such file")
    try:
        if path.suffix == ".parquet":
            frame = pd.read_parquet(path)
        else:
            # A float as it was written, and nothing but an empty cell is missing.
            frame = pd.read_csv(
                path,
                float_precision="round_trip",
                keep_default_na=False,
                na_values=[""],
                dtype=_of_strings(model),
            )
    except Exception as error:  # pandas raises many kinds
        raise ValueError(f"{path}: pandas can't read it ({error})") from error
    if "y" not in frame.columns or len(frame.columns) < 2:
        raise ValueError(
            f"{path}: expected a column y with the classes, and one for each input. "
            f"Received: {[*map(str, frame.columns)]}"
        )
    if "Unnamed: 0" in frame.columns:
        raise ValueError(
            f"{path}: its first column has no name, as of a table that was written "
            "with its index. Write it by `frame.to_csv(path, index=False)`"
        )
    return frame.drop(columns="y"), frame["y"]


def _of_strings(model: keras.Model | None) -> dict[str, type]:
    """Returns the columns that a model reads as text: `007` is no number there."""
    return {
        tensor.name: str
        for tensor in getattr(model, "inputs", None) or ()
        if tensor.dtype == "string"
    }


def _images(path: Path, model: keras.Model | None) -> tuple[Any, tuple[str, ...]]:
    """Returns images as `keras.utils.image_dataset_from_directory` reads them."""
    inputs = [tuple(i.shape[1:]) for i in getattr(model, "inputs", None) or ()]
    shape = inputs[0] if len(inputs) == 1 else ()
    modes = {1: "grayscale", 3: "rgb", 4: "rgba"}
    if len(shape) != 3 or None in shape or shape[2] not in modes:
        raise ValueError(
            f"{path}: images are read at the size of the model's input, (height, "
            f"width, 1, 3 or 4). Received: a model of inputs {inputs}. "
            "Return them from a function, by MODULE:NAME or FILE.py:NAME"
        )
    try:
        dataset = keras.utils.image_dataset_from_directory(
            path,
            color_mode=modes[shape[2]],
            image_size=shape[:2],
            shuffle=False,
            verbose=False,
        )
    except (ImportError, ValueError) as error:
        raise ValueError(
            f"{path}: expected one folder of images for each class ({error})"
        ) from error
    return dataset, tuple(dataset.class_names)
