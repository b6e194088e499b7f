"""The verdict of a run: pass, fail or void, and why."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.results.contents import Verdict
from eval_suite.results.rows import CheckRow
from eval_suite.results.rows import ControlRow


def verdict(
    checks: Sequence[CheckRow],
    controls: Sequence[ControlRow],
    marks: Sequence[str] = (),
    remarks: Sequence[str] = (),
    gate_lines: Sequence[str] = (),
    *,
    gate_failed: bool = False,
) -> Verdict:
    """Returns the status and the lines that say why.

    Args:
        checks: Outcomes of the checks.
        controls: The attacks on data whose answer is known. A failed one voids the
            run, and so does their absence.
        marks: Sentences that say why no attack's AUC can be trusted to be the whole
            leakage, such as that members differ from non-members without any model. A
            run is not failed for them, but they are said first.
        remarks: Further sentences about the models.
        gate_lines: What the gate says, if there is one.
        gate_failed: Boolean, whether the gate turns the build red.
    """
    failed_controls = [row for row in controls if not row["passed"]]
    failed = [check for check in checks if check["outcome"] == "failed"]
    found: Verdict
    if failed_controls or not controls:
        lines = [
            f"{row['name']}, {row['attack']}: {row['detail']}"
            for row in failed_controls
        ] or ["No control was run, so no figure can be trusted."]
        found = {"status": "void", "lines": lines}
    elif failed:
        lines = [f"{check['test']}: {check['message']}" for check in failed]
        found = {"status": "fail", "lines": lines}
    else:
        passed = sum(check["outcome"] == "passed" for check in checks)
        line = f"All {passed} checks passed, all {len(controls)} controls too."
        found = {"status": "fail" if gate_failed else "pass", "lines": [line]}
    first = [f"{mark}." for mark in marks]
    last = [f"{remark}." for remark in remarks]
    last += [f"Gate: {line}" for line in gate_lines]
    return {"status": found["status"], "lines": [*first, *found["lines"], *last]}
