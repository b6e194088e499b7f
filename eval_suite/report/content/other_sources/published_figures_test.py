import pytest

from eval_suite.report.content.other_sources.published_figures import beside_study
from eval_suite.report.content.other_sources.published_figures import is_study
from eval_suite.report.made_up_runs.results import build_results


@pytest.mark.parametrize(
    ("name", "published", "models", "expected"),
    [
        ("study", True, 1, True),
        ("study, heads as its code trains them", True, 1, True),
        ("any other name", True, 1, True),
        ("study of my model", False, 1, False),
        ("quick", True, 16, False),  # the study's network in another game
        ("not measured", False, None, False),
    ],
)
def test_the_study_is_known_by_its_figures_not_by_a_name(
    name, published, models, expected
):
    results = build_results()
    results["profile"] |= {"name": name, "models": models}
    base, spline = results["defenses"][:2]
    base["published"] = spline["published"] if published else None
    assert is_study(results) is expected


def test_each_published_figure_stands_beside_the_measured_one():
    results = build_results()
    base, spline = results["defenses"][:2]
    base["published"] = {**spline["published"], "latency_us": 81.95}
    spline["differs"] = "another dataset"
    undefended, found = beside_study(results)
    assert (undefended.row, found.row) == (base, spline)
    assert found.pairs == [
        ("95.8 %", "77.6 %"),
        ("× 1.02", "× 8.00"),
        ("61.1 %", "71 %"),
        ("14.4 %", "42 %"),
    ]
    assert (undefended.why, found.why) == ("", "another dataset")
