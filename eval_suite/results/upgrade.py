"""Brings a results.json of an earlier version to the present one."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import Any

VERSION = 3
_FIGURES = ("auc", "auc_low", "auc_high")


def upgrade(results: Any) -> Any:
    """Returns results as version 3 has them; what is of no earlier one is left alone.

    Args:
        results: What a results.json holds, not yet checked.
    """
    if not isinstance(results, dict):
        return results
    version = results.get("schema_version")
    if version in (1, 2):
        return _from_2(_from_1(results) if version == 1 else results)
    if version == VERSION and "defenses" in results:
        results = dict(results)
        # The first of this version had fewer kinds of attack.
        _change_rows(results, "defenses", _with_all_kinds)
    return results


def _from_1(results: dict[str, Any]) -> dict[str, Any]:
    """Returns results as version 2 has them.

    Version 1 gave the smallest detectable AUC as a rise above 0.5, and had neither the
    table of strengths nor the comparison with TensorFlow Privacy.
    """
    results = dict(results)
    for table in ("frontier", "tf_privacy", "tf_privacy_null"):
        results.setdefault(table, [])
    model = results.get("threat_model")
    if isinstance(model, dict):
        rise = model.get("minimum_detectable_auc")
        if isinstance(rise, int | float):
            auc = min(1.0, 0.5 + rise)
            results["threat_model"] = {**model, "minimum_detectable_auc": auc}
    return results


def _from_2(results: dict[str, Any]) -> dict[str, Any]:
    """Returns results as version 3 has them.

    Up to version 2 nobody asked neighbors of an input; what was asked often was the
    same input, of a layer that is random. Of what is asked once the headline is the
    figure, and where that was asked often, the highest row: it is a little too high,
    as it was chosen and is reported on the same data.
    """
    results = {**results, "schema_version": VERSION}
    model = results.get("threat_model")
    if isinstance(model, dict):
        results["threat_model"] = {"questions": None, **model}
    _change_rows(results, "attacks", _attack)
    _change_rows(results, "frontier", _strength)
    attacks = results.get("attacks")
    entire: dict[str, list[dict[str, Any]]] = {}
    for row in attacks if isinstance(attacks, list) else []:
        if isinstance(row, dict) and row.get("slice") == "entire" and _measured(row):
            entire.setdefault(str(row.get("defense")), []).append(row)
    _change_rows(
        results,
        "defenses",
        lambda row: {**row, **_by_kind(row, entire.get(str(row.get("name")), []))},
    )
    return results


def _with_all_kinds(row: dict[str, Any]) -> dict[str, Any]:
    missing = [kind for kind in ("canaries", "on_reference") if kind not in row]
    return {**row, **dict.fromkeys(missing)}


def _change_rows(
    results: dict[str, Any],
    table: str,
    change: Callable[[dict[str, Any]], dict[str, Any]],
) -> None:
    """Changes the rows of a table; what has not its form is left to the checks."""
    rows = results.get(table)
    if isinstance(rows, list):
        results[table] = [change(row) if isinstance(row, dict) else row for row in rows]


def _asked(attack: object) -> str:
    # Here, as this module is imported before it is known whether Keras is needed.
    from keras_entropy.attacks.attack_name import AttackName

    return "often" if AttackName.parse(str(attack)).asks_often else "once"


def _attack(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "asked": _asked(row.get("attack"))}


def _measured(row: dict[str, Any]) -> bool:
    return all(isinstance(row.get(key), int | float) for key in _FIGURES)


def _by_kind(
    defense: dict[str, Any], attacks: list[dict[str, Any]]
) -> dict[str, dict[str, Any] | None]:
    """Returns the strongest attack of each kind on a defense."""
    found = {
        asked: _highest(row for row in attacks if row["asked"] == asked)
        for asked in ("once", "often")
    }
    headline = {
        "attack": defense.get("strongest_attack"),
        **{key: defense.get(f"strongest_{key}") for key in _FIGURES},
    }
    if _measured(headline):
        found[_asked(headline["attack"])] = headline
    return {
        "asked_once": found["once"],
        "asked_often": found["often"],
        "labels_alone": _highest(r for r in attacks if r.get("attack") == "label_only"),
        "known_start": None,
        "worst_off": None,
        "canaries": None,
        "on_reference": None,
    }


def _highest(attacks: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    best = max(attacks, key=lambda row: row["auc"], default=None)
    return best and {key: best.get(key) for key in ("attack", *_FIGURES)}


def _strength(row: dict[str, Any]) -> dict[str, Any]:
    """Returns a row of the frontier; of the weaker kind of attack it told nothing."""
    kinds = dict.fromkeys(("asked_once", "asked_often"))
    return {**row, **kinds, f"asked_{_asked(row.get('attack'))}": row.get("auc")}
