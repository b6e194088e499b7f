"""The order of the rows in every figure, in groups; and the anchor of each in the page.

It is the same in all figures, so that a row is found again.
"""

import re
from dataclasses import dataclass

from eval_suite.report.content.undefended import without_defense
from eval_suite.results.contents import Defense

_STUDY = re.compile(r"M-(\d+)$")
_FAMILIES = {
    "output-transform": "Other layers",
    "training-loss": "Other training",
    "head": "Other heads",
}


@dataclass(frozen=True)
class Group:
    """Rows that stand together under a title."""

    title: str
    rows: list[Defense]


def grouped(rows: list[Defense]) -> list[Group]:
    """Returns all rows in groups, none of them empty.

    Args:
        rows: In the order of the run.

    Returns:
        The undefended models, to compare with; the study's defenses from M-1 to M-25;
        then all others by their family, each in the order of the run.
    """
    undefended = [row for row in rows if without_defense(row)]
    defenses = [row for row in rows if not without_defense(row)]
    study = sorted((r for r in defenses if _place(r) is not None), key=_number)
    others = [row for row in defenses if _place(row) is None]
    families = list(dict.fromkeys([*_FAMILIES, *(row["family"] for row in others)]))
    groups = [
        Group("Undefended", undefended),
        Group("The study's", study),
        *(
            Group(
                _FAMILIES.get(family, f"Other: {family}"),
                [row for row in others if row["family"] == family],
            )
            for family in families
        ),
    ]
    return [group for group in groups if group.rows]


def _place(row: Defense) -> int | None:
    found = _STUDY.match(row["name"])
    return int(found[1]) if found else None


def _number(row: Defense) -> int:
    return _place(row) or 0


def anchors(rows: list[Defense]) -> dict[str, str]:
    """Returns for each name an anchor of its own: "M-3" is at `#defense-m-3`.

    It is made of the name alone where that is possible, so that a link that somebody
    sent still leads to the same defense in the next run's page.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for row in rows:
        words = re.sub(r"[^a-z0-9]+", "-", row["name"].lower()).strip("-")[:40]
        anchor = name = f"defense-{words or 'other'}"
        copies = 1
        while anchor in taken:
            copies += 1
            anchor = f"{name}-{copies}"
        taken.add(anchor)
        found[row["name"]] = anchor
    return found
