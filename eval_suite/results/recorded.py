"""The rows that the checks of a run recorded, a list for each table."""

from __future__ import annotations

from typing import Any
from typing import Protocol


class Record(Protocol):
    """The fixture `record`: adds a row to a table."""

    def __call__(self, table: str, **fields: Any) -> None:
        """Adds a row.

        Args:
            table: A field of `Recorded`.
            **fields: Those of the table's row, plain JSON values.
        """
