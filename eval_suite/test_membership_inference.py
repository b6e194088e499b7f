"""How well members are told from non-members through each defense."""

import dataclasses
from collections.abc import Mapping
from collections.abc import Sequence

import pytest

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.attacks.attack_rows import record_results
from eval_suite.measurements.attacks.attacked import Attacked
from eval_suite.measurements.attacks.attacked_answers import trained_defenses
from eval_suite.measurements.beside_controls import beside_controls
from eval_suite.measurements.committed_report import committed_strongest
from eval_suite.measurements.entropy_histogram import entropy_distribution
from eval_suite.measurements.gate_evidence import bound_row
from eval_suite.measurements.slices import slices_left_out
from eval_suite.results.record import Record
from eval_suite.results.rows import StrongestRow
from eval_suite.results.rows import StrongestRows
from eval_suite.subjects.one_target.resemblance_row import resemblance_row
from eval_suite.subjects.one_target.resemblance_row import told_resemblance
from eval_suite.subjects.subject import Part
from eval_suite.subjects.subject import Subject
from eval_suite.undefended import BASE
from eval_suite.undefended import CONTROLS
from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Headline
from keras_entropy.attacks import NotMeasured
from keras_entropy.attacks.audits.worst_off import WORST_OFF

# What is not measured of a subject that lacks a part, for which no gate asks.
_PARTS: Mapping[Part, str] = {
    "questions": "attacks of many questions",
    "slices": "slices by class and by correctness",
    "defenses": "defenses",
}


@pytest.mark.measures(BASE)
def test_undefended_model(
    comparison: AttackComparison, subject: Subject, record: Record
) -> None:
    attacked = comparison.attacked(BASE)
    headline = comparison.base_headline()
    if subject.reason_without("slices") is None:
        record_gaps(record, BASE, slices_left_out(subject.classes))
    for part, what in _PARTS.items():
        reason = subject.reason_without(part)
        if reason is not None:
            record_gaps(record, BASE, [NotMeasured(what, reason)])
    resemblance = subject.resemblance
    if resemblance is not None:
        record("resemblance", **resemblance_row(resemblance))
        if not resemblance.resembles:
            unlike = NotMeasured(
                "attacks by shadow models", told_resemblance(resemblance)
            )
            record_gaps(record, BASE, [unlike])
    through = comparison.base_through_defense()
    if through is not None:
        attacked = dataclasses.replace(attacked, results=[*attacked.results, through])
    further = further_headlines(comparison, BASE)
    gated = gated_results(comparison, BASE)
    record_canaries(record, comparison, BASE)
    record_attacks(record, BASE, attacked, headline, further, gated)
    record("distribution", **entropy_distribution(subject, BASE))
    record(
        "run",
        **subject.describe(),
        minimum_detectable_auc=comparison.minimum_detectable_auc(),
    )
    expected = subject.label_only_auc()
    label_only = next(r for r in attacked.results if r.attack == "label_only")
    assert label_only.auc == pytest.approx(expected, abs=2e-3), (
        f"label-only gap attack: AUC {label_only.auc:.4f}; "
        f"expected {expected:.4f} from the accuracies of members and non-members"
    )


def test_defense(
    defense: str, comparison: AttackComparison, subject: Subject, record: Record
) -> None:
    attacked = comparison.attacked(defense)
    headline = attacked.strongest
    further = further_headlines(comparison, defense)
    gated = gated_results(comparison, defense)
    record_canaries(record, comparison, defense)
    record_attacks(record, defense, attacked, headline, further, gated)
    record("distribution", **entropy_distribution(subject, defense))
    difference = comparison.difference(defense)
    if difference is not None:
        record(
            "difference",
            defense=defense,
            difference_auc=difference.value,
            difference_auc_low=difference.low,
            difference_auc_high=difference.high,
        )
    if defense not in CONTROLS:
        for row in beside_controls(comparison, defense, CONTROLS):
            record("beside_control", **row)
    measured = (
        f"{defense}: strongest attack {headline.attack}, AUC {headline.auc:.3f} "
        f"[{headline.auc_low:.3f}, {headline.auc_high:.3f}]"
    )
    if defense in trained_defenses():
        hold_to_committed_report(subject, defense, headline, measured)
        return
    excess = comparison.excess(defense)
    assert excess is None, (
        f"{measured}{excess}: post-processing adds no information, so the attacks on "
        "the undefended model are too weak"
    )


