"""A family of questions: one way to make neighbors of examples."""

from __future__ import annotations

import abc
import zlib
from collections.abc import Iterator

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.arrays import Integers


class Family(abc.ABC):
    """Makes neighbors of each example, the same ones whenever it is asked.

    What is drawn depends on the seed, the name and the number of the question, so that
    a target and its shadows are asked alike, and that more questions keep the first
    ones. No question depends on who is a member.

    Args:
        name: String, which results show, such as `"noise-0.3"`.
        seed: Integer, at least 0.
        most: Integer, how many different questions there are. Defaults to `None`, as
            many as one likes.
    """

    def __init__(self, name: str, seed: int = 0, most: int | None = None) -> None:
        self.name = name
        self.most = most
        self._seed = seed

    def questions(self, x: Array, y: Integers, count: int) -> Iterator[Array]:
        """Yields `count` arrays like `x`: one neighbor of each example.

        Shape and type are those of `x`, except that strings may be wider. `x` is left
        as it is.

        Args:
            x: Array `(N, ...)` of examples.
            y: Integers `(N,)`: their classes.
            count: Integer.

        Raises:
            ValueError: If there are not so many.
        """
        if self.most is not None and count > self.most:
            raise ValueError(
                f"The family {self.name!r} has {self.most} questions. "
                f"Received: count={count}"
            )
        for number in range(count):
            yield self.question(x, y, number)

    @abc.abstractmethod
    def question(self, x: Array, y: Integers, number: int) -> Array:
        """Returns the neighbors that question `number`, from 0, is about."""

    def generator(self, number: int, part: int = 0) -> np.random.Generator:
        """Returns what draws for a question.

        Args:
            number: Integer, which question.
            part: Integer. What is drawn example by example from a generator of its own
                is the same for the first examples, however many follow.
        """
        return np.random.default_rng(self._sequence(number, part))

    def number(self, number: int) -> int:
        """Returns the seed of a question, an integer below 2**31, as all backends take.

        Args:
            number: Integer, which question.
        """
        return int(self._sequence(number, 0).generate_state(1)[0] >> 1)

    def _sequence(self, number: int, part: int) -> np.random.SeedSequence:
        # Not `hash`, which differs from process to process.
        family = zlib.crc32(self.name.encode())
        return np.random.SeedSequence([self._seed, family, number, part])
