import types

from eval_suite.test_utility import test_utility as check_utility

UTILITY = {
    "accuracy": 0.88,
    "accuracy_low": 0.85,
    "accuracy_high": 0.9,
    "nll": 0.3,
    "ece": 0.05,
}


def test_model_of_rare_events_is_no_failure_where_always_no_is_right_more_often():
    subject = types.SimpleNamespace(
        utility=lambda name: UTILITY, majority_share=lambda: 0.97
    )
    rows = []
    check_utility("base", subject, lambda table, **row: rows.append((table, row)))
    assert rows == [("utility", {"defense": "base", **UTILITY})]
