"""Builds results of the size and look of a real run, for the report's tests."""

import copy
from typing import Literal

import numpy as np

from eval_suite.report.made_up_runs.attack_rows import ATTACKS
from eval_suite.report.made_up_runs.attack_rows import HALF_WIDTH
from eval_suite.report.made_up_runs.attack_rows import LABELS_ALONE
from eval_suite.report.made_up_runs.attack_rows import OF_NEIGHBORS
from eval_suite.report.made_up_runs.attack_rows import attack_row
from eval_suite.report.made_up_runs.attack_rows import canary_row
from eval_suite.report.made_up_runs.attack_rows import controls
from eval_suite.report.made_up_runs.attack_rows import curves_of
from eval_suite.report.made_up_runs.attack_rows import distribution
from eval_suite.report.made_up_runs.attack_rows import interval
from eval_suite.report.made_up_runs.attack_rows import slice_row
from eval_suite.report.made_up_runs.attack_rows import strongest_row
from eval_suite.report.made_up_runs.attack_rows import worst_off_row
from eval_suite.report.made_up_runs.made_up_defense import MadeUpDefense
from eval_suite.report.made_up_runs.made_up_defense import made_up_defenses
from eval_suite.report.made_up_runs.table_rows import epoch_rows
from eval_suite.report.made_up_runs.table_rows import frontier_rows
from eval_suite.report.made_up_runs.table_rows import null_rows
from eval_suite.report.made_up_runs.table_rows import tf_privacy_rows
from eval_suite.results.contents import Check
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Published
from eval_suite.results.contents import Results
from eval_suite.results.rows import QuestionsRow
from eval_suite.results.upgrade import VERSION

_PUBLISHED: Published = {
    "accuracy_pct": 77.6,
    "latency_us": 655.6,
    "auc_pct": 71,
    "advantage_pct": 42,
}


def build_results(defenses: int = 7, classes: int = 10, seed: int = 0) -> Results:
    """Returns valid results with `defenses` rows, the undefended model among them."""
    rng = np.random.default_rng(seed)
    rows = made_up_defenses(defenses, rng)
    names = [f"{digit}" for digit in range(classes)]
    # As in a run: of many classes none has a curve of its own.
    parts = [f"class={name}" for name in names] if classes <= 20 else []
    return {
        "schema_version": VERSION,
        "created": "2025-11-23T18:30:00Z",
        "command": "pytest eval_suite --report",
        "title": "Digits, quick profile",
        "environment": {
            "python": "3.11.9",
            "platform": "Linux-6.1-x86_64",
            "cpus": 2,
            "keras_entropy": "0.1.0",
            "keras": "3.15.1",
            "backend": "tensorflow",
            "backend_version": "2.20.0",
            "numpy": "1.26.4",
            "commit": "487f3000aa11bb22cc33dd44ee55ff6677889900",
            "dirty": False,
        },
        "dataset": {
            "name": "digits",
            "source": "scikit-learn, bundled",
            "examples": 1797,
            "reference": 269,
            "population": 1528,
            "classes": classes,
            "input_shape": [64],
            "class_names": names,
            "digest": "sha256:9f86d081884c7d65",
            "majority_share": 0.1,
        },
        "profile": {
            "name": "quick",
            "models": 16,
            "targets": 16,
            "pairs": 8,
            "epochs": 50,
            "batch_size": 32,
            "seed": 0,
            "architecture": "Dense 128 relu, Dense 64 relu, Dense 10 softmax",
            "member_accuracy": 1.0,
            "nonmember_accuracy": 0.97,
        },
        "threat_model": {
            "attacker": [
                "queries the defended model and sees its whole output vector",
                "knows the true label, the architecture, the training recipe "
                "and the defense",
                "owns a population from which half became members",
                "asks neighbors of each input too",
            ],
            "questions": _questions(),
            "not_tested": [
                "access to weights, gradients or intermediate layers",
                "poisoned training data",
            ],
            "minimum_detectable_auc": 0.512,
        },
        "verdict": {
            "status": "pass",
            "lines": ["68 of 68 checks passed", "24 of 24 controls as expected"],
        },
        "controls": controls(rng),
        "defenses": [_defense_row(row, rows[0]) for row in rows],
        "attacks": [attack_row(row, a, g) for row in rows for a, g in ATTACKS]
        + [attack_row(row, a, "neighbors") for row in rows for a in OF_NEIGHBORS]
        + [slice_row(rows[0], f"class={name}", rng) for name in names]
        + [slice_row(row, "correct", rng) for row in rows]
        + [slice_row(row, "incorrect", rng) for row in rows],
        "curves": [c for row in rows for c in curves_of(row, parts)],
        "distributions": [distribution(row, classes) for row in rows],
        "frontier": frontier_rows(rows[0]),
        "shadow_counts": [
            {
                "attack": attack,
                "shadows": number,
                "auc": 0.6 - 0.1 / number,
                "auc_low": 0.58 - 0.1 / number,
                "auc_high": 0.62 - 0.1 / number,
            }
            for attack in ("lira_online", "rmia_online")
            for number in (2, 4, 8, 14)
        ],
        "epochs": epoch_rows([row.name for row in rows[:2]]),
        "tf_privacy": tf_privacy_rows(rows[:40]),
        "tf_privacy_null": null_rows(rng),
        "checks": [
            _check("test_entropy.py::test_claims[M-1]", "passed", None),
            _check("test_latency.py::test_latency[M-5]", "skipped", "needs one CPU"),
        ],
        "not_measured": [
            {
                "what": "true-positive rate at 0.1 % false positives",
                "reason": "764 non-members; at least 10,000 are needed",
            }
        ],
        "timings": {"train": 21.4, "attack": 33.0, "latency": 18.2},
    }


