"""The code and the versions that cached outputs depend on, besides their data."""

from __future__ import annotations

import dataclasses
import functools
import importlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType

import keras
import numpy as np

import keras_entropy
from eval_suite.source_digest import files_digest
from eval_suite.source_digest import source_digest
from eval_suite.source_imports import SourceImports
from keras_entropy.catalog import Entry

_PACKAGE = Path(keras_entropy.__file__).parent
_NAME = _PACKAGE.name
# Each defense needs some modules of these alone, or none.
_OF_DEFENSES = ("layers", "losses", "training", "catalog")
_MAKE_NO_ANSWERS = ("attacks", "audit", "callbacks", "search")
# Of the catalog, it trains and fits; the rest says what a defense is.
_TRAINS = f"{_NAME}.catalog.stack_building"


@functools.cache
def fingerprint() -> dict[str, str]:
    """Returns a digest of the package's source and the versions it runs on.

    A layer that was mended must not be judged by what it answered before. Attacks read
    outputs and make none, so that theirs is left out.
    """
    return {"source": source_digest(_PACKAGE, without=("attacks",)), **_versions()}


def defense_fingerprint(entry: Entry | None, model: keras.Model) -> dict[str, str]:
    """Returns what `fingerprint` does, of the code that one defense needs alone.

    Whoever mends a layer then waits for the answers behind that defense, not for all.

    Args:
        entry: The defense, or `None` for none.
        model: The model without it. Where it has layers or a loss of this package,
            the digest is that of all code.
    """
    if _NAME in model.to_json():  # with its compile configuration
        return fingerprint()
    modules = frozenset() if entry is None else frozenset(defining_modules(entry))
    return {"source": code_digest(modules), **_versions()}


def defining_modules(value: object) -> Iterator[str]:
    """Yields the package's modules in which a value's classes and functions are.

    Args:
        value: An entry, or what its fields hold.
    """
    if isinstance(value, type | FunctionType):
        where = value.__module__
        if where.split(".")[0] == _NAME:
            yield where
        return
    yield from defining_modules(type(value))
    held: Iterable[object] = ()
    if dataclasses.is_dataclass(value):
        held = vars(value).values()
    elif isinstance(value, Mapping):
        held = value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        held = value
    elif isinstance(value, functools.partial):
        held = (value.func, value.args, value.keywords)
    for each in held:
        yield from defining_modules(each)


@functools.cache
def code_digest(modules: frozenset[str]) -> str:
    """Returns a digest of `code_files`."""
    return files_digest(code_files(modules), _PACKAGE)


def code_files(modules: Iterable[str]) -> list[Path]:
    """Returns the files of modules, of all that asks models, and what these import.

    Args:
        modules: Names of the package's modules.
    """
    imports = _imports()
    apart = *_OF_DEFENSES, *_MAKE_NO_ANSWERS
    rooms = {module: module.split(".")[1:2] for module in imports.modules}
    shared = [module for module, room in rooms.items() if room and room[0] not in apart]
    return imports.needed_by([*shared, _TRAINS, *modules])


@functools.cache
def _imports() -> SourceImports:
    return SourceImports(_PACKAGE)


@functools.cache
def _versions() -> dict[str, str]:
    backend = keras.backend.backend()
    return {
        "keras": keras.__version__,
        "backend": backend,
        "backend_version": importlib.import_module(backend).__version__,
        "numpy": np.__version__,
    }
