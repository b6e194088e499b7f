"""Two attack engines on data in which there is no member to find."""

from matplotlib.axes import Axes

from eval_suite.report.content.other_sources.tf_privacy import HOW
from eval_suite.report.content.other_sources.tf_privacy import NullRuns
from eval_suite.report.content.other_sources.tf_privacy import null_run_sentence
from eval_suite.report.content.other_sources.tf_privacy import null_runs
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import count

_LAWS = 3  # panels side by side
_ATTACKS = 12
_APART = 0.16  # of a row: theirs above, ours below its middle


def engines(rows: Rows) -> Drawing:
    """Draws the AUCs of TensorFlow Privacy and ours, one panel a distribution."""
    name, title = "engines", "TensorFlow Privacy and ours where there is no signal"
    runs = null_runs(rows.results)
    laws = list(dict.fromkeys(run.law for run in runs))[:_LAWS]
    attacks = list(dict.fromkeys(run.attack for run in runs))[:_ATTACKS]
    if not runs:
        return Drawing(name, title, missing=HOW)
    figure = style.canvas(0.75 + 0.3 * len(attacks))
    panels = figure.subplots(1, len(laws), sharex=True, sharey=True, squeeze=False)[0]
    for axes, law in zip(panels, laws, strict=True):
        axes.axvline(0.5, color=style.MUTED, lw=1, ls=":", zorder=1)
        for run in runs:
            if run.law == law and run.attack in attacks:
                _draw(axes, attacks.index(run.attack), run)
        axes.set_title(style.safe_text(law, 20), loc="left", pad=3)
        axes.grid(axis="y", visible=False)
    panels[0].set_ylim(len(attacks) - 0.4, -0.6)
    labels = [style.safe_text(attack, 18) for attack in attacks]
    panels[0].set_yticks(range(len(attacks)), labels)
    panels[0].margins(x=0.08)
    figure.supxlabel("AUC (0.5: guessing, dotted)", fontsize=9)
    style.legend(
        figure,
        [
            style.dot("TensorFlow Privacy", style.OTHER_ENGINE, "s"),
            style.dot("ours, with its interval", style.OWN_ENGINE, "o"),
        ],
    )
    finding = null_run_sentence(rows.results)
    alt = (
        f"{count(len(laws), 'panel')} of dots at AUCs, one row an attack. {finding} "
        + "; ".join(
            f"{run.attack} on {run.law}: {words['auc']}, ours {words['own_auc']}"
            for run in runs[: _LAWS * _ATTACKS]
            for words in (run.words(),)
        )
    )
    reading = (
        "Members and non-members come from the same distribution, so the truth is "
        "0.5: a dot away from the line is the tool's own doing. Each dot is one set of "
        "data; the bars are our intervals, which hold together at 99.9 %. 6:1 is the "
        "study's ratio of members to non-members, tied its saturated outputs. Its "
        "trained attackers see the loss, as in the study, ours the output vector too."
    )
    return Drawing(name, title, finding, f"{alt}.", reading, figure)


def _draw(axes: Axes, place: int, run: NullRuns) -> None:
    theirs, ours = place - _APART, place + _APART
    for row in run.rows:
        low, high = row["own_auc_low"], row["own_auc_high"]
        if low is not None and high is not None:
            axes.plot([low, high], [ours] * 2, color=style.OWN_ENGINE, lw=1, alpha=0.5)
        for value, height, colour, marker in (
            (row["auc"], theirs, style.OTHER_ENGINE, "s"),
            (row["own_auc"], ours, style.OWN_ENGINE, "o"),
        ):
            if value is not None:
                axes.plot(value, height, marker, color=colour, ms=4, zorder=3)
