"""All attacks of many questions, on labels and confidence of made-up neighbors."""

import numpy as np
import pytest
from scipy import special
from scipy import stats
from sklearn import metrics

from keras_entropy.attacks.neighbors import NeighborLabels
from keras_entropy.attacks.neighbors import Neighbors
from keras_entropy.attacks.scorers.neighbors import label_moments
from keras_entropy.attacks.scorers.neighbors.label_moments import LabelMoments
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    LONE_NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    NEIGHBOR_ATTACKS,
)
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import NEIGHBOR_TABLE
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import game_scorer
from keras_entropy.attacks.scorers.neighbors.neighbor_attack_table import (
    neighbor_scorer,
)
from keras_entropy.attacks.scorers.neighbors.target_neighbors import ShadowNeighbors
from keras_entropy.shadow.plan import complementary_pairs

MODELS, N, QUESTIONS = 10, 60, 7


def drawn(seed, leak=0.0, models=MODELS, examples=N):
    """Answers of models that are `leak` farther from the boundary on members."""
    rng = np.random.default_rng(seed)
    membership = complementary_pairs(examples, models, seed=seed).membership
    margin = rng.normal(1, 1, examples) + rng.normal(0, 0.5, (models, examples))
    margin = margin + leak * membership
    right = {
        family: rng.normal(0, scale, (QUESTIONS, 1, examples)) < margin
        for family, scale in (("near", 1.0), ("far", 2.0))
    }
    confidence = {family: margin + rng.normal(0, 0.3, margin.shape) for family in right}
    return Neighbors(NeighborLabels(right), confidence), margin, membership


def scores(name, seed=0, **kwargs):
    return game_scorer(*drawn(seed, **kwargs))(name).values


