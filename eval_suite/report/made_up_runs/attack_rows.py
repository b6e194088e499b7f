"""Made-up rows of results: attacks, their curves and their controls."""

from typing import Literal

import numpy as np
from scipy.special import ndtr
from scipy.special import ndtri

from eval_suite.report.made_up_runs.made_up_defense import MadeUpDefense
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import CanaryRow
from eval_suite.results.rows import ControlRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import DistributionRow
from eval_suite.results.rows import StrongestRow
from eval_suite.results.rows import WorstOffRow

_Group = Literal["threshold", "label", "trained", "shadow", "adaptive", "neighbors"]
ATTACKS: list[tuple[str, _Group]] = [
    ("loss", "threshold"),
    ("confidence", "threshold"),
    ("entropy", "threshold"),
    ("modified_entropy", "threshold"),
    ("label_only", "label"),
    ("logistic", "trained"),
    ("knn", "trained"),
    ("forest", "trained"),
    ("lira_online", "shadow"),
    ("rmia_online", "shadow"),
    ("inverse:loss", "adaptive"),
]
# How much weaker than the strongest of them each attack of many questions is.
OF_NEIGHBORS = {
    "neighbors:label_share": 0.008,
    "neighbors:label_bits": 0.006,
    "neighbors:label_stacked": 0.004,
    "neighbors:confidence": 0.012,
    "neighbors:lira": 0.003,
    "neighbors:rmia": 0.002,
    "neighbors:stacked": 0.0,
}
LABELS_ALONE = "neighbors:label_stacked"
HALF_WIDTH = 0.009


def interval(value: float, half: float) -> tuple[float, float]:
    """Returns both ends of an interval, within 0 and 1."""
    return max(0.0, value - half), min(1.0, value + half)


def _attack_auc(row: MadeUpDefense, attack: str) -> float:
    """The loss threshold at one end, RMIA at the other, the rest between."""
    if attack in OF_NEIGHBORS:
        return row.often - OF_NEIGHBORS[attack]
    place = {
        "loss": 0.0,
        "confidence": 0.0,
        "entropy": -0.1,
        "modified_entropy": 0.05,
        "label_only": -0.1,
        "logistic": 0.2,
        "knn": 0.12,
        "forest": 0.25,
        "lira_online": 0.9,
        "rmia_online": 1.0,
        "inverse:loss": 0.02,
    }[attack]
    return row.loss + place * (row.once - row.loss)


def strongest_row(row: MadeUpDefense, attack: str) -> StrongestRow:
    """Returns one attack on one defense as the strongest of its kind."""
    auc = _attack_auc(row, attack)
    low, high = interval(auc, HALF_WIDTH)
    return {"attack": attack, "auc": auc, "auc_low": low, "auc_high": high}


def worst_off_row(row: MadeUpDefense) -> WorstOffRow:
    """Returns the strongest attack on the most exposed records."""
    leak = max(row.once, row.often) - 0.5
    auc = min(0.99, 0.5 + 3 * leak)
    low, high = interval(auc, 2 * HALF_WIDTH)
    tpr = min(0.95, 0.01 + 6 * leak)
    return {
        "attack": "lira_online",
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "tpr": tpr,
        "tpr_low": max(0.0, tpr - 0.05),
        "tpr_high": min(1.0, tpr + 0.05),
        "population_tpr": 0.01 + 0.5 * leak,
        "realised_fpr": 0.02,
    }


def canary_row(row: MadeUpDefense) -> CanaryRow:
    """Returns the strongest attack on mislabelled records."""
    leak = max(row.once, row.often) - 0.5
    auc = min(0.995, 0.5 + 3.5 * leak)
    low, high = interval(auc, HALF_WIDTH)
    tpr = min(0.97, 0.01 + 8 * leak)
    return {
        "attack": "rmia_online",
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "tpr": tpr,
        "tpr_low": max(0.0, tpr - 0.08),
        "tpr_high": min(1.0, tpr + 0.08),
        "realised_fpr": 0.01,
    }


