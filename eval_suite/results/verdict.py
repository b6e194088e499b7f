"""What a run comes to: pass, fail or void, and why."""

from __future__ import annotations

from typing import Any


def verdict(
    checks: list[dict[str, str]],
    controls: list[dict[str, Any]],
    exchangeability: dict[str, Any] | None,
) -> dict[str, Any]:
    """Returns the status and the lines that say why."""
    failed_controls = [row for row in controls if not row["passed"]]
    failed = [check for check in checks if check["outcome"] == "failed"]
    if failed_controls or not controls:
        status = "void"
        lines = [
            f"{row['name']}, {row['attack']}: {row['detail']}"
            for row in failed_controls
        ] or ["No control was run, so no figure can be trusted."]
    elif failed:
        status = "fail"
        lines = [f"{check['test']}: {check['message']}" for check in failed]
    else:
        passed = sum(check["outcome"] == "passed" for check in checks)
        status = "pass"
        lines = [f"All {passed} checks passed, all {len(controls)} controls too."]
    if exchangeability is not None and exchangeability["confounded"]:
        lines.insert(0, f"{exchangeability['detail']}.")
    return {"status": status, "lines": lines}
