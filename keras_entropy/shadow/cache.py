"""Arrays on disk, found again by what they were made from."""

import hashlib
import json
import os
import pathlib
import tempfile
import zipfile
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

import filelock
import numpy as np

from keras_entropy.arrays import Array

# Part of every key. Changed when the same key would have to give other arrays.
FORMAT = 1
# Nested mappings and sequences of numbers, strings, `None` and arrays, by name.
Key = Mapping[str, Any]


class Cache:
    """A folder of named arrays, each set under a digest of its key.

    A file is written under another name and then moved into place, so it is there as a
    whole or not at all. A lock makes processes wait for the one that computes what they
    all need. A file that can't be read, or that holds something else than its name
    says, is computed again.

    Args:
        folder: Path; made when first needed.

    Raises:
        ValueError: If the folder can't be made or written into.

    Example:

    >>> cache = Cache(folder)
    >>> key = {"stage": "outputs", "seed": 0, "x": x}
    >>> outputs = cache.get(key, lambda: {"outputs": model.predict(x)})["outputs"]
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = pathlib.Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=self.folder):
                pass
        except OSError as error:
            raise ValueError(
                "`folder` must be a folder that can be written into. "
                f"Received: folder={str(folder)!r}, which fails with: {error}"
            ) from error

    def get(
        self, key: Key, compute: Callable[[], Mapping[str, Array]]
    ) -> dict[str, Array]:
        """Return the arrays of a key, computing and storing them if there are none.

        Args:
            key: All that the arrays depend on: nested mappings and sequences of
                numbers, strings, `None` and arrays.
            compute: Called without arguments if the arrays aren't stored; returns them
                by name.
        """
        name = digest(key)
        path = self.folder / f"{name}.npz"
        stored = _read(path, name)
        if stored is not None:
            return stored
        with filelock.FileLock(path.with_suffix(".lock")):
            # Another process may have computed it while this one was waiting.
            stored = _read(path, name)
            if stored is None:
                stored = {
                    field: np.asarray(value) for field, value in compute().items()
                }
                _write(path, name, stored)
        return stored

    def find(self, key: Key) -> dict[str, Array] | None:
        """Return the arrays of a key, or `None` if they aren't stored."""
        name = digest(key)
        return _read(self.folder / f"{name}.npz", name)


def digest(key: Key) -> str:
    """Return the SHA-256 of a key in hexadecimal.

    Mappings are the same in any order; arrays are known by type, shape and content.

    Raises:
        TypeError: If the key holds something else than plain data and arrays.
    """
    text = json.dumps({"format": FORMAT, "key": _plain(key)}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def describe_array(array: Array) -> dict[str, Any]:
    """Return what stands for an array in a key, once for all keys that share it.

    Objects must be strings, numbers or tuples of these.
    """
    # A buffer, which the types of NumPy 1 don't tell. That of objects holds addresses.
    content: Any = np.ascontiguousarray(array)
    if array.dtype.hasobject:
        content = repr(array.tolist()).encode()
    shape = list(array.shape)
    return {"array": [array.dtype.str, shape, hashlib.sha256(content).hexdigest()]}


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(field): _plain(item) for field, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray) and value.dtype != object:
        return describe_array(value)
    if isinstance(value, np.generic):
        return value.item()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(
        "A key must consist of mappings, sequences, numbers, strings and arrays. "
        f"Received: {value!r} of type {type(value).__name__}"
    )


def _read(path: pathlib.Path, name: str) -> dict[str, Array] | None:
    """Return the arrays, or `None` if they are not there, damaged or foreign."""
    try:
        with open(path, "rb") as raw, np.load(raw, allow_pickle=False) as file:
            stored = {field: file[field] for field in file.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
        return None
    written_for = stored.pop("__key__", None)
    return stored if written_for is not None and str(written_for) == name else None


def _write(path: pathlib.Path, name: str, arrays: Mapping[str, Array]) -> None:
    # One name for all attempts: the lock admits one writer, and what a killed one left
    # is written over.
    part = path.with_suffix(".part")
    with open(part, "wb") as file:
        np.savez(file, __key__=np.array(name), **arrays)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
