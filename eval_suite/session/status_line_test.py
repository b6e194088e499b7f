import io
import re

import pytest

from eval_suite.session.status_line import StatusLine
from eval_suite.session.status_line import can_rewrite

ROWS = 4


class Screen(io.StringIO):
    """A terminal of a few rows that obeys what `StatusLine` and pytest write."""

    def __init__(self):
        super().__init__()
        self.rows, self.row, self.column = [""] * ROWS, 0, 0
        self.saved = (0, 0)

    def isatty(self):
        return True

    def down(self):
        if self.row == ROWS - 1:
            self.rows = [*self.rows[1:], ""]
        else:
            self.row += 1

    def write(self, text):
        for part in re.findall(r"\x1b\[K|\x1b.|[\r\n]|[^\x1b\r\n]+", text):
            if part == "\x1bD":
                self.down()
            elif part == "\n":
                self.down()
                self.column = 0
            elif part == "\x1bM":
                self.row -= 1
            elif part == "\r":
                self.column = 0
            elif part == "\x1b7":
                self.saved = (self.row, self.column)
            elif part == "\x1b8":
                self.row, self.column = self.saved
            else:
                row = self.rows[self.row]
                if part == "\x1b[K":
                    self.rows[self.row] = row[: self.column]
                    continue
                end = self.column + len(part)
                before = row.ljust(self.column)[: self.column]
                self.rows[self.row] = before + part + row[end:]
                self.column = end


@pytest.mark.parametrize("above", [0, ROWS - 1])
def test_the_line_is_rewritten_below_and_the_dots_go_on(above):
    screen = Screen()
    screen.write("\n" * above + "checks ..")
    line = StatusLine(screen)
    line.show("a long text of progress")
    line.show("a short one")
    screen.write(".")
    row = min(above, ROWS - 2)
    assert screen.rows[row : row + 2] == ["checks ...", "a short one"]
    line.clear()
    screen.write(".")
    assert screen.rows[row : row + 2] == ["checks ....", ""]
    screen.write("\nnext")
    assert screen.rows[row : row + 2] == ["checks ....", "next"]


def test_nothing_is_written_where_there_is_nothing_to_clear():
    stream = io.StringIO()
    StatusLine(stream).clear()
    assert stream.getvalue() == ""


def test_a_text_is_cut_to_the_width():
    screen = Screen()
    StatusLine(screen).show("x" * 300)
    assert screen.rows[1] == "x" * 79


@pytest.mark.parametrize(
    ("terminal", "term", "expected"),
    [(True, "xterm", True), (True, "dumb", False), (False, "xterm", False)],
)
def test_only_a_terminal_that_moves_its_cursor_is_rewritten(
    monkeypatch, terminal, term, expected
):
    monkeypatch.setenv("TERM", term)
    stream = Screen() if terminal else io.StringIO()
    assert can_rewrite(stream) == expected