def attack_row(row: MadeUpDefense, attack: str, group: _Group) -> AttackRow:
    """Returns one attack's row on one defense."""
    auc = _attack_auc(row, attack)
    low, high = interval(auc, HALF_WIDTH)
    tpr = float(ndtr(ndtri(0.01) + np.sqrt(2) * ndtri(auc)))
    return {
        "defense": row.name,
        "attack": attack,
        "group": group,
        "asked": "often" if attack in OF_NEIGHBORS else "once",
        "slice": "entire",
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "advantage": 1.3 * (auc - 0.5),
        "advantage_null": 0.044,
        "tpr_at_fpr": {
            "0.01": {
                "tpr": tpr,
                "low": 0.8 * tpr,
                "high": 1.2 * tpr,
                "realised_fpr": 0.0092,
            },
            "0.001": None,
        },
        "targets": 16,
        "n_members": 764,
        "n_nonmembers": 764,
    }


def slice_row(row: MadeUpDefense, name: str, rng: np.random.Generator) -> AttackRow:
    """Returns the loss attack's row on one slice."""
    auc = float(np.clip(row.strongest + rng.normal(0, 0.02), 0.4, 0.9))
    low, high = interval(auc, 3 * HALF_WIDTH)
    return {
        **attack_row(row, "rmia_online", "shadow"),
        "slice": name,
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "tpr_at_fpr": None,
        "n_members": 76,
        "n_nonmembers": 76,
    }


def curves_of(row: MadeUpDefense, classes: list[str]) -> list[CurveRow]:
    """Returns the curves of one defense, entire and by slice."""
    fpr = np.unique(
        np.concatenate([[0], np.geomspace(1e-3, 0.1, 60), np.linspace(0.1, 1, 60)])
    )
    curves: list[CurveRow] = []
    many = [("neighbors:stacked", "entire")] if row.often > row.once else []
    for attack, name in (
        ("rmia_online", "entire"),
        ("loss", "entire"),
        *many,
        *(("rmia_online", name) for name in ("correct", "incorrect", *classes)),
    ):
        shift = np.sqrt(2) * ndtri(_attack_auc(row, attack))
        scale = {"entire": 1.0, "correct": 0.8, "incorrect": 1.5}.get(name, 0.9)
        grid = fpr if name == "entire" else np.linspace(0, 1, 25)
        tpr = ndtr(ndtri(grid) + scale * shift)
        half = 0.03 * np.sqrt(tpr * (1 - tpr)) + 0.05 * tpr * (1 - tpr)
        low, high = (np.clip(tpr + sign * half, 0, 1).tolist() for sign in (-1, 1))
        curves.append(
            {
                "defense": row.name,
                "attack": attack,
                "slice": name,
                "fpr": grid.tolist(),
                "tpr": tpr.tolist(),
                "tpr_low": low if name == "entire" else None,
                "tpr_high": high if name == "entire" else None,
            }
        )
    return curves


def distribution(row: MadeUpDefense, classes: int) -> DistributionRow:
    """Returns the entropy histograms of one defense."""
    edges = np.linspace(0, np.log(classes), 31)
    middles = (edges[1:] + edges[:-1]) / 2

    def density(mean: float) -> list[float]:
        height = np.exp(-0.5 * ((middles - mean) / 0.25) ** 2) + 1e-6
        return [float(value) for value in height / height.sum() / np.diff(edges)]

    mean = row.entropy * float(np.log(classes))
    return {
        "defense": row.name,
        "quantity": "entropy",
        "edges": edges.tolist(),
        "member": density(mean),
        "nonmember": density(mean + row.strongest - 0.5),
    }


def controls(rng: np.random.Generator) -> list[ControlRow]:
    """Returns null and positive controls, all passed."""
    nulls = [
        _control("null", attack, variant, 0.5 + float(rng.normal(0, 0.004)), 0.02)
        for attack, _ in ATTACKS[:10]
        for variant in ("balanced", "6:1, tied")
    ]
    positives = [
        _control("positive", attack, "memorising model", 0.97, 0.01)
        for attack in ("loss", "label_only", "logistic", "lira_online")
    ]
    return nulls + positives


def _control(
    kind: Literal["null", "positive"],
    attack: str,
    variant: str,
    auc: float,
    half: float,
) -> ControlRow:
    return {
        "name": f"{kind} {attack} {variant}",
        "kind": kind,
        "attack": attack,
        "variant": variant,
        "auc": auc,
        "auc_low": auc - half,
        "auc_high": auc + half,
        "expected": "covers 0.5" if kind == "null" else "above 0.8",
        "passed": True,
        "detail": None,
    }
