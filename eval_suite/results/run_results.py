"""From the rows that the checks recorded to the results that a report is made of."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from collections.abc import Sequence

from eval_suite.results.contents import DefenseFigures
from eval_suite.results.contents import DefenseIdentity
from eval_suite.results.contents import Environment
from eval_suite.results.contents import Gap
from eval_suite.results.contents import Published
from eval_suite.results.contents import Results
from eval_suite.results.contents import ThreatModel
from eval_suite.results.contents import Verdict
from eval_suite.results.doctor.rows import Doctor
from eval_suite.results.guarantee_row import Guarantee
from eval_suite.results.recorded import Recorded
from eval_suite.results.recorded import of_defense
from eval_suite.results.rows import NotMeasuredRow
from eval_suite.results.rows import RunRow
from eval_suite.results.upgrade import VERSION
from eval_suite.undefended import BASE

_GROUPS = {
    "threshold": "a threshold on a score of the output and the true label",
    "label": "the predicted label alone",
    "trained": "a learner fitted to labelled members and non-members of the target",
    "shadow": "shadow models of the same architecture, defense and kind of data",
    "adaptive": "knowledge of the defense, to undo it or to apply it",
    "neighbors": "many questions: what is answered to neighbors of each input",
}
# What is said where attacks of a group did not run, if it is more than their text.
_UNTESTED = {
    "neighbors": (
        "an attacker who asks neighbors or augmentations of an input: behind a layer "
        "that keeps the label it finds more than one question does"
    )
}

UNKNOWN_RUN: RunRow = {
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
    "is_reference_study": False,
    "questions": None,
    "minimum_detectable_auc": None,
}


def assemble(
    recorded: Recorded,
    names: Sequence[str],
    verdict: Verdict,
    *,
    command: str,
    environment: Environment,
    seconds: dict[str, float],
) -> Results:
    """Returns the results, as results.json holds them.

    Args:
        recorded: What the checks recorded.
        names: The selected defenses.
        verdict: The verdict of the run, that of its gate included.
        command: The command line.
        environment: See `environment.environment`.
        seconds: Duration by stage.
    """
    run = recorded.run[0] if recorded.run else UNKNOWN_RUN
    base = _base_identity(is_reference_study=run["is_reference_study"])
    identities = [base, *_identities(names)]
    return {
        "schema_version": VERSION,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "command": command,
        "title": _title(names, run["dataset"]["name"]),
        "environment": environment,
        "dataset": run["dataset"],
        "profile": run["profile"],
        "threat_model": _threat_model(recorded, run),
        "verdict": verdict,
        "controls": recorded.control,
        "defenses": [
            {**identity, **_figures(identity["name"], recorded)}
            for identity in identities
        ],
        "attacks": recorded.attack,
        "curves": recorded.curve,
        "distributions": recorded.distribution,
        "frontier": recorded.frontier,
        "shadow_counts": recorded.shadow_count,
        "epochs": recorded.epoch,
        "beside_controls": recorded.beside_control,
        "one_training": recorded.one_training,
        "doctor": _doctor(recorded),
        "tf_privacy": recorded.tf_privacy,
        "tf_privacy_null": recorded.tf_privacy_null,
        "checks": [
            {
                "test": check["test"],
                "outcome": check["outcome"],
                "message": check["message"],
            }
            for check in recorded.checks
        ],
        "not_measured": _not_measured(recorded.not_measured),
        "timings": seconds,
    }


def _doctor(recorded: Recorded) -> Doctor | None:
    if not recorded.claim:
        return None
    return {
        # "D3, over defenses" stands beside "D3", whichever check recorded it.
        "claims": sorted(recorded.claim, key=lambda row: row["claim"].split(",")[0]),
        "comparisons": recorded.comparison,
        "cells": recorded.cell,
        "entropy": recorded.entropy,
    }


def _title(names: Sequence[str], dataset: str) -> str:
    through = f" through {len(names)} defenses" if names else ""
    return f"Membership inference{through}, {dataset}"


def _identities(names: Sequence[str]) -> list[DefenseIdentity]:
    if not names:
        return []  # as where outputs alone are given: no Keras is loaded
    from eval_suite.results.catalog_rows import defense_identity

    return [defense_identity(name) for name in names]


def _base_identity(*, is_reference_study: bool) -> DefenseIdentity:
    published: Published | None = None
    differs = None
    if is_reference_study:
        from eval_suite.results.catalog_rows import published_base

        published, differs = published_base()
    return {
        "name": BASE,
        "title": "No defense",
        "family": "none",
        "layer": None,
        "config": None,
        "claims": {
            "raises_entropy": None,
            "keeps_argmax": None,
            "keeps_ranking": None,
            "deterministic": None,
            "injective": None,
            "permutation_equivariant": None,
            "export": None,
        },
        "reference": None,
        "uses_reference": False,
        "trained": False,
        "published": published,
        "differs": differs,
    }


def _figures(name: str, recorded: Recorded) -> DefenseFigures:
    nothing: dict[str, None] = {}
    utility = next(reversed(of_defense(recorded.utility, name)), nothing)
    headline = next(reversed(of_defense(recorded.headline, name)), nothing)
    difference = next(reversed(of_defense(recorded.difference, name)), nothing)
    latency = of_defense(recorded.latency, name)
    return {
        "accuracy": utility.get("accuracy"),
        "accuracy_low": utility.get("accuracy_low"),
        "accuracy_high": utility.get("accuracy_high"),
        "member_accuracy": utility.get("member_accuracy"),
        "nll": utility.get("nll"),
        "ece": utility.get("ece"),
        "entropy_mean": utility.get("entropy_mean"),
        "entropy_normalized": utility.get("entropy_normalized"),
        "strongest_attack": headline.get("strongest_attack"),
        "strongest_auc": headline.get("strongest_auc"),
        "strongest_auc_low": headline.get("strongest_auc_low"),
        "strongest_auc_high": headline.get("strongest_auc_high"),
        "strongest_advantage": headline.get("strongest_advantage"),
        "asked_once": headline.get("asked_once"),
        "asked_often": headline.get("asked_often"),
        "labels_alone": headline.get("labels_alone"),
        "known_start": headline.get("known_start"),
        "worst_off": headline.get("worst_off"),
        "canaries": headline.get("canaries"),
        "on_reference": headline.get("on_reference"),
        "illusion_gap": headline.get("illusion_gap"),
        "js_entropy": headline.get("js_entropy"),
        "js_cross_entropy": headline.get("js_cross_entropy"),
        "difference_auc": difference.get("difference_auc"),
        "difference_auc_low": difference.get("difference_auc_low"),
        "difference_auc_high": difference.get("difference_auc_high"),
        "guarantee": _guarantee(name, recorded),
        "latency_us": {str(row["batch_size"]): row["microseconds"] for row in latency}
        or None,
        "latency_ratio": {
            str(row["batch_size"]): {
                "ratio": row["ratio"],
                "low": row["low"],
                "high": row["high"],
            }
            for row in latency
        }
        or None,
    }


def _guarantee(name: str, recorded: Recorded) -> Guarantee | None:
    for row in of_defense(recorded.guarantee, name):
        return {
            "auc_bound": row["auc_bound"],
            "epsilon": row["epsilon"],
            "delta": row["delta"],
            "conditions": row["conditions"],
        }
    return None


def _threat_model(recorded: Recorded, run: RunRow) -> ThreatModel:
    groups = {row["group"] for row in recorded.attack}
    confounded = recorded.confounding is not None
    return {
        "attacker": [text for group, text in _GROUPS.items() if group in groups],
        "questions": run["questions"],
        "not_tested": [
            *(["this model's leakage apart from its data"] if confounded else []),
            *(
                _UNTESTED.get(group, text)
                for group, text in _GROUPS.items()
                if group not in groups
            ),
            "white-box attacks on weights or gradients",
        ],
        "minimum_detectable_auc": run["minimum_detectable_auc"],
        # `None` where membership was drawn at random, so that there is nothing to ask.
        "exchangeability": next(iter(recorded.exchangeability), None),
        "resemblance": next(iter(recorded.resemblance), None),
    }


def _not_measured(rows: Iterable[NotMeasuredRow]) -> list[Gap]:
    """Returns each gap once, with the defenses that it concerns."""
    defenses: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        defenses.setdefault((row["what"], row["reason"]), []).append(row["defense"])
    return [
        {"what": f"{what} ({', '.join(names)})", "reason": reason}
        for (what, reason), names in defenses.items()
    ]
