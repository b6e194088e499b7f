"""The name of an attack, a string with parts."""

from __future__ import annotations

_BY_CLASS = "per_class"
# What is asked instead of one question: neighbors of each input.
NEIGHBORS = "neighbors"
_REPEATED = "repeat"
_OF_LABEL = " of label "
_OF_LABELS = ("label_only", "label_share", "label_bits", "label_stacked")


class AttackName(str):
    """Which attack, and on which answers, in the form that tables and files show.

    It is a string, `"loss"`, `"per_class:loss"`, `"inverse:loss"`, `"M-5:loss"` or
    `"loss of label 3"`, and knows its parts, so that no reader takes it apart. What
    leaves the process holds the plain `str` of it: execnet serializes no subclasses.

    Example:

    >>> AttackName("loss", through="inverse")
    'inverse:loss'
    >>> AttackName.parse("inverse:loss").base
    'loss'

    Args:
        base: Name of the attack, such as `"loss"`.
        through: What is made of the answers first, by an attacker who knows the
            defense (`"inverse"`, `"repeat10"`), the defense that undefended answers are
            put through (`"M-5"`), or `"neighbors"` where neighbors of the example are
            asked about. Defaults to `None`, the answers as they are.
        by_class: Boolean, whether each class has a threshold of its own. Defaults to
            `False`.
        label: Integer, which of several labels is attacked alone. Defaults to `None`:
            the one label of an example, or all that it has.
    """

    base: str
    through: str | None
    by_class: bool
    label: int | None

    def __new__(
        cls,
        base: str,
        *,
        through: str | None = None,
        by_class: bool = False,
        label: int | None = None,
    ) -> AttackName:
        parts = (through, _BY_CLASS if by_class else None, base)
        text = ":".join(part for part in parts if part)
        if label is not None:
            text += f"{_OF_LABEL}{label}"
        name = super().__new__(cls, text)
        name.base, name.through, name.by_class = base, through, by_class
        name.label = label
        return name

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str | int | None]]:
        return (self.base,), {
            "through": self.through,
            "by_class": self.by_class,
            "label": self.label,
        }

    @property
    def asks_often(self) -> bool:
        """Whether the attacker asks more than one question about each example."""
        steps = (self.through or "").split(":")
        return any(s == NEIGHBORS or s.startswith(_REPEATED) for s in steps)

    @property
    def reads_labels_alone(self) -> bool:
        """Whether nothing but predicted labels is read of the answers."""
        return self.base in _OF_LABELS and self.through in (None, NEIGHBORS)

    def after(self, step: str) -> AttackName:
        """Returns the name of this attack on answers that `step` is applied to first.

        Args:
            step: Name of what is done with the answers, such as `"inverse"` or `"M-5"`.
        """
        through = ":".join(part for part in (step, self.through) if part)
        return AttackName(
            self.base, through=through, by_class=self.by_class, label=self.label
        )

    def of_label(self, label: int | None) -> AttackName:
        """Returns the name of this attack on one label alone, or on all of them.

        Args:
            label: Its number, or `None`.
        """
        return AttackName(
            self.base, through=self.through, by_class=self.by_class, label=label
        )

    @classmethod
    def parse(cls, text: str) -> AttackName:
        """Returns the name that a table or file shows as `text`."""
        text, _, label = text.partition(_OF_LABEL)
        *before, base = text.split(":")
        by_class = _BY_CLASS in before
        through = ":".join(part for part in before if part != _BY_CLASS)
        return cls(
            base,
            through=through or None,
            by_class=by_class,
            label=int(label) if label else None,
        )
