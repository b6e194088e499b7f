"""Attacks on data without any membership signal, over many seeds."""

import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import audit_game
from keras_entropy.attacks.audits.measurement import Measurement
from keras_entropy.attacks.audits.slices import partitions
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.scorers.attack_table import ATTACK_TABLE
from keras_entropy.attacks.signals import compute_signals
from keras_entropy.attacks.statistics.roc import descending

SEEDS = 200
CHEAP = (
    *("loss", "confidence", "entropy", "modified_entropy"),
    *("per_class:loss", "label_only"),
)
ON_GAMES = (
    *("loss", "label_only", "lira_online", "lira_offline", "rmia_online"),
    *("rmia_offline", "rmia_tempered", "difficulty_offset", "shadow_logistic"),
    "shadow_stacked",
)


def check(aucs, covered):
    """Mean within four standard errors, coverage not below 95 % at the 0.1 % level."""
    for name, values in aucs.items():
        error = np.std(values, ddof=1) / np.sqrt(len(values))
        assert abs(np.mean(values) - 0.5) <= 4 * error, name
        assert stats.binom.cdf(covered[name], len(values), 0.95) > 1e-3, name


@pytest.mark.parametrize("law", ["continuous", "tied", "constant"])
@pytest.mark.parametrize("sizes", [(300, 300), (600, 100)])
def test_single_target(law, sizes):
    rng = np.random.default_rng((1, *sizes))
    member = np.arange(sum(sizes))[None] < sizes[0]
    aucs, covered = {name: [] for name in CHEAP}, dict.fromkeys(CHEAP, 0)
    for seed in range(SEEDS):
        outputs, labels = planted.noise(law, sum(sizes), rng)
        signals = compute_signals(outputs[None], labels)
        (part,) = partitions(("entire",), signals)
        for name in CHEAP:
            scores = ATTACK_TABLE[name].score(signals, member, seed)
            order = descending(scores.values.reshape(-1))
            estimate = Measurement(scores, member, part, order).estimate(0)
            low, high = estimate.interval(0.95)
            aucs[name].append(estimate.value)
            covered[name] += low <= 0.5 <= high
    check(aucs, covered)
    if law == "constant":
        for name in set(CHEAP) - {"label_only"}:
            assert set(aucs[name]) == {0.5}, name


@pytest.mark.parametrize("law", ["continuous", "tied"])
def test_game(law):
    # Complementary halves, scored leave-pair-out: the design must not be legible.
    rng = np.random.default_rng(2)
    aucs, covered = {name: [] for name in ON_GAMES}, dict.fromkeys(ON_GAMES, 0)
    for seed in range(60):
        outputs, labels, membership = planted.noise_game(law, rng, 8, 160)
        game = audit_game(outputs, labels, membership, attacks=ON_GAMES, seed=seed)
        for result in game.attacks:
            aucs[result.attack].append(result.auc)
            covered[result.attack] += result.auc_low <= 0.5 <= result.auc_high
    check(aucs, covered)
