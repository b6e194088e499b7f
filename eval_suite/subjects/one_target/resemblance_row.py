"""What the report says of shadow models and the target that they stand for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from eval_suite.results.rows import ResemblanceRow

if TYPE_CHECKING:
    # Where outputs are given, no Keras is loaded.
    from keras_entropy.shadow.resemblance import Resemblance


def told_resemblance(found: Resemblance) -> str:
    """Returns the sentence for people, without its full stop."""
    if found.resembles:
        return f"Shadow models resemble the target: {found}"
    return (
        f"SHADOWS DO NOT RESEMBLE THE TARGET, so no attack by them counts: {found}. "
        "Give --shadow-epochs, --shadow-batch-size and --shadow-learning-rate as the "
        "model was trained, or a --trainer that trains as you do"
    )


def resemblance_row(found: Resemblance) -> ResemblanceRow:
    """Returns the row of results.json."""
    return {
        "target": _known(found.target),
        "shadows": _known(found.anew),
        "target_by_class": _known(found.balanced_target),
        "shadows_by_class": _known(found.balanced_anew),
        "resembles": found.resembles,
        "detail": told_resemblance(found),
    }


def _known(accuracies: tuple[float, float]) -> list[float | None]:
    return [None if math.isnan(accuracy) else accuracy for accuracy in accuracies]