def hold_to_committed_report(
    subject: Subject, defense: str, headline: Headline, measured: str
) -> None:
    """Compares a trained defense with what the committed report says of it."""
    if subject.reason_without("pairs") is not None:
        pytest.skip(f"{defense}: the committed report is of the membership game")
    expected = committed_strongest(subject, defense)
    if expected is None:
        pytest.skip(
            "the committed report is of another dataset, profile or seed, or of other "
            "questions"
        )
    meets = headline.auc_low <= expected.high and expected.low <= headline.auc_high
    assert meets, (
        f"{measured}; expected an interval that meets the committed report's "
        f"{expected.auc:.3f} [{expected.low:.3f}, {expected.high:.3f}]"
    )


def record_attacks(
    record: Record,
    name: str,
    attacked: Attacked,
    headline: Headline,
    further: StrongestRows,
    gated: Sequence[AttackResult],
) -> None:
    """Sends the attacks on one defense to the report.

    Args:
        record: The fixture.
        name: Name of the defense.
        attacked: The attacks that the report shows.
        headline: The strongest attack.
        further: The strongest of some kinds each.
        gated: The attacks that headlines were chosen among.
    """
    record_results(
        record, name, attacked.results, attacked.strongest.attack, headline.attack
    )
    record_gaps(record, name, attacked.not_measured)
    for result in gated:
        record("gate_bound", **bound_row(name, result))
    record(
        "headline",
        defense=name,
        strongest_attack=headline.attack,
        strongest_auc=headline.auc,
        strongest_auc_low=headline.auc_low,
        strongest_auc_high=headline.auc_high,
        strongest_advantage=headline.advantage,
        illusion_gap=headline.auc - attacked.loss_auc(),
        **further,
        js_entropy=attacked.js_entropy.row(),
        js_cross_entropy=attacked.js_cross_entropy.row(),
    )


def gated_results(comparison: AttackComparison, name: str) -> list[AttackResult]:
    """Returns the attacks that headlines were chosen among.

    Also those on the worst off and on the canaries.
    """
    entire, exposed = (
        comparison.results_on(part, name) for part in ("entire", WORST_OFF)
    )
    return [*entire, *exposed, *comparison.on_canaries.results(name)]


def record_canaries(record: Record, comparison: AttackComparison, name: str) -> None:
    """Sends the loss attack and the strongest on the canaries to the report."""
    found = comparison.on_canaries.row(name)
    if found is None:
        return
    for result in comparison.on_canaries.results(name):
        if result.attack in ("loss", found["attack"]):
            record("attack", **result.row(name))


def further_headlines(comparison: AttackComparison, name: str) -> StrongestRows:
    """Returns the strongest attacks of one kind each."""
    by_kind = comparison.strongest_by_kind(name)
    return {
        "asked_once": strongest_row(by_kind["asked_once"]),
        "asked_often": strongest_row(by_kind["asked_often"]),
        "labels_alone": strongest_row(by_kind["labels_alone"]),
        "known_start": strongest_row(comparison.known_start(name)),
        "worst_off": comparison.worst_off(name),
        "canaries": comparison.on_canaries.row(name),
        "on_reference": strongest_row(comparison.on_reference.strongest(name)),
    }


def strongest_row(headline: Headline | None) -> StrongestRow | None:
    """Returns a headline in the form of results.json."""
    if headline is None:
        return None
    return {
        "attack": headline.attack,
        "auc": headline.auc,
        "auc_low": headline.auc_low,
        "auc_high": headline.auc_high,
    }


def record_gaps(record: Record, name: str, gaps: list[NotMeasured]) -> None:
    """Sends what was not measured of some slices, for which no gate asks."""
    for gap in gaps:
        record(
            "not_measured", defense=name, what=gap.what, reason=gap.reason, metric=None
        )
