"""The run beside the figures that the reference study published."""

from dataclasses import dataclass

from eval_suite.report.format import percent
from eval_suite.report.format import ratio
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Published
from eval_suite.results.contents import Results

_HEADERS = ("accuracy", "latency", "best AUC", "advantage")


@dataclass(frozen=True)
class Beside:
    """One model: the figures measured here, and those that the study prints.

    Attributes:
        row: Its row of results.json.
        pairs: Measured and published, as text, for each of accuracy, latency, AUC of
            the strongest attack and advantage.
        why: The reason why they differ.
    """

    row: Defense
    pairs: list[tuple[str, str]]
    why: str


def is_study(results: Results) -> bool:
    """Whether the run repeats the study, so that its figures can be compared.

    It does if the undefended model is the study's network, for which alone there are
    published figures, and if it was attacked alone, not as one of many models.
    """
    published = results["defenses"][0]["published"]
    return published is not None and results["profile"]["models"] == 1


def beside_study(results: Results) -> list[Beside]:
    """Returns an entry for each model of which the study published figures."""
    base = results["defenses"][0]["published"]
    return [
        Beside(row, _pairs(row, row["published"], base), row.get("differs") or "")
        for row in results["defenses"]
        if row["published"] is not None
    ]


def faithfulness_table(results: Results) -> list[str]:
    """Returns measured beside published figures, as lines of Markdown.

    Args:
        results: Results of a run with `--profile study`.
    """
    titles = [title for name in _HEADERS for title in (name, "published")]
    lines = [
        f"| model | {' | '.join(titles)} | why they differ |",
        f"|---|{'---:|' * len(titles)}---|",
    ]
    for model in beside_study(results):
        figures = [text for pair in model.pairs for text in pair]
        cells = [model.row["name"], *figures, model.why]
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    return lines


def _pairs(
    row: Defense, published: Published, base: Published | None
) -> list[tuple[str, str]]:
    single = (row["latency_ratio"] or {}).get("1")
    return [
        (percent(row["accuracy"]), _percent(published["accuracy_pct"], 1)),
        (f"× {ratio(single)}" if single else ratio(None), _times(published, base)),
        (percent(row["strongest_auc"]), _percent(published["auc_pct"], 0)),
        (percent(row["strongest_advantage"]), _percent(published["advantage_pct"], 0)),
    ]


def _percent(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f} %"


def _times(published: Published, base: Published | None) -> str:
    own, other = published["latency_us"], base["latency_us"] if base else None
    return f"× {own / other:.2f}" if own and other else "–"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
