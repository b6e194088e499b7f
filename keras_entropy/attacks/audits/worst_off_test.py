import numpy as np
import pytest
from scipy import stats

from keras_entropy.attacks import audit_game
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits import worst_off
from keras_entropy.attacks.audits.slices import NOWHERE
from keras_entropy.attacks.audits.slices import Partition
from keras_entropy.attacks.audits.worst_off import most_exposed
from keras_entropy.attacks.audits.worst_off import rates_at_population_fpr
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.shadow.plan import complementary_pairs


def game(exposed, models=16, examples=1000, seed=0):
    """Models that are surer of a few members alone: of the first `exposed`."""
    random = np.random.default_rng(seed)
    membership = complementary_pairs(examples, models, seed=seed).membership
    labels = random.integers(0, 3, examples)
    logits = random.normal(0, 0.5, size=(models, examples, 3))
    shown = membership & (np.arange(examples) < exposed)
    logits += 4 * shown[..., None] * np.eye(3)[labels]
    outputs = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return outputs, labels, membership


def cross_entropy(outputs, labels):
    return -np.log(np.take_along_axis(outputs, labels[None, :, None], axis=-1)[..., 0])


def test_records_that_training_shows_on_are_found():
    outputs, labels, membership = game(exposed=50)
    chosen = most_exposed(cross_entropy(outputs, labels), membership)
    assert (chosen.sum(axis=1) == 50).all()
    assert chosen[:, :50].mean() > 0.9
    found = audit_game(
        outputs, labels, membership, attacks=["loss"], slices=["entire", "worst_off"]
    )
    entire, exposed = found.get("loss"), found.get("loss", "worst_off")
    assert entire.auc < 0.53
    # Members are 4 higher, of which the other logits' noise takes little.
    assert exposed.auc > 0.9
    assert exposed.n_members == exposed.n_nonmembers == 25


def test_a_pair_does_not_choose_its_own_records():
    outputs, labels, membership = game(exposed=50)
    loss = cross_entropy(outputs, labels)
    before = most_exposed(loss, membership)
    # What the first pair answers, and whom it was trained on, decides for others alone.
    loss[:2] = loss[:2][:, ::-1]
    membership[:2] = ~membership[:2]
    after = most_exposed(loss, membership)
    np.testing.assert_array_equal(after[0::4], before[0::4])
    np.testing.assert_array_equal(after[1::4], before[1::4])
    assert (after != before).any()


@pytest.mark.parametrize("models", [6, 16, 64])
@pytest.mark.parametrize("law", ["continuous", "labels"])
def test_intervals_cover_a_half_without_signal(models, law):
    """At least 95 % of 300 runs; where pairs are taken for independent, 69 to 94 %."""
    missed = 0
    for seed in range(300 if models < 64 else 100):
        random = np.random.default_rng(seed)
        membership = complementary_pairs(300, models, seed=seed).membership
        difficulty = random.normal(size=300)
        if law == "labels":
            wrong = random.random((models, 300)) < 1 / (1 + np.exp(3 - 2 * difficulty))
            first = np.where(wrong, 0.0, 1.0)
        else:
            noise = random.normal(size=(models, 300)) * np.exp(difficulty)
            first = 1 / (1 + np.exp(noise - 1))
        outputs = np.stack([first, 1 - first], axis=-1)
        audit = audit_game(
            outputs,
            np.zeros(300, int),
            membership,
            attacks=["loss"],
            slices=["worst_off"],
        )
        (found,) = audit.attacks
        missed += not found.auc_low <= 0.5 <= found.auc_high
    runs = seed + 1
    assert stats.binom.sf(missed - 1, runs, 0.05) > 0.001


