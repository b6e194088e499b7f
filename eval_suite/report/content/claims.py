"""The claims of a layer, as badges and as words."""

from dataclasses import dataclass
from typing import Literal

from eval_suite.results.contents import Defense

_Claim = Literal[
    "raises_entropy",
    "keeps_argmax",
    "keeps_ranking",
    "deterministic",
    "permutation_equivariant",
    "injective",
]


@dataclass(frozen=True)
class Badge:
    """A claim in a few letters, with its meaning.

    Attributes:
        text: The badge.
        help: The claim in a sentence.
        warn: Whether the property is a weakness.
    """

    text: str
    help: str
    warn: bool = False


_CLAIMS: dict[_Claim, Badge] = {
    "raises_entropy": Badge(
        "raises entropy", "No output is more certain than the undefended model's."
    ),
    "keeps_argmax": Badge("keeps argmax", "The predicted class stays the same."),
    "keeps_ranking": Badge("keeps ranking", "The order of all classes stays the same."),
    "deterministic": Badge("deterministic", "The same input gives the same output."),
    "permutation_equivariant": Badge(
        "any class order",
        "Renumbering the classes renumbers the output and changes nothing else.",
    ),
    "injective": Badge(
        "reversible",
        "An attacker who knows the layer can undo it: no privacy by itself.",
        warn=True,
    ),
}
_FORMATS = {"tf_saved_model": "SavedModel", "onnx": "ONNX", "litert": "LiteRT"}
_TRAINED = Badge(
    "retrained", "Needs training: each model was trained with this defense."
)
_EXPORT = Badge("ONNX, SavedModel", "Exports to these formats.")

_BEHIND = (
    "A model without a defense, trained on other examples, is more accurate and leaks "
    "less, both by more than chance (paired, after Holm's correction over all)."
)

LEGEND = (*_CLAIMS.values(), _TRAINED, _EXPORT)


def badges(row: Defense) -> list[Badge]:
    """Returns the badges of what a defense claims; the undefended model has none.

    Where answers are left alone and the training is the defense, a layer's claims say
    nothing of it: that "nothing" can be undone is no weakness.
    """
    if row["family"] == "none":
        return []
    claims = row["claims"]
    alone = row["layer"] == "Identity"
    found = [] if alone else [b for claim, b in _CLAIMS.items() if claims[claim]]
    if row["trained"]:
        found.append(_TRAINED)
    if claims["export"]:
        formats = ", ".join(_FORMATS.get(name, name) for name in claims["export"])
        found.append(Badge(formats, _EXPORT.help))
    return found


def beaten(rival: str | None) -> list[Badge]:
    """Returns the badge of a defense that an undefended model beats, if one does.

    Args:
        rival: Name of that model, "..." in a legend, or None.
    """
    return [] if rival is None else [Badge(f"behind {rival}", _BEHIND, warn=True)]


def claims_in_words(row: Defense) -> str:
    """Returns every claim with yes, no or "not stated"."""
    words = {True: "yes", False: "no", None: "not stated"}
    claims = row["claims"]
    return ", ".join(
        f"{badge.text}: {words[claims[claim]]}" for claim, badge in _CLAIMS.items()
    )
