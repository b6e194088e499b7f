import copy

import pytest

from eval_suite.doctor import claims
from eval_suite.doctor.comparing import Effect
from eval_suite.guides.study_question import study_question
from eval_suite.report.made_up_runs.results import build_results

SURE, AGAINST, UNSURE = (
    Effect(0.5, 0.4, 0.6),
    Effect(-0.5, -0.6, -0.4),
    Effect(0, -1, 1),
)


def run_with(**effects):
    compared = [
        claim.compared(f"{number}", effects.get(claim.name, [SURE] * 99)[number])
        for claim in claims.CLAIMS
        for number in range(claim.comparisons)
    ]
    found = copy.deepcopy(build_results())
    found["doctor"] = {
        "claims": [claim.decided(compared) for claim in claims.CLAIMS],
        "comparisons": compared,
        "cells": [],
        "entropy": [],
    }
    return found


def test_a_line_a_claim_with_what_came_out_on_each_dataset():
    first = run_with(D2=[AGAINST, AGAINST])
    second = run_with(D2=[SURE, UNSURE], E1=[SURE, AGAINST, AGAINST, UNSURE])
    text = study_question({"digits": first, "wine": second})
    lines = text.splitlines()
    assert [line[:6] for line in lines] == [
        "* **D1",
        "* **D2",
        "* **D3",
        "* **D4",
        "* **E1",
    ]
    assert lines[0].endswith("nor its data: supported.")
    assert lines[1].endswith(
        "refuted on digits, not decided (1 of 2 comparisons for it, 0 against) on wine."
    )
    assert "supported; out of sample: supported; over defenses: supported." in lines[2]
    assert "not decided (1 of 4 comparisons for it, 2 against) on wine" in lines[4]


def test_a_run_without_claims_is_refused():
    with pytest.raises(ValueError, match="The run on digits tested no claims"):
        study_question({"digits": build_results()})
