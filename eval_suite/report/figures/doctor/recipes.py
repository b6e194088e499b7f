"""What tells the risk of a recipe: overfitting, and two distances."""

from typing import Literal

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.divergence import spearman
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import Hover
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count
from eval_suite.report.format import number
from eval_suite.results.doctor.rows import CellRow

_Predictor = Literal["overfitting", "js_entropy", "js_cross_entropy"]
_SHOWN: dict[str, _Predictor] = {
    "overfitting level": "overfitting",
    "distance of entropy": "js_entropy",
    "distance of cross-entropy": "js_cross_entropy",
}
# By how long a recipe trains, which the other factors only modify.
_LOOKS = {
    5: (style.BLUE, "o"),
    10: (style.GREEN, "^"),
    20: (style.ORANGE, "s"),
    50: (style.INK, "D"),
}
_REACH = 6


def recipes(rows: Rows) -> Drawing:
    """Draws the AUC on half of a recipe's models over predictors from the others."""
    name, title = "recipes", "What tells the risk of a recipe"
    doctor = rows.results.get("doctor")
    if not doctor or not doctor["cells"]:
        return Drawing(name, title, missing="only --profile doctor compares recipes")
    cells = doctor["cells"]
    figure = style.canvas(2.6)
    panels = figure.subplots(1, len(_SHOWN), sharey=True)
    told = [cell["asked_once"][1] for cell in cells]
    sentences, hovers = [], []
    for axes, (words, key) in zip(panels, _SHOWN.items(), strict=True):
        values = [_distance(cell[key], key) for cell in cells]
        for epochs, look in _LOOKS.items():
            own = [i for i, cell in enumerate(cells) if cell["epochs"] == epochs]
            colour, marker = look
            axes.plot(
                [values[i] for i in own],
                [told[i] for i in own],
                marker,
                color=colour,
                ms=4.5,
                mec=style.PAPER,
                mew=0.5,
            )
        hovers += [
            Hover(
                (_recipe(cell),),
                f"{_recipe(cell)}: {words} {number(x)}, AUC {number(y)}",
                axes,
                (x, y, x, y),
                reach=_REACH,
            )
            for cell, x, y in zip(cells, values, told, strict=True)
        ]
        axes.axhline(0.5, color=style.MUTED, lw=1, ls=":")
        axes.set_xlabel(words)
        rho, _ = spearman(values, told)
        sentences.append(f"{words} {rho:.2f}")
    panels[0].set_ylabel("AUC, asked once")
    style.legend(
        figure, [style.dot(f"{n} epochs", *look) for n, look in _LOOKS.items()]
    )
    finding = (
        f"Rank correlation with the AUC over {count(len(cells), 'recipe')}: "
        f"{', '.join(sentences)}."
    )
    reading = (
        "Each point is a recipe. What is on the horizontal axis was measured on half "
        "of its models, the AUC on the others. A distance below 0 is one that chance "
        "makes smaller than expected."
    )
    alt = f"Three scatter plots of AUC over a predictor. {finding}"
    return Drawing(name, title, finding, alt, reading, figure, hovers=tuple(hovers))


def _distance(value: float, key: str) -> float:
    """Returns a divergence as a distance, which keeps its sign."""
    if key == "overfitting":
        return value
    return abs(value) ** 0.5 * (1 if value >= 0 else -1)


def _recipe(cell: CellRow) -> str:
    return (
        f"width {cell['width']}, {cell['epochs']} epochs, {cell['size']} examples, "
        f"regularisation: {cell['regularization']}"
    )
