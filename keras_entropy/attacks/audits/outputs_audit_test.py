import numpy as np
import pytest
from scipy import special
from sklearn import metrics

from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import adaptive_results
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks.audits import outputs_audit
from keras_entropy.attacks.controls import planted
from keras_entropy.attacks.scorers import attack_table

MEMBERS, NONMEMBERS = 400, 200
CHEAP = ("loss", "confidence", "entropy", "modified_entropy", "label_only", "logistic")


@pytest.fixture(scope="module")
def leak():
    """Logits of a model that is surer of its members; labels; both sides."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, MEMBERS + NONMEMBERS)
    logits = rng.normal(size=(labels.size, 4))
    logits += np.eye(4)[labels] * (2 + (np.arange(labels.size) < MEMBERS))[:, None]
    return logits, labels


def run(outputs, labels, members=MEMBERS, **kwargs):
    return audit_outputs(
        outputs[:members],
        labels[:members],
        outputs[members:],
        labels[members:],
        **kwargs,
    )


def test_loss_attack_sees_the_planted_leak_with_the_right_sign(leak):
    logits, labels = leak
    audit = run(logits, labels, from_logits=True, attacks=CHEAP)
    member = np.arange(labels.size) < MEMBERS
    p = special.softmax(logits, axis=-1)
    expected = metrics.roc_auc_score(member, p[np.arange(labels.size), labels])
    result = audit.get("loss")
    assert result.auc == pytest.approx(expected, abs=1e-12)
    assert result.auc_low > 0.55
    assert (result.n_members, result.n_nonmembers) == (MEMBERS, NONMEMBERS)
    for name in CHEAP:
        assert audit.get(name).auc > 0.5


def test_label_only_is_half_the_gap_in_accuracy(leak):
    logits, labels = leak
    result = run(logits, labels, from_logits=True, attacks="label_only").attacks[0]
    right = logits.argmax(1) == labels
    gap = right[:MEMBERS].mean() - right[MEMBERS:].mean()
    assert result.auc == pytest.approx(0.5 + gap / 2)
    assert result.advantage == pytest.approx(gap)
    assert result.advantage_null == 0


def test_every_kind_of_output_gives_the_same_answer(leak):
    logits, labels = leak
    p = special.softmax(logits, axis=-1)
    reference = run(logits, labels, from_logits=True, attacks=CHEAP)
    for outputs in (p, p.astype(np.float32), np.asfortranarray(p)):
        audit = run(outputs, labels, attacks=CHEAP)
        for name in CHEAP:
            found = audit.get(name).auc
            assert found == pytest.approx(reference.get(name).auc, abs=1e-3), name
    audit = run(p.astype(np.float16), labels, attacks=CHEAP)
    assert audit.get("loss").auc == pytest.approx(reference.get("loss").auc, abs=5e-3)


@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_one_sigmoid_column_equals_two_classes(shape):
    rng = np.random.default_rng(1)
    z, labels = rng.normal(size=300), rng.integers(0, 2, 300)
    p = special.expit(z)
    two = run(np.column_stack([1 - p, p]), labels, 200, attacks=CHEAP, seed=3)
    one = run(p.reshape(shape), labels, 200, attacks=CHEAP, seed=3)
    for ours, theirs in zip(one.attacks, two.attacks, strict=True):
        assert ours.auc == pytest.approx(theirs.auc, abs=1e-12)


def test_order_of_examples_does_not_matter(leak):
    logits, labels = leak
    rng = np.random.default_rng(2)
    shuffle = np.r_[rng.permutation(MEMBERS), MEMBERS + rng.permutation(NONMEMBERS)]
    first = run(logits, labels, from_logits=True, attacks=CHEAP)
    second = run(logits[shuffle], labels[shuffle], from_logits=True, attacks=CHEAP)
    for name in CHEAP:
        ours, theirs = first.get(name), second.get(name)
        # Folds are drawn by position, so the learner's AUC moves within its noise.
        slack = 0.02 if name == "logistic" else 1e-15
        assert ours.auc == pytest.approx(theirs.auc, abs=slack)
        assert ours.advantage == pytest.approx(theirs.advantage, abs=3 * slack)


def test_unequal_sides_leave_the_rates_unchanged(leak):
    logits, labels = leak
    index = np.r_[np.tile(np.arange(MEMBERS), 3), np.arange(MEMBERS, labels.size)]
    first = run(logits, labels, from_logits=True, attacks="loss").attacks[0]
    second = run(
        logits[index], labels[index], 3 * MEMBERS, from_logits=True, attacks="loss"
    ).attacks[0]
    assert second.auc == pytest.approx(first.auc, abs=1e-12)
    assert second.advantage == pytest.approx(first.advantage, abs=1e-12)


def test_operating_points_are_realised_or_refused():
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(3), 5000)
    labels = rng.integers(0, 3, 5000)
    result = run(p, labels, 3000, attacks="loss").attacks[0]
    point = result.tpr_at_fpr["0.01"]
    scores = p[np.arange(5000), labels]
    # Rank 20.01 of 2,000, which has 20.01 / 2001 of the population above it.
    ranked = np.sort(scores[3000:])[::-1]
    above = [(scores[:3000] > threshold).mean() for threshold in ranked[19:21]]
    assert point.tpr == pytest.approx(0.99 * above[0] + 0.01 * above[1])
    assert point.realised_fpr == pytest.approx(0.01)
    assert point.low < point.tpr < point.high
    assert result.tpr_at_fpr["0.001"] is None
    small = run(p, labels, 4500, attacks="loss").attacks[0]
    assert small.tpr_at_fpr == {"0.01": None, "0.001": None}


@pytest.mark.parametrize("attack", ["loss", "logistic"])
def test_operating_point_intervals_cover(attack):
    # Unit Gaussians one apart: the TPR at FPR f is Phi(1 - z_f) for the best attack,
    # and the interval must hold the truth although the threshold is estimated.
    rng = np.random.default_rng(4)
    truth, covered = special.ndtr(1 + special.ndtri(0.01)), 0
    for seed in range(20):
        data = planted.planted(4.0, "even", rng)
        result = audit_outputs(*data, attacks=attack, seed=seed).attacks[0]
        point = result.tpr_at_fpr["0.01"]
        covered += point.low <= truth <= point.high
    assert covered >= 17


def test_slices_equal_audits_of_the_parts(leak):
    logits, labels = leak
    kinds = ("entire", "class", "correctness")
    audit = run(
        logits, labels, from_logits=True, attacks=("loss", "entropy"), slices=kinds
    )
    member = np.arange(labels.size) < MEMBERS
    right = logits.argmax(1) == labels
    parts = {f"class={c}": labels == c for c in range(4)}
    parts |= {"entire": labels >= 0, "correct": right, "incorrect": ~right}
    shares = {"entire": 1, "correct": 2, "incorrect": 2}
    assert {result.slice for result in audit.attacks} == set(parts)
    for result in audit.attacks:
        here = parts[result.slice]
        alone = run(
            logits[here],
            labels[here],
            int(member[here].sum()),
            from_logits=True,
            attacks=result.attack,
            # Simultaneous over the slices: the error is shared.
            confidence=1 - 0.05 / shares.get(result.slice, 4),
        ).attacks[0]
        assert (result.auc, result.advantage) == (alone.auc, alone.advantage)
        assert (result.n_members, result.n_nonmembers) == (
            alone.n_members,
            alone.n_nonmembers,
        )
        assert (result.auc_low, result.auc_high) == pytest.approx(
            (alone.auc_low, alone.auc_high), abs=1e-12
        )


def test_a_slice_without_one_side_is_not_measured(leak):
    logits, labels = leak
    labels = np.where(np.arange(labels.size) < MEMBERS, labels % 3, labels)
    audit = run(logits, labels, from_logits=True, attacks="loss", slices=("class",))
    assert [result.slice for result in audit.attacks] == [
        "class=0",
        "class=1",
        "class=2",
    ]
    (missing,) = audit.not_measured
    assert missing.what == "loss on class=3"
    assert "0 members" in missing.reason
    with pytest.raises(KeyError, match="loss on class=3 was not measured"):
        audit.get("loss", "class=3")


@pytest.mark.parametrize("slices", ["class", ("correctness", "class")])
def test_the_headline_is_of_the_entire_set_whatever_slices_are_asked_for(leak, slices):
    attacks = ("loss", "entropy", "per_class:loss")
    given = {"from_logits": True, "attacks": attacks}
    audit, whole = run(*leak, slices=slices, **given), run(*leak, **given)
    assert audit.auc == whole.auc
    assert audit.strongest == whole.strongest
    assert audit.illusion_gap == whole.illusion_gap
    assert "entire" not in {result.slice for result in audit.attacks}


def test_rows_hold_no_subclass_of_str(leak):
    # Processes exchange rows with execnet, which takes the plain types alone.
    audit = run(*leak, from_logits=True, attacks=("loss", "per_class:loss"))
    adaptive = adaptive_results(audit.attacks, "inverse")
    assert {type(result.attack) for result in (*audit.attacks, *adaptive)} == {str}
    assert {type(row["attack"]) for row in audit.rows("base")} == {str}
    assert type(audit.strongest.attack) is str
    assert {type(name) for name in audit.strongest.chosen} == {str}


def test_strongest_attack_and_illusion_gap():
    rng = np.random.default_rng(5)
    outputs, labels, others, other_labels = planted.planted(0.5, "rival", rng)
    audit = audit_outputs(
        outputs, labels, others, other_labels, attacks=("label_only", "loss")
    )
    assert audit.strongest.attack == "loss"
    assert audit.strongest.chosen == ("loss", "loss")
    assert audit.strongest.auc == pytest.approx(planted.optimum(), abs=0.03)
    assert audit.strongest.auc_low < audit.strongest.auc < audit.strongest.auc_high
    assert audit.illusion_gap == pytest.approx(0, abs=0.01)


def test_the_headline_of_noise_is_not_optimistic():
    rng = np.random.default_rng(6)
    headlines, best = [], []
    for seed in range(40):
        outputs, labels = planted.noise("continuous", 600, rng)
        audit = run(outputs, labels, 300, attacks=CHEAP, seed=seed)
        headlines.append(audit.strongest.auc)
        best.append(max(result.auc for result in audit.attacks))
    error = np.std(headlines) / np.sqrt(40)
    assert abs(np.mean(headlines) - 0.5) < 4 * error
    assert np.mean(best) > 0.5 + 4 * error  # what the headline avoids


def test_scores_of_an_attack_are_those_that_are_measured(leak):
    audit = run(*leak, from_logits=True, attacks=("loss", "per_class:loss"))
    member = np.arange(leak[1].size) < MEMBERS
    values, folds = audit.scores("loss")
    assert folds is None
    assert audit.get("loss").auc == pytest.approx(metrics.roc_auc_score(member, values))
    values, folds = audit.scores("per_class:loss")
    aucs = [
        metrics.roc_auc_score(member[folds == k], values[folds == k]) for k in range(5)
    ]
    assert audit.get("per_class:loss").auc == pytest.approx(np.mean(aucs), abs=1e-3)
    with pytest.raises(KeyError, match="knn was not made"):
        audit.scores("knn")


def test_an_audit_is_shown_without_its_functions(leak):
    assert "function" not in repr(run(*leak, from_logits=True, attacks="loss"))


def test_same_seed_same_result(leak):
    logits, labels = leak
    first, second = (
        run(logits, labels, from_logits=True, attacks=CHEAP, seed=7) for _ in range(2)
    )
    assert first.rows("x") == second.rows("x")
    assert first.strongest.auc_low == second.strongest.auc_low


def test_the_folds_are_those_of_a_seed(leak):
    default, zero, one = (
        run(*leak, from_logits=True, attacks="logistic", **options).rows("x")
        for options in ({}, {"seed": 0}, {"seed": 1})
    )
    assert default == zero != one


def test_callers_arrays_are_not_changed(leak):
    logits, labels = (array.copy() for array in leak)
    logits.flags.writeable = labels.flags.writeable = False
    run(logits, labels, from_logits=True, attacks=CHEAP)
    np.testing.assert_array_equal(logits, leak[0])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"member_outputs": np.zeros((0, 4)), "member_labels": []}, "0 members"),
        ({"nonmember_outputs": np.full((200, 3), 1 / 3)}, "same number of classes"),
        ({"member_outputs": np.full((2, 2, 2), 0.5)}, "both have steps or none"),
        (
            {"member_outputs": np.full((200, 4), "a")},
            "array of floats .examples, classes",
        ),
        (
            {"nonmember_labels": np.full(200, 9)},
            "`nonmember_labels` must hold integers from 0 to 3",
        ),
        ({"attacks": ("loss", "nonsense")}, "loss, confidence.*nonsense"),
        ({"attacks": ()}, "`attacks` must be"),
        ({"slices": ("colour",)}, "entire, class, correctness"),
        ({"from_logits": False}, "from_logits=True"),
    ],
)
def test_invalid_input(leak, change, message):
    logits, labels = leak
    arguments = {
        "member_outputs": logits[:MEMBERS],
        "member_labels": labels[:MEMBERS],
        "nonmember_outputs": logits[MEMBERS:],
        "nonmember_labels": labels[MEMBERS:],
        "from_logits": True,
    }
    with pytest.raises(ValueError, match=message):
        audit_outputs(**(arguments | change))


@pytest.mark.parametrize("count", [9, 10])
def test_trained_attacks_ask_for_enough_examples(leak, count, monkeypatch):
    logits, labels = leak
    few = logits[: 400 + count], labels[: 400 + count]
    trained = ("logistic", "mlp", "knn", "forest")
    by_class = ("per_class:loss", "per_class:entropy", "per_class:modified_entropy")
    if count == 9:
        audit = run(*few, from_logits=True)
        left = {gap.what: gap.reason for gap in audit.not_measured}
        assert set(left) == {*trained, *by_class}
        assert "at least 10 members and as many non-members" in left["knn"]
        assert "400 and 9 are here" in left["knn"]
        assert not {row.attack for row in audit.attacks} & set(left)
        assert audit.epsilon is None
        # Before any attack is made.
        monkeypatch.setattr(outputs_audit, "target_scorer", None)
        with pytest.raises(ValueError, match=r"so few examples: mlp needs"):
            run(*few, from_logits=True, attacks=("loss", "mlp", "knn"))
    else:
        audit = run(*few, from_logits=True)
        assert not audit.not_measured
        assert audit.epsilon is not None


def test_names_and_groups():
    groups = {name: attack_table.ATTACK_TABLE[name].group for name in TARGET_ATTACKS}
    assert set(groups.values()) == {"threshold", "label", "trained"}
    assert [name for name in groups if groups[name] == "trained"] == [
        *("logistic", "mlp", "knn", "forest")
    ]
    assert set(attack_table.GAME_ATTACKS) - set(groups) == {
        *("lira_online", "lira_offline", "rmia_online", "rmia_offline"),
        *("rmia_tempered", "shadow_stacked"),
        *("difficulty_offset", "shadow_logistic", "shadow_mlp"),
        *("shadow_knn", "shadow_forest"),
    }
