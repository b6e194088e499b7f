"""Games without signal, and rates at a false positive rate.

Without signal every attack's AUC is 0.5 and every true positive rate the false positive
rate. With a shift of the members' scores by one standard deviation it is a normal tail.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
from scipy import special

from eval_suite.benchmarks.edges.row import Row
from keras_entropy.attacks import audit_game
from keras_entropy.attacks import game_headline
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.pair_results import pair_results
from keras_entropy.attacks.audits.slices import ENTIRE
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.statistics.roc import descending

CHEAP = ("loss", "entropy", "confidence", "modified_entropy", "label_only")
ATTACKS = {
    "threshold attacks": CHEAP,
    "and lira_online": (*CHEAP, "lira_online"),
    "and all of lira, rmia": (
        *(*CHEAP, "lira_online", "lira_offline", "rmia_online", "rmia_offline"),
    ),
}
MODELS = (4, 6, 16, 64)
# Models, examples and the levels that these carry.
RATES: tuple[tuple[int, int, tuple[float, ...]], ...] = (
    (16, 2000, (0.01,)),
    (64, 2000, (0.001, 0.01, 0.05)),
    (64, 20_000, (0.001,)),
)


def rated(
    seed: int, models: int, examples: int, shift: float, levels: Mapping[str, float]
) -> AttackResult:
    """Returns a game's result of unit Gaussian scores, those of members shifted.

    As in `audit_game`, without what is no matter of rates.

    Args:
        seed: Integer.
        models: Even integer.
        examples: Integer.
        shift: Float, in standard deviations.
        levels: False positive rates by their names.
    """
    rng = np.random.default_rng(seed)
    half = np.tile(np.arange(examples) < examples // 2, (models // 2, 1))
    half = rng.permuted(half, axis=1)
    member = np.stack([half, ~half], axis=1).reshape(models, examples)
    scores = Scores(rng.normal(size=member.shape) + shift * member)
    part = Partition((ENTIRE,), np.zeros(member.shape, np.int64))
    order = descending(scores.values.reshape(-1))
    found = Measurement(scores, member, part, order)
    ((result,), _) = pair_results(ATTACK_TABLE["loss"], found, part, 0.95, levels)
    return result


def headlines(runs: int) -> Iterator[Row]:
    """Yields coverage of a game's headline, and of `lira_online` by itself."""
    for models in MODELS:
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in ATTACKS}
        alone = 0
        for seed in range(runs):
            rng = np.random.default_rng(seed)
            noise = planted.noise_game("continuous", rng, models, 300)
            names = ATTACKS["and all of lira, rmia"]
            game = audit_game(*noise, attacks=names, seed=seed)
            lira = game.get("lira_online")
            alone += lira.auc_low <= 0.5 <= lira.auc_high
            for kind, kept in ATTACKS.items():
                head = game_headline([r for r in game.attacks if r.attack in kept])
                found[kind].append((head.auc_low, head.auc_high))
        setting = f"{models} models"
        yield Row("lira_online", setting, "coverage", alone, runs, ">= 95 %")
        for kind, ends in found.items():
            covered = sum(low <= 0.5 <= high for low, high in ends)
            above = sum(low > 0.5 for low, _ in ends)
            of = f"{setting}, {kind}"
            yield Row("headline of a game", of, "coverage", covered, runs, ">= 95 %")
            yield Row("headline of a game", of, "above 0.5", above, runs, "<= 2.5 %")


def rates(runs: int) -> Iterator[Row]:
    """Yields coverage of the true positive rate at a false positive rate."""
    for models, examples, levels in RATES:
        for shift in (0.0, 1.0):
            named = {f"{level:g}": level for level in levels}
            results = [
                rated(seed, models, examples, shift, named).tpr_at_fpr
                for seed in range(runs)
            ]
            for name, level in named.items():
                truth = float(special.ndtr(shift + special.ndtri(level)))
                points = [result[name] for result in results]
                covered = sum(
                    point is not None and point.low <= truth <= point.high
                    for point in points
                )
                setting = f"{models} models, n = {examples // 2:,}, FPR {name}"
                setting += ", no signal" if shift == 0 else ", members 1 sd higher"
                yield Row(
                    "TPR of a game", setting, "coverage", covered, runs, ">= 95 %"
                )


def rows(runs: int) -> Iterator[Row]:
    """Yields the rows of this module.

    Args:
        runs: Integer, data sets for each setting.
    """
    yield from headlines(runs)
    yield from rates(runs)
