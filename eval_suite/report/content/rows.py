"""The rows of one run, indexed for tables and figures."""

from eval_suite.report.content import attackers
from eval_suite.report.content.advice import accuracy_change
from eval_suite.report.content.advice import advise
from eval_suite.report.content.effects import effects
from eval_suite.report.content.order import anchors
from eval_suite.report.content.order import grouped
from eval_suite.report.content.undefended import behind
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from eval_suite.results.rows import AttackRow
from eval_suite.results.rows import CurveRow
from eval_suite.results.rows import DistributionRow

_DETAILED = 100


class Rows:
    """Checked results, with the look-ups that tables and figures share.

    Args:
        results: Checked results.

    Attributes:
        results: The results themselves.
        defenses: All defense rows, see `attackers.ordered`.
        base: The undefended model.
        behind: See `undefended.behind`.
        groups: All of them in the order of the figures, see `order.grouped`.
        drawn: The same without the groups.
        anchors: See `order.anchors`.
        detailed: Those of `defenses` that have a section of their own in the page: the
            first hundred.
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
        self.groups = grouped(results["defenses"])
        self.drawn = [row for group in self.groups for row in group.rows]
        self.anchors = anchors(results["defenses"])
        self.detailed = self.defenses[:_DETAILED]
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
