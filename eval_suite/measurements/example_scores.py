"""The score that an attack gives to each example of one target."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.subjects.subject import Subject
from keras_entropy.attacks.attack_name import NEIGHBORS
from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.results import ExampleScores


def scores_of(
    subject: Subject, name: str, attacks: Sequence[str], *, seed: int
) -> dict[str, ExampleScores]:
    """Returns the scores of attacks on one defense.

    Args:
        subject: The model and its two sets of examples.
        name: Name of the defense, or `"base"`.
        attacks: Names of attacks on its outputs, on its answers to neighbors, or on its
            inverse (`inverse:loss`). Others are left out: those through repeated
            queries.
        seed: Seed of the attacks' folds, the comparison's own.

    Returns:
        By attack, members first.
    """
    if not attacks:
        return {}
    answers = subject.answers(name)
    known = {attack: AttackName.parse(attack) for attack in attacks}
    plain = [
        attack for attack, parts in known.items() if parts.through in (None, NEIGHBORS)
    ]
    scores = answers.scores(plain, seed=seed)
    if len(plain) == len(known):
        return scores
    # Only here, as these load Keras, without which nothing is done with answers first.
    from keras_entropy import catalog
    from keras_entropy.queries.known_defense import ways

    entry = catalog.get(name)
    if entry.is_trained:  # undone in a game alone, which has no scores of examples
        return scores
    for way in ways(entry.create(seed=seed)):
        through = {
            str(AttackName(parts.base, by_class=parts.by_class)): attack
            for attack, parts in known.items()
            if parts.through == way.name
        }
        if through and not way.of_undefended:
            found = answers.changed(way.change).scores(list(through), seed=seed)
            scores |= {through[attack]: own for attack, own in found.items()}
    return scores
