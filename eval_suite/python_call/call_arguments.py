"""The arguments of a call from Python, as the command line has them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval_suite.options.options import Options

# A call always writes the report, and Python's own models need nothing imported.
_NOT_TAKEN = {"report", "imports", "parallel", "distributed"}
_NAMED_ELSE = {"gates": "gate"}
_OBJECTS = (
    "model",
    "members",
    "nonmembers",
    "held_out",
    "population",
    "shadow_data",
    "shadow_model",
    "trainer",
)
# What may be an object that no command line can name.
OBJECTS = (*_OBJECTS, "neighbors")


def option_names() -> list[str]:
    """Returns the names of all options that a call takes."""
    names = [field.name for field in dataclasses.fields(Options)]
    return [_NAMED_ELSE.get(name, name) for name in names if name not in _NOT_TAKEN]


def check_names(given: Mapping[str, Any]) -> None:
    """Raises `TypeError` if there is no option of a name."""
    unknown = [name for name in given if name not in option_names()]
    if unknown:
        raise TypeError(
            f"evaluate() takes the options of `pytest eval_suite`, "
            f"{', '.join(option_names())}. Received: {', '.join(unknown)}"
        )


def objects_in(given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what no command line can name: models, arrays, functions."""
    return {
        name: given[name]
        for name in OBJECTS
        if given.get(name) is not None and not isinstance(given[name], str | Path)
    }


def command_line_of(given: Mapping[str, Any]) -> list[str]:
    """Returns the other arguments as options of the command line.

    Args:
        given: Values by name. `True` is a flag; `None` and `False` are left out; of a
            list, defenses are joined by commas and others repeat the option.
    """
    arguments = []
    objects = objects_in(given)
    for name, value in given.items():
        if name in objects or value is None or value is False:
            continue
        option = f"--{name.replace('_', '-')}"
        if value is True:
            arguments.append(option)
            continue
        several = value if isinstance(value, list | tuple) else [value]
        words = [str(each) for each in several]
        if name == "defenses":
            words = [",".join(words)]
        arguments += [f"{option}={word}" for word in words]
    return arguments


def as_written(given: Mapping[str, Any]) -> str:
    """Returns the call for the report; models and arrays are three dots."""
    objects = objects_in(given)
    words = [
        f"{name}={'...' if name in objects else repr(value)}"
        for name, value in given.items()
        if name in objects or value not in (None, False, ())
    ]
    return f"eval_suite.evaluate({', '.join(words)})"
