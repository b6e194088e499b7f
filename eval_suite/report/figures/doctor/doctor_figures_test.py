import numpy as np
import pytest
from markupsafe import escape

from eval_suite.doctor import claims
from eval_suite.doctor.comparing import Effect
from eval_suite.report.content.doctor.claims_in_words import claim_sentences
from eval_suite.report.content.doctor.claims_in_words import claims_in_words
from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures import draw_all
from eval_suite.report.figures.drawing import style
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.closing_words import closing_words
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.page import render_page
from eval_suite.results.schema import check_results

UNDECIDED = Effect(0, -1, 1)
EFFECTS = {
    claims.OVERFITTING.name: Effect(0.2, 0.1, 0.3),
    claims.DISTANCE.name: Effect(-0.2, -0.3, -0.1),
}


@pytest.fixture(scope="module")
def results():
    """A run with the study's question, in which two claims are decided."""
    rng = np.random.default_rng(0)
    found = build_results()
    compared = [
        claim.compared(
            f"<b>effect</b> {number}", EFFECTS.get(claim.name, Effect(0, -1, 1))
        )
        for claim in claims.CLAIMS
        for number in range(claim.comparisons)
    ]
    cells = [
        {
            "width": 16,
            "epochs": epochs,
            "regularization": "none",
            "size": 200,
            "accuracy": 0.9,
            "member_accuracy": 0.9 + gap,
            "nll": 0.3,
            "entropy": 0.2,
            "overfitting": gap,
            "js_entropy": rng.normal() / 100,
            "js_cross_entropy": gap / 10,
            "loss_auc": [0.5 + gap, 0.5 + gap],
            "asked_once": [0.5 + gap, 0.5 + gap],
            "asked_often": [0.5 + gap, 0.5 + gap],
        }
        for epochs in (5, 10, 20, 50)
        for gap in rng.random(15) / 5
    ]
    entropy = [
        {
            "name": f"layer {number}",
            "kind": "none" if number == 0 else ("softening", "trained")[number % 2],
            "injective": number % 3 == 1,
            "entropy": 0.1 * number,
            "js_entropy": 0.02,
            "js_cross_entropy": 0.01 * number,
            "asked_once": 0.6 - 0.01 * number,
            "asked_often": 0.6 + 0.01 * number,
        }
        for number in range(9)
    ]
    found["doctor"] = {
        "claims": [claim.decided(compared) for claim in claims.CLAIMS],
        "comparisons": compared,
        "cells": cells,
        "entropy": entropy,
    }
    check_results(found)
    return found


def test_its_figures_come_first(results):
    with style.style():
        drawings = draw_all(Rows(results))
    assert [d.name for d in drawings[:3]] == ["claims", "recipes", "entropy_gained"]
    assert all(drawing.figure is not None for drawing in drawings)
    decided, recipes, entropy = drawings[:3]
    assert decided.finding == (
        f"Of {len(claims.CLAIMS)} claims: 1 supported, 1 refuted, "
        f"{len(claims.CLAIMS) - 2} not decided."
    )
    assert len(decided.hovers) == len(results["doctor"]["comparisons"])
    # What equals the AUC but for a constant ranks recipes as it does.
    assert "overfitting level 1.00" in recipes.finding
    assert "over 60 recipes" in recipes.finding
    assert entropy.finding == (
        "Asked once, 8 of 8 defenses that raise entropy have a lower AUC than none. "
        "Asked often, 0 of 8 defenses that raise entropy have a lower AUC than none."
    )


def test_usual_runs_do_not_miss_them():
    results = build_results()
    with style.style():
        names = [drawing.name for drawing in draw_all(Rows(results))]
    assert not {"claims", "recipes", "entropy_gained"} & set(names)
    assert claims_in_words(results) == []
    assert "Does raising entropy protect?" not in render_page(Rows(results), [])


def test_rules_stand_above_what_came_out(results):
    page = render_page(Rows(results), [])
    for claim in claims_in_words(results):
        assert page.index(escape(claim.rule)) < page.index(escape(claim.sentence))
    assert "<b>effect</b>" not in page
    assert "Does raising entropy protect?" in page


def test_claims_are_the_last_words(results):
    sentences = claim_sentences(results)
    assert sentences[1] == (
        "D2 supported: The overfitting level tells less than an attack on other models."
    )
    assert closing_words(results)[2:] == sentences
    assert "D2 supported" in render_markdown(Rows(results))
