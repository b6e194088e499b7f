"""Parts of a guide that a command writes, between two marks."""

import re


def replace_part(text: str, name: str, content: str) -> str:
    """Returns the guide with the part of a name written anew.

    Args:
        text: The guide, with `<!-- name -->` and `<!-- end of name -->` on lines of
            their own.
        name: Name of the part.
        content: What is to stand between the marks.

    Raises:
        ValueError: If the marks are not there exactly once.
    """
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    pattern = re.compile(f"{re.escape(start)}\n.*?{re.escape(end)}", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"The guide needs the lines {start!r} and {end!r} once.")
    part = f"{start}\n\n{content.strip()}\n\n{end}"
    return pattern.sub(lambda _: part, text)


def table(head: list[str], rows: list[list[str]], *, numbers: int = 0) -> str:
    """Returns a table in Markdown.

    Args:
        head: The columns' titles.
        rows: Cells, as many a row as there are titles.
        numbers: How many of the last columns are aligned to the right.
    """
    words = len(head) - numbers
    lines = [head, ["---"] * words + ["--:"] * numbers, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
