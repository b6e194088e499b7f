"""Brings a results.json of an earlier version to the present one."""

from typing import Any

VERSION = 2


def upgrade(results: Any) -> Any:
    """Returns results as version 2 has them; what is no version 1 is left alone.

    Version 1 gave the smallest detectable AUC as a rise above 0.5, and had neither the
    table of strengths nor the comparison with TensorFlow Privacy.

    Args:
        results: What a results.json holds, not yet checked.
    """
    if not isinstance(results, dict) or results.get("schema_version") != 1:
        return results
    results = {**results, "schema_version": VERSION}
    for table in ("frontier", "tf_privacy", "tf_privacy_null"):
        results.setdefault(table, [])
    model = results.get("threat_model")
    rise = model.get("minimum_detectable_auc") if isinstance(model, dict) else None
    if isinstance(rise, int | float):
        results["threat_model"] = {
            **model,
            "minimum_detectable_auc": min(1.0, 0.5 + rise),
        }
    return results
