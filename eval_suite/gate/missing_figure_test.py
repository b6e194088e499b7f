import pytest

from eval_suite.gate.missing_figure import why_missing
from eval_suite.gate.missing_figure import why_no_rate
from eval_suite.results.recorded import Recorded


def attack(nonmembers, **fields):
    return {
        **{"defense": "M-1", "attack": "knn", "group": "trained", "slice": "entire"},
        **{"n_nonmembers": nonmembers, **fields},
    }


def run(pairs, *rows):
    return Recorded(run=[{"profile": {"pairs": pairs}}], attack=[*rows])


@pytest.mark.parametrize(("pairs", "needed"), [(0, 10_000), (1, 5000), (8, 999)])
def test_a_rate_of_a_thousandth_needs_ten_false_positives_of_all_models(pairs, needed):
    # Two models a pair; and one less than a thousand non-members of each.
    few = run(pairs, attack(needed - 1), attack(100), attack(None))
    assert why_missing(few, "M-1", "tpr@0.001") == (
        f"not measured: {needed - 1:,} non-members are too few; {needed:,} would do"
    )
    enough = run(pairs, attack(needed))
    assert why_missing(enough, "M-1", "tpr@0.001") == "not measured"


NOT_CARRIED = "not measured: the attack's scores don't carry this false positive rate"


@pytest.mark.parametrize(("pairs", "needed"), [(0, 2000), (1, 1000), (8, 995)])
def test_an_attack_that_learns_needs_them_in_every_fold(pairs, needed):
    # Ten false positives of all models, or 199 non-members in each of five folds.
    few = run(pairs, attack(needed - 1))
    assert why_no_rate(few, "M-1", "knn", 0.005) == (
        f"not measured: {needed - 1:,} non-members in 5 folds are too few; "
        f"{needed:,} would do"
    )
    enough = run(pairs, attack(needed))
    assert why_no_rate(enough, "M-1", "knn", 0.005) == NOT_CARRIED


@pytest.mark.parametrize(
    "other",
    [
        {"attack": "mlp"},
        {"slice": "correct"},
        {"group": "shadow"},
        {"n_nonmembers": None},
        {"defense": "M-10"},
    ],
)
def test_few_non_members_of_something_else_explain_no_rate(other):
    found = run(0, {**attack(10), **other})
    assert why_no_rate(found, "M-1", "knn", 0.005) == NOT_CARRIED
