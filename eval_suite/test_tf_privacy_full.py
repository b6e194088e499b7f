"""TensorFlow Privacy's other attackers beside ours, and both where there is no signal.

Its figures are shown, not trusted: its trained attackers report a signal on noise.
"""

import math

import pytest

from eval_suite.measurements import both_engines
from eval_suite.measurements.attacks.attack_comparison import MARGIN
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.options.options import Options
from eval_suite.results.record import Record
from eval_suite.subjects.subject import Subject
from keras_entropy.attacks.tf_privacy import THRESHOLD_ATTACKS
from keras_entropy.attacks.tf_privacy import TRAINED_ATTACKS
from keras_entropy.attacks.tf_privacy import disagreements


def test_trained_attackers(
    target: str, subject: Subject, options: Options, record: Record
) -> None:
    sides = both_engines.thinned(subject.first_target(target), seed=options.seed)
    attacks = (*THRESHOLD_ATTACKS, *TRAINED_ATTACKS)
    ours, theirs = both_engines.run_both(
        sides, attacks, seed=options.seed, loss_only=subject.sees_loss_only
    )
    for row in both_engines.beside_rows(ours, theirs):
        record("tf_privacy", defense=target, slice="entire", targets=1, **row)
    assert [found.attack for found in theirs] == list(attacks)
    assert not disagreements(ours, theirs)
    assert all(math.isfinite(found.auc + found.advantage) for found in theirs)


def test_shadow_attacks(
    target: str, comparison: AttackComparison, subject: Subject, record: Record
) -> None:
    reason = subject.reason_without("pairs")
    if reason is not None:
        what = "TensorFlow Privacy's LiRA and offset"
        record("not_measured", what=what, reason=reason, defense=target, metric=None)
        pytest.skip(reason)
    attacked = comparison.attacked(target)
    models = subject.paired_models(target)
    found = both_engines.shadow_rows(models, attacked.results)
    targets = len(models.membership)
    # Ours and theirs are both means over all of the models.
    assert {result.targets for result in attacked.entire()} == {targets}
    for row in found:
        record("tf_privacy", defense=target, slice="entire", targets=targets, **row)
    assert found, "neither LiRA nor the offset is among the profile's attacks"
    strongest = attacked.strongest
    for row in found:
        auc = row["auc"]
        assert auc is not None, f"{target}: {row['attack']} has no AUC"
        assert auc <= strongest.auc_high + MARGIN, (
            f"{target}: TensorFlow Privacy's {row['attack']} has AUC {auc:.3f}; "
            f"expected at most our strongest attack's, {strongest.attack} "
            f"{strongest.auc:.3f}, whose upper bound is {strongest.auc_high:.3f}, plus "
            f"{MARGIN}: our attacks are too weak"
        )


@pytest.mark.parametrize("seed", both_engines.NULL_SEEDS)
@pytest.mark.parametrize("law", both_engines.NULL_LAWS)
def test_no_signal(law: str, seed: int, record: Record) -> None:
    ours, theirs = both_engines.run_both_on_noise(law, seed)
    for row in both_engines.beside_rows(ours, theirs):
        record("tf_privacy_null", law=law, seed=seed, **row)
    assert not disagreements(ours, theirs)
    missed = [
        f"{result.attack} {result.auc:.3f} [{result.auc_low:.3f}, "
        f"{result.auc_high:.3f}]"
        for result in ours.attacks
        if not result.auc_low <= 0.5 <= result.auc_high
    ]
    assert not missed, f"expected intervals that cover 0.5: {'; '.join(missed)}"
