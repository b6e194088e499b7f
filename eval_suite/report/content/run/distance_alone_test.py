import copy

import pytest
from scipy import stats

from eval_suite.report.content.run.distance_alone import distance_alone
from eval_suite.report.made_up_runs.results import build_results


def of_distances(cross_entropy, entropy):
    results = copy.deepcopy(build_results())
    base = results["defenses"][0]
    base["js_cross_entropy"], base["js_entropy"] = (
        None if value is None else {"value": value, "p": 0.01}
        for value in (cross_entropy, entropy)
    )
    return results


def test_says_what_each_distance_means_and_what_was_reached():
    results = of_distances(0.3, 0.0)
    base = results["defenses"][0]
    told = distance_alone(results)
    # Of 0.09 bits, the total variation is from 0.09 to 0.35.
    assert "members and non-members 0.30: AUCs from 0.55 to 0.79 are possible" in told
    assert "of 0.50 by entropy" in told
    assert f"The strongest attack: {base['asked_once']['auc']:.2f} asked once" in told
    # Two normal laws 0.73 standard deviations apart have this distance.
    assert f"about {stats.norm.cdf(0.728 / 2**0.5):.2f} by cross-entropy" in told


@pytest.mark.parametrize("missing", [None, "no value"])
def test_says_nothing_where_nothing_was_measured(missing):
    results = of_distances(None, None)
    if missing is not None:
        results["defenses"][0]["js_entropy"] = {"value": None, "p": None}
    assert distance_alone(results) is None
