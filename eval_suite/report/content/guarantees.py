"""What is proved of a defense, in words."""

import math

from eval_suite.results.contents import Defense


def guarantee_words(row: Defense) -> str:
    """Returns the bound on any attack's AUC, rounded up, or "none"."""
    found = row.get("guarantee")
    return "none" if found is None else f"≤ {_up(found['auc_bound'])}"


def guarantee_sentence(row: Defense) -> str:
    """Returns what is proved and under which conditions, or an empty text."""
    found = row.get("guarantee")
    if found is None:
        return ""
    conditions = "; ".join(found["conditions"])
    return (
        f"no attack on one example has an AUC above {_up(found['auc_bound'])}, epsilon "
        f"{_up(found['epsilon'])} at delta {found['delta']:.3g}, where one example is "
        f"swapped for another{f', if {conditions}' if conditions else ''}"
    )


def _up(bound: float) -> str:
    return f"{math.ceil(bound * 1000 - 1e-9) / 1000:.3f}"
