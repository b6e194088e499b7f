"""How well members are told from non-members by outputs that are given."""

import dataclasses

import numpy as np
import pytest

from eval_suite.gate.baseline_file import example_rows
from eval_suite.gate.run_identity import examples_identity
from eval_suite.measurements.attack_rows import record_results
from eval_suite.measurements.entropy_histogram import entropy_distribution
from eval_suite.measurements.exchangeability import check_exchangeability
from eval_suite.measurements.slices import slices
from eval_suite.measurements.slices import slices_left_out
from eval_suite.subjects.given_outputs import GivenOutputs
from eval_suite.undefended import BASE
from keras_entropy import prediction_quality
from keras_entropy.attacks import TARGET_ATTACKS
from keras_entropy.attacks import audit_outputs
from keras_entropy.attacks import minimum_detectable_auc
from keras_entropy.attacks.example_scores import attack_scores
from keras_entropy.attacks.statistics.intervals import share_interval

_WITHOUT_A_MODEL = {
    "exchangeability of the inputs": "outputs were given without inputs: only the "
    "labels were compared",
    "latency": "outputs were given without the model that makes them",
    "privacy against utility by strength": "outputs were given without a membership "
    "game",
}


def test_given_outputs(options, record):
    given = GivenOutputs.read(
        options.member_outputs,
        options.nonmember_outputs,
        from_logits=options.from_logits,
    )
    labels = tuple(y.astype("int64") for y in given.labels)
    probabilities = given.sides(BASE)
    audit = audit_outputs(
        given.outputs[0],
        labels[0],
        given.outputs[1],
        labels[1],
        from_logits=given.from_logits,
        attacks=TARGET_ATTACKS,
        slices=slices(given.classes),
        seed=options.seed,
    )
    accuracies = tuple(map(prediction_quality.accuracy, probabilities, labels))
    n, m = map(len, labels)
    record(
        "run",
        **given.describe(accuracies),
        minimum_detectable_auc=minimum_detectable_auc(n, m),
    )
    low, high = share_interval(round(accuracies[1] * m), m)
    record(
        "utility",
        defense=BASE,
        accuracy=accuracies[1],
        accuracy_low=float(low),
        accuracy_high=float(high),
        member_accuracy=accuracies[0],
    )
    record("distribution", defense=BASE, **entropy_distribution(given, BASE))
    strongest = audit.strongest
    for gap in slices_left_out(given.classes):
        record("not_measured", what=gap.what, reason=gap.reason, defense=BASE)
    record_results(record, BASE, audit.attacks, strongest.attack, strongest.attack)
    record(
        "headline",
        defense=BASE,
        strongest_attack=strongest.attack,
        strongest_auc=strongest.auc,
        strongest_auc_low=strongest.auc_low,
        strongest_auc_high=strongest.auc_high,
        strongest_advantage=strongest.advantage,
        illusion_gap=audit.illusion_gap,
        js_entropy=audit.js_entropy.row(),
        js_cross_entropy=audit.js_cross_entropy.row(),
    )
    found = check_exchangeability((None, labels[0]), (None, labels[1]))
    record("exchangeability", detail=str(found), **dataclasses.asdict(found))
    for what, reason in _WITHOUT_A_MODEL.items():
        record("not_measured", defense=BASE, what=what, reason=reason)
    scores = attack_scores(
        given.outputs,
        labels,
        TARGET_ATTACKS,
        from_logits=given.from_logits,
        seed=options.seed,
    )
    identity = examples_identity((None, labels[0]), (None, labels[1]), given.classes)
    record("gate_identity", **identity)
    for row in example_rows(BASE, scores, np.arange(n + m) < n):
        record("gate_auc", **row)
    gap = accuracies[0] - accuracies[1]
    assert audit.get("label_only").auc == pytest.approx(0.5 + gap / 2, abs=2e-3), (
        f"label-only gap attack: AUC {audit.get('label_only').auc:.4f}; "
        f"expected {0.5 + gap / 2:.4f} from the accuracies of members and non-members"
    )
