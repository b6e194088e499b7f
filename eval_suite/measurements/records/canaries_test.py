import numpy as np

from eval_suite.measurements.records import canaries
from eval_suite.subjects.answers import PairedModels
from keras_entropy.attacks.controls import planted

ATTACKS = ("loss", "lira_online", "rmia_tempered")


def made_up(confidence, seed=0):
    """Answers of 16 models to 76 records, surer of those that they learned."""
    outputs, labels, membership = planted.noise_game(
        "continuous", np.random.default_rng(seed), 16, 76
    )
    outputs = outputs.copy()
    learned = (outputs[membership] * 1.0).copy()
    right = np.broadcast_to(labels, membership.shape)[membership]
    learned[np.arange(len(learned)), right] *= np.exp(confidence)
    outputs[membership] = learned / learned.sum(axis=-1, keepdims=True)
    return PairedModels(outputs, labels, membership, ATTACKS)


def found_on(models):
    return canaries.on_canaries(canaries.prepared(models, seed=0)().attacks)


def test_each_attack_is_told_once_with_the_rate_of_all_models():
    results = found_on(made_up(4.0))
    assert [result.attack for result in results] == list(ATTACKS)
    for result in results:
        assert result.slice == "canaries"
        # One model's 38 would carry no rate at 1 %.
        assert set(result.tpr_at_fpr) == {"0.01"}
        assert result.tpr_at_fpr["0.01"].realised_fpr < 0.02
    row = canaries.canary_row(results)
    assert row["auc_low"] > 0.8
    assert row["tpr_low"] > 0.05
    assert row["tpr_low"] <= row["tpr"] <= row["tpr_high"]


def test_without_a_signal_the_figure_is_a_half():
    held = []
    for seed in range(10):
        row = canaries.canary_row(found_on(made_up(0.0, seed)))
        held.append(row["auc_low"] <= 0.5 <= row["auc_high"])
        assert row["tpr_low"] <= 0.03
    # 95 % each: three misses of ten are one case in 100.
    assert sum(held) >= 8


def test_too_few_records_have_an_auc_and_no_rate():
    models = made_up(4.0)
    few = PairedModels(
        models.outputs[:, :20], models.labels[:20], models.membership[:, :20], ATTACKS
    )
    row = canaries.canary_row(found_on(few))
    assert row["auc"] > 0.8
    assert row["tpr"] is None
    assert row["realised_fpr"] is None