def test_rates_count_false_positives_among_all_non_members():
    random = np.random.default_rng(0)
    scores = random.normal(size=(4, 2000))
    membership = random.random((4, 2000)) < 0.5
    chosen = random.random((4, 2000)) < 0.1
    scores += 2.0 * (membership & chosen)
    tpr, fpr = rates_at_population_fpr(scores, membership, chosen, 0.05)
    for target in range(4):
        outside = scores[target][~membership[target]]
        threshold = np.quantile(outside, 0.95)
        members = membership[target] & chosen[target]
        assert tpr[target, 0] == pytest.approx(
            (scores[target][members] > threshold).mean(), abs=0.02
        )
    # Non-members are of one law, chosen or not.
    assert fpr.mean() == pytest.approx(0.05, abs=0.03)
    assert tpr.mean() == pytest.approx(stats.norm.sf(1.645 - 2), abs=0.08)


@pytest.mark.parametrize(
    ("fpr", "rank"), [(0.05, 0.55), (0.1, 1.1), (0.2, 2.2), (0.85, 9.35), (0.95, 10.45)]
)
def test_rates_of_ten_non_members_by_hand(fpr, rank):
    # Non-members score 9 to 0, members half more; those of even scores are worst off.
    scores = np.r_[np.arange(10.0), np.arange(10) + 0.5][None]
    membership = np.arange(20)[None] >= 10
    chosen = np.floor(scores) % 2 == 0
    rates = rates_at_population_fpr(scores, membership, chosen, fpr)
    whole = int(rank)
    for found, side in zip(rates, (membership, ~membership), strict=True):
        if not 1 <= whole < 10:
            assert np.isnan(found).all()
            continue
        own = scores[side & chosen]
        # The threshold lies between the non-members of this rank and of the next.
        at, after = (np.mean(own > 9 - place) for place in (whole - 1, whole))
        assert found[0, 0] == pytest.approx(at + (rank - whole) * (after - at))
    scores[0, 3] = np.nan
    assert np.isnan(rates_at_population_fpr(scores, membership, chosen, fpr)).all()
    nobody = rates_at_population_fpr(scores, membership, chosen & False, fpr)
    assert np.isnan(nobody).all()


def test_rates_are_of_the_worst_off_whose_scores_compare():
    rng = np.random.default_rng(4)
    membership = complementary_pairs(60, 4, seed=4).membership
    values, chosen = rng.normal(size=(4, 60)), rng.random((4, 60)) < 0.3
    part = Partition((worst_off.WORST_OFF,), np.where(chosen, 0, NOWHERE))
    tpr, fpr = worst_off.rates(Scores(values), membership, part)(0.2)
    assert tpr.shape == fpr.shape == (4, 1)
    expected = rates_at_population_fpr(values, membership, chosen, 0.2)
    np.testing.assert_array_equal((tpr, fpr), expected)
    assert np.isfinite((tpr, fpr)).all()
    # No threshold holds for all folds.
    folded = Scores(values, folds=np.zeros((4, 60), int))
    assert np.isnan(worst_off.rates(folded, membership, part)(0.2)).all()


def test_exposed_are_those_whose_loss_the_other_half_of_the_pairs_shows():
    rng = np.random.default_rng(3)
    membership = complementary_pairs(30, 8, seed=3).membership
    loss = rng.gamma(2, size=(8, 30))
    exposure = np.array(
        [
            [
                (1 if membership[2 * pair, record] else -1)
                * (loss[2 * pair + 1, record] - loss[2 * pair, record])
                for record in range(30)
            ]
            for pair in range(4)
        ]
    )
    found = most_exposed(loss, membership)
    for model in range(8):
        others = [pair for pair in range(4) if (pair - model // 2) % 2]
        mean = exposure[others].mean(axis=0)
        # A twentieth, rounded up.
        worst = set(np.argsort(mean)[-2:])
        assert set(np.flatnonzero(found[model])) == worst


def test_too_few_non_members_have_no_rate():
    scores = np.arange(8.0).reshape(2, 4)
    membership = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], bool)
    rates = rates_at_population_fpr(scores, membership, ~membership | membership, 0.01)
    assert np.isnan(rates).all()


def test_one_target_has_no_pairs_that_could_tell():
    outputs = np.full((6, 2), 0.5)
    labels = np.zeros(6, int)
    with pytest.raises(ValueError, match="worst_off"):
        audit_outputs(outputs, labels, outputs, labels, slices=["worst_off"])
