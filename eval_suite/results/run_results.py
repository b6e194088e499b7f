"""From the rows that the checks recorded to the results that a report is made of."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import Any

from eval_suite.results.schema import results_schema
from eval_suite.results.upgrade import VERSION
from eval_suite.results.verdict import verdict
from eval_suite.undefended import BASE

_MEASURED = (
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "member_accuracy",
    "nll",
    "ece",
    "entropy_mean",
    "entropy_normalized",
    "strongest_attack",
    "strongest_auc",
    "strongest_auc_low",
    "strongest_auc_high",
    "strongest_advantage",
    "illusion_gap",
    "js_entropy",
    "js_cross_entropy",
    "difference_auc",
    "difference_auc_low",
    "difference_auc_high",
)
_GROUPS = {
    "threshold": "a threshold on a score of the output and the true label",
    "label": "the predicted label alone",
    "trained": "a learner fitted to labelled members and non-members of the target",
    "shadow": "shadow models of the same architecture, defense and kind of data",
    "adaptive": "knowledge of the defense, to undo it or to apply it",
}


def assemble(
    rows: Iterable[dict[str, Any]],
    checks: list[dict[str, str]],
    names: list[str],
    *,
    command: str,
    environment: dict[str, Any],
    seconds: dict[str, float],
) -> dict[str, Any]:
    """Returns the results, as results.json holds them.

    Args:
        rows: What the checks recorded, each with its `table`.
        checks: Outcome of each check: `test`, `outcome`, `message`.
        names: The selected defenses.
        command: The command line.
        environment: See `environment.environment`.
        seconds: Duration by stage.
    """
    tables: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        fields = {key: value for key, value in row.items() if key != "table"}
        tables.setdefault(row["table"], []).append(fields)
    run = tables.get("run", [UNKNOWN_RUN])[0]
    attacks = tables.get("attack", [])
    controls = tables.get("control", [])
    found = next(iter(tables.get("exchangeability", [])), None)
    return {
        "schema_version": VERSION,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "title": _title(names, run["dataset"]["name"]),
        "environment": environment,
        "dataset": run["dataset"],
        "profile": run["profile"],
        "threat_model": _threat_model(attacks, run["minimum_detectable_auc"], found),
        "verdict": verdict(checks, controls, found),
        "controls": controls,
        "defenses": [
            _base(tables, is_study=_is_study(run)),
            *(_defense(name, tables) for name in names),
        ],
        "attacks": attacks,
        "curves": tables.get("curve", []),
        "distributions": tables.get("distribution", []),
        "frontier": tables.get("frontier", []),
        "shadow_counts": tables.get("shadow_count", []),
        "tf_privacy": tables.get("tf_privacy", []),
        "tf_privacy_null": tables.get("tf_privacy_null", []),
        "checks": checks,
        "not_measured": _not_measured(tables.get("not_measured", [])),
        "timings": seconds,
    }


UNKNOWN_RUN = {
    "dataset": {
        "name": "not measured",
        "source": None,
        "examples": None,
        "reference": None,
        "population": None,
        "classes": None,
        "input_shape": None,
        "class_names": None,
        "digest": None,
    },
    "profile": {
        "name": "not measured",
        "models": None,
        "targets": None,
        "pairs": None,
        "epochs": None,
        "batch_size": None,
        "seed": None,
        "architecture": None,
        "member_accuracy": None,
        "nonmember_accuracy": None,
    },
    "minimum_detectable_auc": None,
}


def _title(names: list[str], dataset: str) -> str:
    through = f" through {len(names)} defenses" if names else ""
    return f"Membership inference{through}, {dataset}"


def _defense(name: str, tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    return {"name": name, **_identity(name), **_figures(name, tables)}


def _is_study(run: dict[str, Any]) -> bool:
    """Whether the undefended model is the study's network."""
    return str(run["profile"]["architecture"]).startswith("study_mlp")


def _base(tables: dict[str, list[dict[str, Any]]], *, is_study: bool) -> dict[str, Any]:
    published = differs = None
    if is_study:
        from eval_suite.results.published_differences import why
        from keras_entropy import catalog

        published = dataclasses.asdict(catalog.PUBLISHED_BASE)
        differs = why(None)
    return {
        "name": BASE,
        "title": "No defense",
        "family": "none",
        "layer": None,
        "config": None,
        "claims": dict.fromkeys(results_schema()["$defs"]["claims"]["required"]),
        "reference": None,
        "trained": False,
        "published": published,
        "differs": differs,
        **_figures(BASE, tables),
    }


def _figures(name: str, tables: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for table in ("utility", "headline", "difference"):
        for row in tables.get(table, []):
            if row["defense"] == name:
                found.update(row)
    latency = [row for row in tables.get("latency", []) if row["defense"] == name]
    measured = {key: found.get(key) for key in _MEASURED}
    return {
        **measured,
        "latency_us": {str(r["batch_size"]): r["microseconds"] for r in latency}
        or None,
        "latency_ratio": {
            str(row["batch_size"]): {key: row[key] for key in ("ratio", "low", "high")}
            for row in latency
        }
        or None,
    }


def _identity(name: str) -> dict[str, Any]:
    # Imported here, as where outputs alone are given no Keras is loaded.
    from eval_suite.results.published_differences import why
    from keras_entropy import catalog

    entry = catalog.get(name)
    claims = dataclasses.asdict(entry.claims)
    return {
        "title": entry.title,
        "family": entry.family,
        "layer": entry.layer.__name__,
        "config": dict(entry.config),
        "claims": {**claims, "export": list(claims["export"])},
        "reference": entry.reference,
        "trained": entry.is_trained,
        "published": dataclasses.asdict(entry.published) if entry.published else None,
        "differs": why(entry) if entry.published else None,
    }


def _threat_model(
    attacks: list[dict[str, Any]],
    minimum_detectable_auc: float | None,
    exchangeability: dict[str, Any] | None,
) -> dict[str, Any]:
    groups = {row["group"] for row in attacks}
    confounded = exchangeability is not None and exchangeability["confounded"]
    return {
        "attacker": [text for group, text in _GROUPS.items() if group in groups],
        "not_tested": [
            *(["this model's leakage apart from its data"] if confounded else []),
            *(text for group, text in _GROUPS.items() if group not in groups),
            "white-box attacks on weights or gradients",
            "attacks that query the neighborhood or augmentations of an example",
        ],
        "minimum_detectable_auc": minimum_detectable_auc,
        # `None` where membership was drawn at random, so that there is nothing to ask.
        "exchangeability": exchangeability,
    }


def _not_measured(rows: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Returns each gap once, with the defenses that it concerns."""
    defenses: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        defenses.setdefault((row["what"], row["reason"]), []).append(row["defense"])
    return [
        {"what": f"{what} ({', '.join(names)})", "reason": reason}
        for (what, reason), names in defenses.items()
    ]
