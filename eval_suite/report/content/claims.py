"""What a layer promises, as badges and as words."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Badge:
    """A claim in a few letters, with what it means.

    Attributes:
        key: Name of the claim in a defense row.
        text: The badge.
        help: The claim in a sentence.
        warn: Whether the property is a weakness.
    """

    key: str
    text: str
    help: str
    warn: bool = False


_CLAIMS = (
    Badge(
        "raises_entropy",
        "raises entropy",
        "No output is more certain than the undefended model's.",
    ),
    Badge("keeps_argmax", "keeps argmax", "The predicted class stays the same."),
    Badge("keeps_ranking", "keeps ranking", "The order of all classes stays the same."),
    Badge("deterministic", "deterministic", "The same input gives the same output."),
    Badge(
        "permutation_equivariant",
        "any class order",
        "Renumbering the classes renumbers the output and changes nothing else.",
    ),
    Badge(
        "injective",
        "reversible",
        "An attacker who knows the layer can undo it: no privacy by itself.",
        warn=True,
    ),
)
_FORMATS = {"tf_saved_model": "SavedModel", "onnx": "ONNX", "litert": "LiteRT"}
_TRAINED = Badge(
    "trained", "retrained", "Needs training: each model was trained with this defense."
)
_EXPORT = Badge("export", "ONNX, SavedModel", "Exports to these formats.")

LEGEND = (*_CLAIMS, _TRAINED, _EXPORT)


def badges(row: dict) -> list[Badge]:
    """Returns the badges of what a defense claims; the undefended model has none."""
    if row["family"] == "none":
        return []
    claims = row["claims"]
    found = [badge for badge in _CLAIMS if claims[badge.key]]
    if row["trained"]:
        found.append(_TRAINED)
    if claims["export"]:
        formats = ", ".join(_FORMATS.get(name, name) for name in claims["export"])
        found.append(Badge("export", formats, _EXPORT.help))
    return found


def claims_in_words(row: dict) -> str:
    """Returns every claim with yes, no or "not stated"."""
    words = {True: "yes", False: "no", None: "not stated"}
    return ", ".join(f"{b.text}: {words[row['claims'][b.key]]}" for b in _CLAIMS)
