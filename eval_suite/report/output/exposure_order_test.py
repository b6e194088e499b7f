from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.exposure_order import exposure_order


def results_with(**rates):
    """Results in which each defense's members among canaries are found so often."""
    results = build_results()
    first, *others = results["defenses"]
    rows = dict(zip(rates, (first, *others), strict=False))
    results["defenses"] = list(rows.values())
    for (name, row), rate in zip(rows.items(), rates.values(), strict=True):
        row["name"] = name.replace("_", "-")
        row["worst_off"] = None
        row["canaries"]["tpr"] = rate
        row["canaries"]["tpr_low"] = rate - 0.05
        row["canaries"]["tpr_high"] = rate + 0.05
    return results


def test_neighbors_in_the_published_order_are_told_apart_by_their_intervals():
    (told,) = exposure_order(results_with(base=0.9, relax_loss=0.7, hamp=0.65))
    assert "base 90.0 %, relax-loss 70.0 %, hamp 65.0 %" in told
    assert "base and relax-loss: as published" in told
    assert "relax-loss and hamp: not told apart" in told
    (told,) = exposure_order(results_with(base=0.5, hamp=0.8))
    assert "base and hamp: the reverse" in told


def test_without_two_of_the_defenses_nothing_is_said():
    assert exposure_order(results_with(base=0.9, top_1=0.5)) == []
    results = results_with(base=0.9, hamp=0.5)
    results["defenses"][1]["canaries"] = None
    assert exposure_order(results) == []
