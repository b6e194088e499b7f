import pytest

from eval_suite.doctor import claims
from eval_suite.doctor.comparing import Effect

ABOVE, BELOW, BETWEEN = (
    Effect(0.2, 0.1, 0.3),
    Effect(-0.2, -0.3, -0.1),
    Effect(0, -1, 1),
)


def test_intervals_of_a_claim_share_its_error():
    for claim in claims.CLAIMS:
        assert 1 - claim.confidence == pytest.approx(0.05 / claim.comparisons)


@pytest.mark.parametrize(
    ("effects", "decision"),
    [
        ([ABOVE, ABOVE], "supported"),
        ([BELOW, BELOW], "refuted"),
        ([ABOVE, BELOW], "not decided"),
        ([ABOVE, BETWEEN], "not decided"),
        ([BETWEEN, BETWEEN], "not decided"),
    ],
)
def test_a_claim_is_decided_by_all_its_comparisons(effects, decision):
    claim = claims.OVERFITTING
    others = [claims.DISTANCE.compared("another claim's", BELOW)]
    found = claim.decided([*(claim.compared("x", e) for e in effects), *others])
    assert found["decision"] == decision
    assert found["sentence"] == claim.words[decision]


def test_a_missing_comparison_is_no_decision():
    with pytest.raises(ValueError, match=r"decided by 2 comparisons\. Received: 1"):
        claims.OVERFITTING.decided([claims.OVERFITTING.compared("x", ABOVE)])


def test_rules_tell_their_limits():
    assert "above -0.01, refuted if every one lies below -0.01" in claims.SHADOWS.rule
    assert "99.58 %" in claims.SHADOWS.rule
