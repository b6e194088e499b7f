"""The audits of several labels as one: each attack on each label, and on all."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator

from keras_entropy.attacks import AttackResult
from keras_entropy.attacks import Audit
from keras_entropy.attacks import ExampleScores
from keras_entropy.attacks import Headline
from keras_entropy.attacks import LabelsAudit
from keras_entropy.attacks.attack_name import AttackName


def in_one(found: LabelsAudit) -> Audit:
    """Returns the attacks on all labels together, then those on each alone.

    The latter are named so: `"loss of label 3"`. Distances, and the bound on epsilon,
    are those of all labels together, or, where these were not attacked, of the label
    that gives away most.
    """
    audits: dict[int | None, Audit] = {}
    if found.together is not None:
        # First, as it leads where it is as strong as a label.
        audits[None] = found.together
    audits.update(enumerate(found.labels))
    whole = found.together or audits[found.number]

    def choose(kept: Callable[[AttackResult], bool]) -> Headline | None:
        best: Headline | None = None
        for label, audit in audits.items():

            def counts(result: AttackResult, label: int | None = label) -> bool:
                return kept(_named(result, label))

            headline = audit.choose(counts)
            if headline is not None and (best is None or headline.auc > best.auc):
                best = _headline(headline, label)
        return best

    def scores(name: str) -> ExampleScores:
        parts = AttackName.parse(name)
        if parts.label not in audits:
            raise KeyError(f"{name} was not made: there is no such label")
        return audits[parts.label].scores(parts.of_label(None))

    strongest = _headline(found.strongest, found.number)
    loss = [row.auc for row in whole.attacks if row.attack == "loss"]
    return dataclasses.replace(
        whole,
        attacks=[*_results(audits)],
        strongest=strongest,
        illusion_gap=strongest.auc - loss[0] if loss else None,
        not_measured=[
            dataclasses.replace(gap, what=_what(gap.what, label))
            for label, audit in audits.items()
            for gap in audit.not_measured
        ],
        choose=choose,
        scored=scores,
    )


def _results(audits: dict[int | None, Audit]) -> Iterator[AttackResult]:
    for label, audit in audits.items():
        for result in audit.attacks:
            yield _named(result, label)


def _named(result: AttackResult, label: int | None) -> AttackResult:
    return dataclasses.replace(result, attack=_name(result.attack, label))


def _headline(headline: Headline, label: int | None) -> Headline:
    first, second = headline.chosen
    return dataclasses.replace(
        headline,
        attack=_name(headline.attack, label),
        chosen=(_name(first, label), _name(second, label)),
    )


def _name(attack: str, label: int | None) -> str:
    return str(AttackName.parse(attack).of_label(label))


def _what(what: str, label: int | None) -> str:
    return what if label is None else f"{what} (label {label})"
