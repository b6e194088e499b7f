"""Load and check a results.json: JSON Schema, then what a schema can't say."""

import json
import math
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from typing import NoReturn

from eval_suite.results.contents import Results
from eval_suite.results.upgrade import VERSION
from eval_suite.results.upgrade import upgrade

_SHOWN_FAULTS = 10
_TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "integer": lambda v: (
        not isinstance(v, bool)
        and (isinstance(v, int) or (isinstance(v, float) and v.is_integer()))
    ),
}

_ANY = tuple(_TYPES)


class ResultsError(ValueError):
    """The results don't have the documented form; the message lists the faults."""


@cache
def results_schema() -> dict[str, Any]:
    """Returns the JSON Schema (draft 2020-12) of results.json, version 3."""
    text = resources.files(__package__).joinpath("results.schema.json").read_text()
    schema: dict[str, Any] = json.loads(text)
    return schema


def load_results(path: Path | str) -> Results:
    """Reads and checks a results.json, of the present version or an earlier one.

    Args:
        path: The file.

    Returns:
        The results, as `check_results` accepts them.

    Raises:
        ResultsError: The file is missing, isn't JSON, or isn't a results.json.
    """
    path = Path(path)
    try:
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except OSError as error:
        raise ResultsError(f"Can't read {path}: {error.strerror}.") from error
    except ValueError as error:  # JSONDecodeError and UnicodeDecodeError are both
        raise ResultsError(f"{path} is not valid JSON: {error}.") from error
    results: Results = upgrade(found)
    try:
        check_results(results)
    except ResultsError as error:
        raise ResultsError(f"{path}: {error}") from error
    return results


def check_results(results: Any) -> None:
    """Checks results against the schema and for consistency between its rows.

    Args:
        results: What is held to be the contents of results.json.

    Raises:
        ResultsError: With every fault found (the first ten are written out), each
            with its place, the rule and the value.
    """
    faults = list(_faults(results, results_schema(), "results"))
    if not faults:  # the rules below rely on the shape
        faults = [*_inconsistencies(results)]
    if faults:
        shown = faults[:_SHOWN_FAULTS]
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown)} more")
        raise ResultsError(
            f"not a results.json of version {VERSION}: " + "; ".join(shown) + "."
        )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON; a missing number is written as null")


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _faults(value: Any, rule: dict[str, Any], place: str) -> Iterator[str]:
    """Yields the faults of one value.

    Covers the keywords that results.schema.json uses; `schema_test.py` holds it to
    the reference implementation. That one needs many seconds for the curves of a
    thousand defenses.
    """
    if "$ref" in rule:
        rule = results_schema()["$defs"][rule["$ref"].rsplit("/", 1)[1]]
    if "const" in rule and (value != rule["const"] or isinstance(value, bool)):
        yield f"{place} must be {rule['const']!r}. Received: {_show(value)}"
        return
    if "enum" in rule and value not in rule["enum"]:
        names = ", ".join(map(repr, rule["enum"]))
        yield f"{place} must be one of {names}. Received: {_show(value)}"
        return
    allowed = rule.get("type", _ANY)
    allowed = (allowed,) if isinstance(allowed, str) else allowed
    if value is None and "null" in allowed:
        return
    if not any([_TYPES[name](value) for name in allowed]):
        yield f"{place} must be {' or '.join(allowed)}. Received: {_show(value)}"
    elif isinstance(value, dict):
        yield from _object_faults(value, rule, place)
    elif isinstance(value, list):
        if len(value) < rule.get("minItems", 0):
            yield f"{place} needs at least {rule['minItems']} entries"
        items = rule.get("items", {})
        if not _are_numbers_within(value, items):
            for index, item in enumerate(value):
                yield from _faults(item, items, f"{place}[{index}]")
    elif _TYPES["number"](value):
        if not math.isfinite(value):
            yield f"{place} must be finite, or null. Received: {value}"
        elif value < rule.get("minimum", -math.inf):
            yield f"{place} must be at least {rule['minimum']}. Received: {value}"
        elif value > rule.get("maximum", math.inf):
            yield f"{place} must be at most {rule['maximum']}. Received: {value}"


def _are_numbers_within(values: list[Any], rule: dict[str, Any]) -> bool:
    """Whether all of a list are plain numbers in the rule's range: the fast way."""
    return (
        rule.get("type") == "number"
        and {float, int}.issuperset(map(type, values))
        and all(map(math.isfinite, values))
        and min(values, default=0) >= rule.get("minimum", -math.inf)
        and max(values, default=0) <= rule.get("maximum", math.inf)
    )


def _object_faults(
    value: dict[str, Any], rule: dict[str, Any], place: str
) -> Iterator[str]:
    known = rule.get("properties", {})
    for key in rule.get("required", ()):
        if key not in value:
            yield f"{place} has no {key!r}"
    for key, item in value.items():
        if not isinstance(key, str):
            yield f"{place} has the key {key!r}, which is not a string"
        item_rule = known.get(key, rule.get("additionalProperties", {}))
        yield from _faults(item, item_rule, f"{place}.{key}")


def _inconsistencies(results: Results) -> Iterator[str]:
    names = [row["name"] for row in results["defenses"]]
    family = results["defenses"][0]["family"]
    if family != "none":
        yield (
            "defenses[0] must be the undefended model, of family 'none'. "
            f"Received: {_show(family)}"
        )
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"defenses has more than one row named {_show(name)}"
    known = set(names)
    for table in ("attacks", "curves", "distributions", "tf_privacy"):
        for index, row in enumerate(results[table]):
            if row["defense"] not in known:
                yield (
                    f"{table}[{index}].defense is not the name of a defense. "
                    f"Received: {_show(row['defense'])}"
                )
    for index, curve in enumerate(results["curves"]):
        for key in ("tpr", "tpr_low", "tpr_high"):
            share = curve[key]
            if share is not None and len(share) != len(curve["fpr"]):
                yield f"curves[{index}].{key} and .fpr differ in length"
    for index, histogram in enumerate(results["distributions"]):
        for side in ("member", "nonmember"):
            if len(histogram[side]) + 1 != len(histogram["edges"]):
                yield f"distributions[{index}].{side} must have one entry a bin"
