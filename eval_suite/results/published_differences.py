"""Why a figure differs from the one that the reference study published."""

from __future__ import annotations

from keras_entropy import catalog
from keras_entropy.layers.reference_study.taylor_softmax import TaylorSoftmax
from keras_entropy.training.frozen_backbone import FrozenBackbone
from keras_entropy.training.surrogate import Surrogate

_ATTACKS = (
    "AUC and advantage: the study's are an artifact of its attack tool, which reports "
    "0.7 or 0.3 and 0.4 without any signal"
)
_SPLINE = (
    "accuracy: the spline is read off between its knots, on images of another dataset"
)


def why(entry: catalog.Entry | None) -> str:
    """Returns the reasons, for people.

    Args:
        entry: A defense of the study, or `None` for the undefended model.
    """
    return "; ".join([*_accuracy(entry), _ATTACKS])


def _accuracy(entry: catalog.Entry | None) -> list[str]:
    if entry is None:
        return [
            "accuracy: another dataset, and the study trains through a second softmax"
        ]
    if entry.as_published is not None:
        return [f"accuracy: {', '.join(_quirks(entry))}"]
    if isinstance(entry.recipe, FrozenBackbone) and entry.recipe.loss == "mse":
        return [
            "accuracy: another dataset, on whose logits the mean squared error is far "
            "from its least after the study's 20 epochs"
        ]
    if entry.is_trained:
        return ["accuracy: another dataset"]
    if entry.layer is TaylorSoftmax:
        return ["accuracy: float32 ties close answers, and ties count in part"]
    return [_SPLINE]


def _quirks(entry: catalog.Entry) -> list[str]:
    quirks = ["the study's code leaves out the ReLUs"]
    if "quadratic" in entry.alias:
        quirks.append("chains the two matrices of the head instead of adding them")
    if isinstance(entry.as_published, Surrogate):
        quirks.append("fits the head to probabilities and feeds it logits")
    return quirks
