"""One line below what pytest writes on a terminal, rewritten in place."""

from __future__ import annotations

import os
from typing import TextIO

# Escapes that every terminal since the VT100 knows.
_DOWN, _UP, _SAVE, _RESTORE, _ERASE = "\x1bD", "\x1bM", "\x1b7", "\x1b8", "\x1b[K"


def can_rewrite(stream: TextIO) -> bool:
    """Whether a stream is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


class StatusLine:
    """Shows a line below the cursor, which stays where it is.

    So pytest's dots go on where they were.

    Args:
        stream: A terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = False

    def show(self, text: str) -> None:
        """Shows a text, in place of the last one.

        Args:
            text: Without control characters. What is too long is cut.
        """
        # Down and up first: on the last row that makes room before the place is saved.
        place = f"{_DOWN}{_UP}{_SAVE}{_DOWN}\r"
        self._write(f"{place}{text[: self._width()]}{_ERASE}{_RESTORE}")
        self._shown = True

    def clear(self) -> None:
        """Takes the line away, before something else is written."""
        if self._shown:
            self._write(f"{_SAVE}{_DOWN}\r{_ERASE}{_RESTORE}")
            self._shown = False

    def _width(self) -> int:
        try:
            columns = os.get_terminal_size(self._stream.fileno()).columns
        except OSError:
            columns = 80
        return max(1, (columns or 80) - 1)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