def of_others(values, membership, target, example):
    """Values of the models of other pairs that hold an example, and that do not."""
    rows = [k for k in range(len(values)) if k // 2 != target // 2]
    inside = membership[rows, example]
    return values[rows, example][inside], values[rows, example][~inside]


def test_share_and_confidence_are_offsets_from_the_other_pairs():
    neighbors, own, membership = drawn(0)
    share = neighbors.labels.share()
    mean = (own + sum(neighbors.confidence.values())) / 3
    score = game_scorer(neighbors, own, membership)
    for name, values in (("label_share", share), ("confidence", mean)):
        found = score(f"neighbors:{name}").values
        for k in (0, 5):
            for i in range(N):
                inside, outside = of_others(values, membership, k, i)
                middle = (inside.mean() + outside.mean()) / 2
                assert found[k, i] == pytest.approx(values[k, i] - middle)


def test_lira_is_the_difference_of_log_densities():
    neighbors, own, membership = drawn(0)
    values = (own + sum(neighbors.confidence.values())) / 3
    found = game_scorer(neighbors, own, membership)("neighbors:lira").values
    k, scatters = 3, []
    for i in range(N):
        sides = of_others(values, membership, k, i)
        scatters.append(sum(((side - side.mean()) ** 2).sum() for side in sides))
    free = 2 * (MODELS // 2 - 1) - 2
    common = np.mean(scatters) / free
    for i in range(N):
        inside, outside = of_others(values, membership, k, i)
        variance = (scatters[i] + 4 * common) / (free + 4) * (1 + 1 / len(inside))
        densities = [
            stats.t.logpdf(values[k, i], free + 4, side.mean(), np.sqrt(variance))
            for side in (inside, outside)
        ]
        assert found[k, i] == pytest.approx(densities[0] - densities[1])


def test_rmia_is_the_log_ratio_at_temperature_two():
    neighbors, own, membership = drawn(0)
    values = special.expit((own + sum(neighbors.confidence.values())) / 6)
    found = game_scorer(neighbors, own, membership)("neighbors:rmia").values
    for i in range(N):
        inside, outside = of_others(values, membership, 2, i)
        expected = np.log(values[2, i] / ((inside.mean() + outside.mean()) / 2))
        assert found[2, i] == pytest.approx(expected)


def test_bits_are_naive_bayes_with_half_a_count():
    neighbors, own, membership = drawn(0)
    right = np.concatenate([*neighbors.labels.right.values()])
    found = game_scorer(neighbors, own, membership)("neighbors:label_bits").values
    for k, i in ((0, 0), (3, 17), (9, 59)):
        expected = 0.0
        for bits in right:
            inside, outside = of_others(bits, membership, k, i)
            p, q = ((side.sum() + 0.5) / (len(side) + 1) for side in (inside, outside))
            expected += np.log(p / q) if bits[k, i] else np.log((1 - p) / (1 - q))
        assert found[k, i] == pytest.approx(expected)


@pytest.mark.parametrize("name", NEIGHBOR_ATTACKS)
def test_a_pair_has_no_part_in_its_own_attack(name):
    """What a pair holds is not read: the other way round, its scores are the same."""
    neighbors, own, membership = drawn(0)
    before = game_scorer(neighbors, own, membership)(name).values
    swapped = membership.copy()
    swapped[4:6] = membership[5:3:-1]
    after = game_scorer(neighbors, own, swapped)(name).values
    np.testing.assert_allclose(after[4:6], before[4:6], rtol=1e-9)


@pytest.mark.parametrize("name", NEIGHBOR_ATTACKS)
def test_a_planted_distance_from_the_boundary_is_found(name):
    neighbors, own, membership = drawn(1, leak=1.0, models=16, examples=300)
    found = game_scorer(neighbors, own, membership)(name).values
    aucs = [metrics.roc_auc_score(*row) for row in zip(membership, found, strict=True)]
    plain = neighbors.labels.share()
    apart = [metrics.roc_auc_score(*row) for row in zip(membership, plain, strict=True)]
    assert np.mean(aucs) > max(0.65, np.mean(apart) + 0.02)


@pytest.mark.parametrize("name", NEIGHBOR_ATTACKS)
def test_noise_gives_one_half(name):
    """Memberships drawn anew on the same answers: 40 draws of five pairs."""
    neighbors, own, _ = drawn(2, examples=200)
    aucs = []
    for seed in range(40):
        membership = complementary_pairs(200, MODELS, seed=100 + seed).membership
        found = game_scorer(neighbors, own, membership)(name).values
        rows = zip(membership, found, strict=True)
        aucs.append(np.mean([metrics.roc_auc_score(*row) for row in rows]))
    assert abs(np.mean(aucs) - 0.5) < 4 * stats.sem(aucs)


@pytest.mark.parametrize("name", NEIGHBOR_ATTACKS)
def test_two_pairs_and_constant_answers_give_finite_scores(name):
    neighbors, own, membership = drawn(3, models=4)
    assert np.isfinite(game_scorer(neighbors, own, membership)(name).values).all()
    constant = Neighbors(
        NeighborLabels({"near": np.ones((3, 4, N), bool)}), {"near": np.zeros((4, N))}
    )
    found = game_scorer(constant, np.zeros((4, N)), membership)(name).values
    np.testing.assert_allclose(found, found[0, 0], atol=1e-12)


def test_labels_that_are_shared_are_learned_from_once():
    neighbors, own, membership = drawn(0)
    other = Neighbors(neighbors.labels, {"near": own, "far": own})
    first = game_scorer(neighbors, own, membership)("neighbors:label_stacked").values
    second = game_scorer(other, own, membership)("neighbors:label_stacked").values
    assert first is second
    swapped = membership[::-1].copy()
    assert game_scorer(other, own, swapped)("neighbors:label_stacked").values is not (
        first
    )


def test_columns_are_kept_where_those_of_all_pairs_are_few(monkeypatch):
    neighbors, _, membership = drawn(0)
    columns = LabelMoments(neighbors.labels, membership).pair_columns(0, (0,))
    # Of five pairs, each without each of the five.
    size = 25 * columns.nbytes
    for most, kept in ((size, True), (size - 1, False)):
        monkeypatch.setattr(label_moments, "_MOST_KEPT", most)
        moments = LabelMoments(neighbors.labels, membership)
        first = moments.pair_columns(0, (0,))
        np.testing.assert_array_equal(first, columns)
        assert (moments.pair_columns(0, (0,)) is first) == kept


def test_what_reads_a_likelihood_or_learns_needs_pairs_to_learn_from():
    learning = {name for name, row in NEIGHBOR_TABLE.items() if row.learns_from_pairs}
    assert learning == {
        f"neighbors:{name}"
        for name in ("label_bits", "label_stacked", "lira", "stacked")
    }


def first_as_target(seed, **kwargs):
    """The first model of a game as a target beside the other pairs."""
    neighbors, own, membership = drawn(seed, **kwargs)

    def models(rows):
        right = {f: bits[:, rows] for f, bits in neighbors.labels.right.items()}
        confidence = {f: values[rows] for f, values in neighbors.confidence.items()}
        return Neighbors(NeighborLabels(right), confidence)

    shadows = ShadowNeighbors(models(slice(2, None)), own[2:], membership[2:])
    return models(slice(1)), own[:1], shadows


@pytest.mark.parametrize("name", NEIGHBOR_ATTACKS)
def test_a_target_beside_shadows_is_scored_as_in_a_game(name):
    if "stacked" not in name:
        found = neighbor_scorer(*first_as_target(0))(name).values[0]
        np.testing.assert_allclose(found, scores(name)[0], rtol=1e-9)
        return
    # Learned on other pairs, by more shadows: as strong, and not the same.
    size = {"leak": 1.0, "models": 16, "examples": 300}
    member = drawn(1, **size)[2][0]
    found = neighbor_scorer(*first_as_target(1, **size))(name).values[0]
    auc, expected = (
        metrics.roc_auc_score(member, values)
        for values in (found, scores(name, 1, **size)[0])
    )
    assert auc > 0.75
    assert auc == pytest.approx(expected, abs=0.05)


def test_a_lone_target_is_scored_by_plain_means():
    neighbors, own, _ = first_as_target(0)
    score = neighbor_scorer(neighbors, own)
    assert set(LONE_NEIGHBOR_ATTACKS) == {
        "neighbors:label_share",
        "neighbors:confidence",
    }
    np.testing.assert_array_equal(
        score("neighbors:label_share").values, neighbors.labels.share()
    )
    mean = (own + sum(neighbors.confidence.values())) / 3
    np.testing.assert_allclose(score("neighbors:confidence").values, mean)
    with pytest.raises(ValueError, match="needs shadow models"):
        score("neighbors:lira")
