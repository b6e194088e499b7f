"""The results of an audit: of one target, or of the models of a game."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from keras_entropy.attacks.attack_name import AttackName
from keras_entropy.attacks.leakage.divergence import Divergence
from keras_entropy.attacks.leakage.epsilon import EpsilonBound
from keras_entropy.attacks.results import AttackResult
from keras_entropy.attacks.results import AttackRow
from keras_entropy.attacks.results import Difference
from keras_entropy.attacks.results import ExampleScores
from keras_entropy.attacks.results import Headline
from keras_entropy.attacks.results import NotMeasured

# Returns the strongest of the attacks on the entire set that are kept, if any is.
Choose = Callable[[Callable[[AttackResult], bool]], Headline | None]


class _Attacks:
    """Access to a list of results, shared by the two kinds of audit."""

    attacks: list[AttackResult]
    strongest: Headline
    choose: Choose

    @property
    def auc(self) -> float:
        """Float, the strongest attack's AUC."""
        return self.strongest.auc

    def strongest_among(self, kept: Callable[[AttackName], bool]) -> Headline | None:
        """Returns the strongest of some attacks on the entire set.

        Args:
            kept: Function of an attack's name that says whether it counts, such as
                `lambda name: not name.asks_often`.

        Returns:
            `Headline`, chosen and reported as `strongest` is; `None` where no attack
            counts.
        """
        return self.choose(lambda result: kept(AttackName.parse(result.attack)))

    # The keyword is public, and the field's own name, though a builtin's as well.
    def get(self, attack: str, slice: str = "entire") -> AttackResult:
        """Returns the `AttackResult` of an attack on a slice.

        Args:
            attack: String, the attack's name.
            slice: String. Defaults to `"entire"`.

        Raises:
            KeyError: If it was not measured; the message says what was.
        """
        for result in self.attacks:
            if (result.attack, result.slice) == (attack, slice):
                return result
        measured = sorted({f"{r.attack} on {r.slice}" for r in self.attacks})
        raise KeyError(
            f"{attack} on {slice} was not measured. Measured: {', '.join(measured)}"
        )

    def rows(self, defense: str) -> list[AttackRow]:
        """All results as dictionaries of plain JSON values."""
        return [result.row(defense) for result in self.attacks]


@dataclasses.dataclass(frozen=True)
class Audit(_Attacks):
    """The attacks on one target model.

    Attributes:
        attacks: List of `AttackResult`, on the slices that were asked for.
        strongest: `Headline`, over the entire set whatever slices were asked for.
        illusion_gap: Float, the strongest attack's AUC minus the plain loss attack's:
            what an evaluation by loss alone fails to see. `None` without `loss`.
        js_entropy: `Divergence` of the entropy between members and non-members.
        js_cross_entropy: `Divergence` of the loss.
        epsilon: `EpsilonBound` from the threshold attacks and the label-only one,
            `None` if none of them was asked for.
        not_measured: List of `NotMeasured`.
        choose: Function behind `strongest_among`.
        scored: Function behind `scores`.
    """

    attacks: list[AttackResult]
    strongest: Headline
    illusion_gap: float | None
    js_entropy: Divergence
    js_cross_entropy: Divergence
    epsilon: EpsilonBound | None
    not_measured: list[NotMeasured]
    choose: Choose = dataclasses.field(repr=False)
    scored: Callable[[str], ExampleScores] = dataclasses.field(repr=False)

    def scores(self, attack: str) -> ExampleScores:
        """Returns the score that an attack gives each example.

        Args:
            attack: String, the attack's name.

        Returns:
            `ExampleScores` of the n + m examples, members first. Where they have
            `folds`, as those of trained attacks do, scores of different folds don't
            compare: each fold's were given by an attacker that learned from the others.

        Raises:
            KeyError: If the attack was not made; the message says which were.
        """
        return self.scored(attack)


@dataclasses.dataclass(frozen=True)
class GameAudit(_Attacks):
    """The attacks on the K models of a membership game.

    Attributes:
        attacks: List of `AttackResult`, each with its `pair_auc`, on the slices that
            were asked for.
        strongest: `Headline`, over the entire set whatever slices were asked for.
        illusion_gap: `Difference` of the strongest attack and the plain loss attack,
            `None` without `loss`.
        js_entropy: `Divergence` of the entropy between members and non-members.
        js_cross_entropy: `Divergence` of the loss.
        not_measured: List of `NotMeasured`.
        choose: Function behind `strongest_among`.
    """

    attacks: list[AttackResult]
    strongest: Headline
    illusion_gap: Difference | None
    js_entropy: Divergence
    js_cross_entropy: Divergence
    not_measured: list[NotMeasured]
    choose: Choose = dataclasses.field(repr=False)