def without_neighbors(results: Results) -> Results:
    """Returns the results of the same run if it had asked no neighbors of an input."""
    found = copy.deepcopy(results)
    found["threat_model"]["questions"] = None
    for row in found["defenses"]:
        once = row["asked_once"]
        row["asked_often"] = None
        row["labels_alone"] = None
        if once is not None:
            row["strongest_attack"] = once["attack"]
            row["strongest_auc"] = once["auc"]
            row["strongest_auc_low"] = once["auc_low"]
            row["strongest_auc_high"] = once["auc_high"]
    base = found["defenses"][0]["strongest_auc"]
    for row in found["defenses"]:
        if base is not None and row["strongest_auc"] is not None:
            difference = row["strongest_auc"] - base
            row["difference_auc"] = difference
            row["difference_auc_low"] = difference - 0.004
            row["difference_auc_high"] = difference + 0.004
    found["attacks"] = [a for a in found["attacks"] if a["asked"] == "once"]
    found["curves"] = [c for c in found["curves"] if c["attack"] not in OF_NEIGHBORS]
    for strength in found["frontier"]:
        strength["asked_often"] = None
    return found


def _questions() -> QuestionsRow:
    families = ("noise-0.3", "noise-0.5", "noise-0.7", "lines")
    return {
        "count": 128,
        "families": [{"name": name, "questions": 32} for name in families],
    }


def _check(
    test: str, outcome: Literal["passed", "skipped"], message: str | None
) -> Check:
    return {"test": f"eval_suite/{test}", "outcome": outcome, "message": message}


def _defense_row(row: MadeUpDefense, base: MadeUpDefense) -> Defense:
    name, family, strongest, ratio = row.name, row.family, row.strongest, row.latency
    low, high = interval(strongest, HALF_WIDTH)
    accuracy_low, accuracy_high = interval(row.accuracy, 0.006)
    difference = strongest - base.strongest
    spread = 0.0 if row is base else 0.004
    uses_reference = name == "M-17"
    return {
        "name": name,
        "title": row.title,
        "family": family,
        "layer": row.layer or None,
        "config": {"degree": 6} if name == "M-18" else {},
        "claims": {
            "raises_entropy": name == "temperature",
            "keeps_argmax": name in ("M-5", "temperature"),
            "keeps_ranking": name in ("M-5", "temperature"),
            "deterministic": family != "randomized",
            "injective": row.injective,
            "permutation_equivariant": family != "output-transform",
            "export": ["tf_saved_model", "onnx"],
        },
        "reference": "arXiv:2208.10445" if name.startswith("M-") else None,
        "uses_reference": uses_reference,
        "trained": family in ("head", "training-loss"),
        "accuracy": row.accuracy,
        "accuracy_low": accuracy_low,
        "accuracy_high": accuracy_high,
        "member_accuracy": min(1.0, row.accuracy + 0.03),
        "nll": round(0.1 + 2.1 * row.entropy**4, 4),
        "ece": round(0.01 + 0.8 * row.entropy**3, 4),
        "entropy_mean": row.entropy * float(np.log(10)),
        "entropy_normalized": row.entropy,
        "latency_us": {"1": 140.0 * ratio, "256": 680.0 * ratio},
        "latency_ratio": {
            "1": {"ratio": ratio, "low": ratio - 0.012, "high": ratio + 0.012},
            "256": {
                "ratio": 1 + (ratio - 1) / 2,
                "low": 1 + (ratio - 1) / 2 - 0.006,
                "high": 1 + (ratio - 1) / 2 + 0.006,
            },
        },
        "strongest_attack": "rmia_online"
        if strongest == row.once
        else "neighbors:stacked",
        "strongest_auc": strongest,
        "strongest_auc_low": low,
        "strongest_auc_high": high,
        "strongest_advantage": 1.3 * (strongest - 0.5),
        "asked_once": strongest_row(row, "rmia_online"),
        "asked_often": strongest_row(row, "neighbors:stacked"),
        "labels_alone": strongest_row(row, LABELS_ALONE),
        "known_start": None,
        "worst_off": worst_off_row(row),
        "canaries": canary_row(row),
        "on_reference": strongest_row(row, "lira_online") if uses_reference else None,
        "illusion_gap": strongest - row.loss,
        "js_entropy": {"value": 0.2 * (strongest - 0.5) ** 0.5, "p": 0.01},
        "js_cross_entropy": {"value": 0.3 * (strongest - 0.5) ** 0.5, "p": 0.004},
        "difference_auc": difference,
        "difference_auc_low": difference - spread,
        "difference_auc_high": difference + spread,
        "published": _PUBLISHED if name == "M-1" else None,
    }
