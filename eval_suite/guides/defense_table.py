"""The table of all defenses: the catalog's rows, with what a run measured of them."""

import re

from eval_suite.guides.marked_parts import table
from eval_suite.report.content.attackers import difference
from eval_suite.report.content.claims import badges
from eval_suite.report.format import interval
from eval_suite.report.format import points
from eval_suite.report.format import ratio
from eval_suite.report.format import signed
from eval_suite.results.contents import Defense
from eval_suite.results.contents import Results
from keras_entropy import catalog
from keras_entropy.catalog.entry import STUDY
from keras_entropy.layers.identity import Identity

_STUDY_LINK = "the study"
_HEAD = [
    "defense",
    "what it does",
    "claims",
    "source",
    "time",
    "accuracy",
    "asked once",
    "asked often",
    "change",
]
_NUMBERS = 5


def _layer_alone(entry: catalog.Entry) -> bool:
    return not (entry.is_trained or entry.needs_reference)


def _fitted(entry: catalog.Entry) -> bool:
    return entry.is_fitted and not entry.is_trained


def _head(entry: catalog.Entry) -> bool:
    return entry.family == "head"


def _trained(entry: catalog.Entry) -> bool:
    return entry.family == "training-loss"


def _undefended(entry: catalog.Entry) -> bool:
    return entry.family == "none"


GROUPS = {
    "Put behind a finished model": _layer_alone,
    "Put behind a finished model, fitted to examples it never saw": _fitted,
    "A head that is trained; the rest of the model stays": _head,
    "The whole model is trained": _trained,
    "No defense: what one is to be compared with": _undefended,
}


def defense_tables(results: Results) -> str:
    """Returns the catalog as tables in Markdown, one a kind of defense.

    Args:
        results: Checked results of a run with all defenses.

    Raises:
        ValueError: If a defense of the catalog is not in the results.
    """
    rows = {row["name"]: row for row in results["defenses"]}
    missing = [name for name in catalog.names() if name not in rows]
    if missing:
        raise ValueError(
            f"The results lack {', '.join(missing)}. The guides need a run with all "
            "defenses: `pytest eval_suite --report --report-name example`."
        )
    base = results["defenses"][0]
    parts = []
    for title, belongs in GROUPS.items():
        lines = [
            _line(entry, rows[entry.name], base)
            for entry in catalog.entries()
            if belongs(entry)
        ]
        parts.append(f"**{title}**\n\n{table(_HEAD, lines, numbers=_NUMBERS)}")
    return "\n\n".join(parts)


def _line(entry: catalog.Entry, row: Defense, base: Defense) -> list[str]:
    change = difference(row, base)
    accuracy = None
    if row["accuracy"] is not None and base["accuracy"] is not None:
        accuracy = row["accuracy"] - base["accuracy"]
    kinds = (row["asked_once"], row["asked_often"])
    return [
        f"`{entry.name}`<br>{entry.alias}",
        what_it_does(entry),
        ", ".join(badge.text for badge in badges(row)) or "-",
        _STUDY_LINK if entry.reference == STUDY else entry.reference,
        ratio((row["latency_ratio"] or {}).get("256")),
        points(accuracy),
        *("-" if kind is None else f"{kind['auc']:.3f}" for kind in kinds),
        f"{signed(change.value)} {interval(change.low, change.high)}".strip(),
    ]


def what_it_does(entry: catalog.Entry) -> str:
    """Returns a defense's title, and what its layer and its training do."""
    does = []
    layer_tells = entry.layer is not Identity and not _head(entry)
    if entry.recipe is not None and (entry.is_fitted or not layer_tells):
        does.append(_first_sentence(type(entry.recipe)))
    if layer_tells:
        does.append(_first_sentence(entry.layer))
    return f"**{entry.title}**. {' '.join(does)}".strip()


def _first_sentence(thing: type) -> str:
    paragraph = (thing.__doc__ or "").strip().split("\n\n")[0]
    text = " ".join(paragraph.split()).replace("`", "")
    return re.sub(r" \(M-\d+[^)]*of the study\)", "", text)
