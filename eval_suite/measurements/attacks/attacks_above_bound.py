"""Attacks that find more than a private training lets anyone find."""

from __future__ import annotations

from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.results.guarantee_row import Guarantee
from keras_entropy.attacks import Headline


def guarantee_of(name: str, members: int) -> Guarantee:
    """Returns what a private training guarantees to each of its examples.

    Args:
        name: Name of a defense that is trained privately.
        members: Integer, number of examples that each model is trained on.

    Raises:
        ValueError: If the defense guarantees nothing.
    """
    # Here, as where outputs are given no Keras is loaded.
    from keras_entropy import catalog
    from keras_entropy.training.private_steps import PrivateSteps

    recipe = catalog.get(name).recipe
    if not isinstance(recipe, PrivateSteps):
        raise ValueError(f"{name} guarantees nothing: it is not trained privately.")
    found = recipe.guarantee(members)
    return {
        "auc_bound": found.auc_bound,
        "epsilon": found.epsilon,
        "delta": found.delta,
        "conditions": list(found.conditions),
    }


def above_bound(comparison: AttackComparison, name: str, bound: float) -> list[str]:
    """Finds the strongest attacks that are shown to be above a bound.

    Of each kind, on all records, the worst off and the canaries: the bound is one for
    every example, so that it holds for any of them together.

    Args:
        comparison: The attacks.
        name: Name of a defense.
        bound: Float, the largest AUC that any attack can have.

    Returns:
        A sentence for each attack whose interval lies above the bound.
    """
    kinds: dict[str, Headline | None] = {
        "on all records": comparison.attacked(name).strongest,
        "with a known start": comparison.known_start(name),
    }
    kinds |= {kind: row for kind, row in comparison.strongest_by_kind(name).items()}
    found = [
        f"{headline.attack} ({kind.replace('_', ' ')}) has AUC {headline.auc:.4f}, at "
        f"least {headline.auc_low:.4f}"
        for kind, headline in kinds.items()
        if headline is not None and headline.auc_low > bound
    ]
    records = {
        "the worst off": comparison.worst_off(name),
        "canaries": comparison.on_canaries.row(name),
    }
    found += [
        f"{row['attack']} on {kind} has AUC {row['auc']:.4f}, at least "
        f"{row['auc_low']:.4f}"
        for kind, row in records.items()
        if row is not None and row["auc_low"] > bound
    ]
    return found
