"""The name of an attack, a string with parts."""

from __future__ import annotations

_BY_CLASS = "per_class"


class AttackName(str):
    """Which attack, and on which answers, in the form that tables and files show.

    It is a string, `"loss"`, `"per_class:loss"`, `"inverse:loss"` or `"M-5:loss"`, and
    knows its parts, so that no reader takes it apart. What leaves the process holds the
    plain `str` of it: execnet serializes no subclasses.

    Example:

    >>> AttackName("loss", through="inverse")
    'inverse:loss'
    >>> AttackName.parse("inverse:loss").base
    'loss'

    Args:
        base: Name of the attack, such as `"loss"`.
        through: What is made of the answers first, by an attacker who knows the
            defense (`"inverse"`, `"repeat10"`), or the defense that undefended answers
            are put through (`"M-5"`). Defaults to `None`, the answers as they are.
        by_class: Boolean, whether each class has a threshold of its own. Defaults to
            `False`.
    """

    base: str
    through: str | None
    by_class: bool

    def __new__(
        cls, base: str, *, through: str | None = None, by_class: bool = False
    ) -> AttackName:
        parts = (through, _BY_CLASS if by_class else None, base)
        name = super().__new__(cls, ":".join(part for part in parts if part))
        name.base, name.through, name.by_class = base, through, by_class
        return name

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str | bool | None]]:
        return (self.base,), {"through": self.through, "by_class": self.by_class}

    def after(self, step: str) -> AttackName:
        """Returns the name of this attack on answers that `step` is applied to first.

        Args:
            step: Name of what is done with the answers, such as `"inverse"` or `"M-5"`.
        """
        through = ":".join(part for part in (step, self.through) if part)
        return AttackName(self.base, through=through, by_class=self.by_class)

    @classmethod
    def parse(cls, text: str) -> AttackName:
        """Returns the name that a table or file shows as `text`."""
        *before, base = text.split(":")
        by_class = _BY_CLASS in before
        through = ":".join(part for part in before if part != _BY_CLASS)
        return cls(base, through=through or None, by_class=by_class)
