"""The catalog's part of results.json: its import loads Keras."""

from __future__ import annotations

from eval_suite.results.contents import DefenseIdentity
from eval_suite.results.contents import Published
from eval_suite.results.published_differences import why
from keras_entropy import catalog


def defense_identity(name: str) -> DefenseIdentity:
    """Returns the description of a defense.

    Args:
        name: Name in the catalog.
    """
    entry = catalog.get(name)
    claims, published = entry.claims, entry.published
    return {
        "name": name,
        "title": entry.title,
        "family": entry.family,
        "layer": entry.layer.__name__,
        "config": dict(entry.config),
        "claims": {
            "raises_entropy": claims.raises_entropy,
            "keeps_argmax": claims.keeps_argmax,
            "keeps_ranking": claims.keeps_ranking,
            "deterministic": claims.deterministic,
            "injective": claims.injective,
            "permutation_equivariant": claims.permutation_equivariant,
            "export": list(claims.export),
        },
        "reference": entry.reference,
        "uses_reference": entry.needs_reference,
        "trained": entry.is_trained,
        "published": None if published is None else _figures(published),
        "differs": None if published is None else why(entry),
    }


def published_base() -> tuple[Published, str]:
    """Returns the study's undefended model: its figures, and why ours differ."""
    return _figures(catalog.PUBLISHED_BASE), why(None)


def _figures(published: catalog.Published) -> Published:
    return {
        "accuracy_pct": published.accuracy_pct,
        "latency_us": published.latency_us,
        "auc_pct": published.auc_pct,
        "advantage_pct": published.advantage_pct,
    }
