"""The rows of one run, indexed for tables and figures."""

import math

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import accuracy_change
from eval_suite.report.content.advice import advise
from eval_suite.report.content.advice import effects
from eval_suite.report.content.undefended import behind
from eval_suite.report.content.undefended import without_defense
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import DistributionRow

DRAWN = 40  # defenses in one figure: as many as a printed page can hold
KEPT = 16  # and how many are left of more
PANELS = 28  # small panels in one figure: seven lines of four
KEPT_PANELS = 8


class Rows:
    """Checked results, with the look-ups that tables and figures share.

    Args:
        results: Checked results.

    Attributes:
        results: The results themselves.
        defenses: All defense rows, see `attackers.ordered`.
        base: The undefended model.
        behind: See `undefended.behind`.
        drawn: The rows that figures show: all, or where there are more than
            `DRAWN`, the undefended models, the recommended defense, and in turn those
            with the lowest AUC of an attacker who asks often and of one who asks once:
            `KEPT` in all.
        panels: Those of them that get a small panel of their own.
        omitted: How many rows the figures leave out.
        effects: See `advice.effects`.
        advice: See `advice.advise`.
        floor: See `attackers.label_floor`.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self.defenses = attackers.ordered(results)
        self.base = self.defenses[0]
        self.effects = effects(results)
        self.advice = advise(results)
        self.behind = behind(results)
        self.drawn = self._drawn() if len(self.defenses) > DRAWN else self.defenses
        panels = PANELS if len(self.drawn) == len(self.defenses) else KEPT_PANELS
        self.panels = self.drawn[:panels]
        self.omitted = len(self.defenses) - len(self.drawn)
        self.floor = attackers.label_floor(results)
        self._attacks: dict[str, list[AttackRow]] = {}
        self._curves: dict[str, list[CurveRow]] = {}
        self._distributions: dict[tuple[str, str], DistributionRow] = {}
        for attack in results["attacks"]:
            self._attacks.setdefault(attack["defense"], []).append(attack)
        for curve in results["curves"]:
            self._curves.setdefault(curve["defense"], []).append(curve)
        for density in results["distributions"]:
            key = density["defense"], density["quantity"]
            self._distributions[key] = density

    def _drawn(self) -> list[Defense]:
        measured = [r for r in self.defenses[1:] if r["strongest_auc"] is not None]
        by_one_question = sorted(measured, key=_asked_once)
        turns = zip(measured, by_one_question, strict=True)
        wanted = [
            r
            for r in measured
            if without_defense(r) or r["name"] == self.advice.defense
        ]
        wanted += [row for turn in turns for row in turn]
        kept = [*dict.fromkeys(row["name"] for row in wanted)][: KEPT - 1]
        return [self.base, *(row for row in measured if row["name"] in kept)]

    def attacks(self, defense: str, part: str = "entire") -> list[AttackRow]:
        """Returns the attack rows of a defense on one slice."""
        rows = self._attacks.get(defense, [])
        return [row for row in rows if row["slice"] == part]

    def attack(
        self, defense: str, attack: str | None, part: str = "entire"
    ) -> AttackRow | None:
        """Returns one attack row, or None."""
        rows = self.attacks(defense, part)
        return next((row for row in rows if row["attack"] == attack), None)

    def strongest(self, row: Defense, part: str = "entire") -> AttackRow | None:
        """Returns the row of the strongest attack on a defense, or None.

        The headline may name an attack without a row of its own; then it is the
        attack with the highest AUC among the rows.
        """
        found = self.attack(row["name"], row["strongest_attack"], part)
        if found:
            return found
        measured = [a for a in self.attacks(row["name"], part) if a["auc"] is not None]
        return max(measured, key=lambda a: a["auc"] or 0.0, default=None)

    def slices(self, defense: str) -> list[AttackRow]:
        """Returns the attack rows of a defense on slices other than the entire set."""
        rows = self._attacks.get(defense, [])
        return [row for row in rows if row["slice"] != "entire"]

    def slice_label(self, part: str) -> str:
        """Returns what people call a slice: "class 3" or "class sneaker"."""
        kind, _, index = part.partition("=")
        names = self.results["dataset"]["class_names"] or []
        if kind != "class" or not index.isdecimal() or int(index) >= len(names):
            return part
        return f"class {names[int(index)]}"

    def curve(self, row: Defense, part: str = "entire") -> CurveRow | None:
        """Returns the ROC curve of the strongest attack on a defense that has one.

        Not every attack has its curve in the results: then it is the curve of the
        attack with the highest AUC among those that have. None if there is none.
        """
        curves = [c for c in self._curves.get(row["name"], []) if c["slice"] == part]
        aucs = {a["attack"]: a["auc"] or 0.0 for a in self.attacks(row["name"], part)}
        if row["strongest_attack"] is not None:
            aucs[row["strongest_attack"]] = 1.0
        return max(curves, key=lambda c: aucs.get(c["attack"], 0.0), default=None)

    def undefended_curve(self) -> CurveRow | None:
        """Returns the undefended model's curve, if it is of the strongest attack.

        The curve of a weaker one would make every defense look harmful.
        """
        curve, strongest = self.curve(self.base), self.strongest(self.base)
        if curve and strongest and curve["attack"] == strongest["attack"]:
            return curve
        return None

    def distribution(self, defense: str, quantity: str) -> DistributionRow | None:
        """Returns the densities of a quantity over members and non-members."""
        return self._distributions.get((defense, quantity))

    def accuracy_change(self, row: Defense) -> float | None:
        """Returns the accuracy of a defense minus the undefended model's."""
        return accuracy_change(self.results, row)

    def reason(self, *words: str) -> str:
        """Returns why something was not measured.

        Args:
            *words: Its possible names in `not_measured`, the best first.
        """
        for word in words:
            for entry in self.results["not_measured"]:
                if word.lower() in entry["what"].lower():
                    return entry["reason"]
        return "the run gives no reason"

    def reason_not_asked_often(self) -> str:
        """Returns why an attacker who asks often found nothing of a defense."""
        if self.results["threat_model"]["questions"] is None:
            return attackers.often_missing(self.results) or "no neighbors were asked"
        return self.reason("neighbors", "attack")


def _asked_once(row: Defense) -> float:
    once = row["asked_once"]
    return math.inf if once is None else once["auc"]
