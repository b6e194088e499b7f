"""The effects by which the claims are decided."""

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.results.doctor.rows import Decision

LOOKS: dict[Decision, tuple[str, str]] = {
    "supported": (style.GREEN, "o"),
    "refuted": (style.ORANGE, "s"),
    "not decided": (style.MUTED, "D"),
}
_ROW = 0.17  # inches


def comparisons(rows: Rows) -> Drawing:
    """Draws the effect of each comparison with its interval, claim by claim."""
    name, title = "claims", "The effects that decide the claims"
    doctor = rows.results.get("doctor")
    if not doctor:
        return Drawing(name, title, missing="only --profile doctor compares them")
    claims = [row["claim"] for row in doctor["claims"]]
    panels = [
        [row for row in doctor["comparisons"] if row["claim"] == claim]
        for claim in claims
    ]
    heights = [len(panel) + 2.5 for panel in panels]
    figure = style.canvas(_ROW * sum(heights))
    axes = figure.subplots(len(panels), 1, height_ratios=heights, squeeze=False)[:, 0]
    hovers = []
    for axis, claim, panel in zip(axes, claims, panels, strict=True):
        axis.set_title(style.safe_text(claim, 60), loc="left")
        for place, row in enumerate(panel):
            colour, marker = LOOKS[row["decision"]]
            axis.plot([row["low"], row["high"]], [place, place], color=colour, lw=1.6)
            axis.plot(row["effect"], place, marker, color=colour, ms=5)
            words = (
                f"{row['what']}: {number(row['effect'])} [{number(row['low'])}, "
                f"{number(row['high'])}], {row['decision']}"
            )
            box = (row["low"], place - 0.3, row["high"], place + 0.3)
            hovers.append(Hover((row["what"],), words, axis, box))
        for limit in {row["supported_above"] for row in panel}:
            axis.axvline(limit, color=style.INK, lw=1, ls=":")
        axis.set_yticks(
            range(len(panel)), [style.safe_text(row["what"], 44) for row in panel]
        )
        axis.set_ylim(len(panel) - 0.4, -0.6)
    handles = [style.dot(decision, *look) for decision, look in LOOKS.items()]
    style.legend(figure, handles)
    decided = [row["decision"] for row in doctor["claims"]]
    told = ", ".join(
        f"{decided.count(decision)} {decision}"
        for decision in LOOKS
        if decision in decided
    )
    finding = f"Of {count(len(claims), 'claim')}: {told}."
    alt = f"Effects with intervals, claim by claim. {finding}"
    reading = (
        "A claim holds where every interval lies to the right of the dotted line. Each "
        "claim's intervals share an error of 5 %."
    )
    return Drawing(name, title, finding, alt, reading, figure, hovers=tuple(hovers))
