"""Objects by the names that a command line has for them."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def named_object(text: str) -> Any:
    """Returns what `"MODULE:NAME"` or `"FILE.py:NAME"` names.

    Modules are looked for in the current folder as well, after all others: the command
    `pytest`, unlike `python -m pytest`, leaves it out.

    Raises:
        ValueError: If the text has another form, there is no such module or file, it
            fails, or has no such name.
    """
    # A drive of Windows has a colon too.
    where, _, name = text.rpartition(":")
    if not where or not name.isidentifier():
        raise ValueError(
            "Expected MODULE:NAME or FILE.py:NAME, such as 'augment.py:neighbors'. "
            f"Received: {text!r}"
        )
    module = named_module(where)
    if not hasattr(module, name):
        public = ", ".join(_public(module)) or "nothing that can be called"
        raise ValueError(f"{where} has no {name!r}. It has: {public}")
    return getattr(module, name)


def named_module(where: str) -> ModuleType:
    """Returns the module that `"MODULE"` or `"FILE.py"` names, likewise.

    Raises:
        ValueError: If there is no such module or file, or it fails.
    """
    return _from_file(where) if where.endswith(".py") else _by_name(where)


def own_objects(module: ModuleType) -> dict[str, Any]:
    """Returns the public classes and functions that a module defines, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if not name.startswith("_")
        and callable(value)
        and getattr(value, "__module__", None) == module.__name__
    }


def _from_file(where: str) -> ModuleType:
    path = Path(where)
    if not path.is_file():
        beside = sorted(other.name for other in path.parent.glob("*.py"))
        raise ValueError(
            f"{where}: no such file. Python files in {path.parent.resolve()}: "
            f"{', '.join(beside) or 'none'}"
        )
    # A name that hides no installed module.
    name = f"_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module  # data classes look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # whatever a user's own file raises
        if before is None:
            del sys.modules[name]
        else:
            sys.modules[name] = before
        raise ValueError(
            f"{where} can't be imported: {type(error).__name__}: {error}"
        ) from error
    return module


def _by_name(where: str) -> ModuleType:
    here = os.getcwd()
    if not {here, ""} & set(sys.path):
        # Left there: a function may import more when it is called.
        sys.path.append(here)
        importlib.invalidate_caches()
    try:
        return importlib.import_module(where)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{where}.".startswith(f"{error.name}."):
            raise ValueError(f"{where} can't be imported: {error}") from error
        raise ValueError(
            f"There is no module {where!r} on Python's path, nor in the current "
            f"folder, {here}. A file is named by its path, such as "
            f"'{where.replace('.', '/')}.py:NAME'"
        ) from error
    except Exception as error:  # whatever a user's own module raises
        raise ValueError(
            f"{where} can't be imported: {type(error).__name__}: {error}"
        ) from error


def _public(module: ModuleType) -> list[str]:
    """Returns the names of a module that could be meant: what can be called."""
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and callable(value)
    ]
