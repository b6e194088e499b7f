from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors
from eval_suite.results.schema import check_results


def test_built_results_are_valid():
    check_results(build_results())
    check_results(build_results(defenses=30, classes=1000))
    check_results(without_neighbors(build_results(defenses=8)))
