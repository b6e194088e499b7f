"""Progress bars that show while pytest captures output."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from collections.abc import Iterator
from typing import TextIO

import pytest


def open_terminal(config: pytest.Config) -> TextIO | None:
    """Returns a stream to what standard error is while nothing is captured yet.

    To switch capturing off for a bar would let out what the backend logs as well.

    Args:
        config: A worker of pytest-xdist has no terminal and gets `None`.
    """
    if hasattr(config, "workerinput"):
        return None
    stream = os.fdopen(os.dup(2), "w")
    config.add_cleanup(stream.close)
    return stream


def bars_on(
    stream: TextIO | None,
) -> Callable[[str, int], contextlib.AbstractContextManager[Callable[[int], None]]]:
    """Returns a function that opens a bar: title and number of steps in.

    On a terminal the bar moves; elsewhere one line says what is done; without a stream
    nothing is shown.
    """

    @contextlib.contextmanager
    def bar(title: str, total: int) -> Iterator[Callable[[int], None]]:
        from tqdm import tqdm

        if stream is None:
            yield lambda done: None
            return
        moving = stream.isatty()
        if not moving:
            print(f"\n{title} ...", file=stream, flush=True)
        with tqdm(
            total=total, desc=title, leave=False, file=stream, disable=not moving
        ) as shown:
            yield shown.update

    return bar
