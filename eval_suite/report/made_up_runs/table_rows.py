"""Made-up rows of results: strengths of defenses, epochs, and the two engines."""

from typing import TypedDict

import numpy as np

from eval_suite.report.made_up_runs.attack_rows import LABELS_ALONE
from eval_suite.report.made_up_runs.attack_rows import OF_NEIGHBORS
from eval_suite.report.made_up_runs.made_up_defense import MadeUpDefense
from eval_suite.results.rows import BesideRow
from eval_suite.results.rows import EpochRow
from eval_suite.results.rows import FrontierRow
from eval_suite.results.rows import NullRunRow

# Layer, what is set, its values, and for each of them AUC, accuracy and NLL.
_STRENGTHS = (
    (
        "TemperatureScaling",
        "temperature",
        (2.0, 8.0),
        (0.99, 0.98),
        (0.97, 0.97),
        (0.2, 1.0),
    ),
    ("UniformMixing", "weight", (0.1, 0.5), (0.9, 0.7), (0.97, 0.97), (0.15, 0.7)),
    ("Rounding", "decimals", (2, 1), (0.8, 0.4), (0.97, 0.96), (0.3, 0.9)),
    ("BinnedFrequencies", "bins", (4, 2, 1), (0.5, 0.3, 0.2), (0.97,) * 3, (0.12,) * 3),
    # Trained: of the families "training-loss" and "head".
    ("M-17", "weight", (2.0, 0.5), (1.2, 1.1), (0.98, 0.975), (0.4, 0.2)),
)
LAWS = ("tied 6:1", "continuous 6:1", "tied 1:1")
_ATTACKS = ("loss", "logistic", "mlp", "knn", "forest")


def frontier_rows(base: MadeUpDefense) -> list[FrontierRow]:
    """Returns no defense, layers and a loss at several strengths, and the label alone.

    And two heads, the second of them too inaccurate to be drawn. To an attacker who
    asks once layers show less; they keep the label, whose AUC is the floor of them all.
    """
    floor = base.often - OF_NEIGHBORS[LABELS_ALONE]
    rows = [_strength("no defense", base.strongest, 0.97, 0.12, False)]
    for layer, setting, values, shares, accuracies, losses in _STRENGTHS:
        for value, share, accuracy, nll in zip(
            values, shares, accuracies, losses, strict=True
        ):
            auc = floor + share * (base.strongest - floor)
            name = f"{layer}({setting}={value})"
            rows.append(_strength(name, auc, accuracy, nll, layer != _STRENGTHS[3][0]))
    rows.append(_strength("M-6", 0.53, 0.96, 0.3, True))
    rows.append(_strength("M-16", 0.5, 0.2, 2.9, False))
    rows.append(_strength("LabelOnly(confidence=1.0)", floor, 0.97, 3.2, True))
    return rows


def _strength(
    name: str, auc: float, accuracy: float, nll: float, dominated: bool
) -> FrontierRow:
    ece = nll / 10
    return {
        "name": name,
        "attack": "neighbors:stacked",
        "auc": auc,
        "auc_low": auc - 0.004,
        "auc_high": auc + 0.004,
        "asked_once": auc - 0.05,
        "asked_often": auc,
        "accuracy": accuracy,
        "accuracy_low": accuracy - 0.004,
        "accuracy_high": accuracy + 0.004,
        "nll": nll,
        "nll_low": nll - 0.004,
        "nll_high": nll + 0.004,
        "ece": ece,
        "ece_low": ece - 0.004,
        "ece_high": ece + 0.004,
        "keeps_argmax": True,
        "dominated": dominated,
        "auc_bound": None,
    }


def tf_privacy_rows(defenses: list[MadeUpDefense]) -> list[BesideRow]:
    """Returns both engines on each defense."""
    return [
        {
            "defense": row.name,
            "attack": attack,
            "slice": "entire",
            "targets": 1,
            **_figures(
                row.loss if attack == "loss" else row.strongest, row.loss, 0.015
            ),
        }
        for row in defenses
        for attack in _ATTACKS
    ]


def epoch_rows(names: list[str]) -> list[EpochRow]:
    """Returns 30 epochs of each: accuracy rises until the 20th, the AUC to the end."""
    return [
        {
            "defense": name,
            "epoch": epoch,
            "auc": 0.5 + 0.004 * epoch / (place + 1),
            "auc_low": 0.47 + 0.004 * epoch / (place + 1),
            "auc_high": 0.53 + 0.004 * epoch / (place + 1),
            "member_accuracy": min(1.0, 0.4 + 0.03 * epoch),
            "nonmember_accuracy": 0.95 - 0.001 * abs(20 - epoch),
        }
        for place, name in enumerate(names)
        for epoch in range(1, 31)
    ]


def null_rows(rng: np.random.Generator) -> list[NullRunRow]:
    """Returns both engines on data without signal: theirs is off on ties at 6:1."""
    rows: list[NullRunRow] = []
    for law in LAWS:
        for attack in _ATTACKS:
            for seed in range(4):
                own = 0.5 + float(rng.normal(0, 0.006))
                mirror = 0.18 if seed % 2 else -0.18
                off = law == "tied 6:1" and attack != "loss"
                auc = own + mirror if off else own
                figures = _figures(auc, own, 0.012)
                rows.append({"attack": attack, "law": law, "seed": seed, **figures})
    return rows


class _Figures(TypedDict):
    auc: float
    advantage: float
    own_auc: float
    own_auc_low: float
    own_auc_high: float
    own_advantage: float
    n_members: int
    n_nonmembers: int


def _figures(auc: float, own: float, half: float) -> _Figures:
    return {
        "auc": auc,
        "advantage": 2 * abs(auc - 0.5),
        "own_auc": own,
        "own_auc_low": own - half,
        "own_auc_high": own + half,
        "own_advantage": 2 * abs(own - 0.5),
        "n_members": 6000,
        "n_nonmembers": 1000,
    }
