from eval_suite.report.content.run.exposure_order import exposure_order
from eval_suite.report.made_up_runs.results import build_results


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


def test_rows_of_neighboring_places_are_told_apart_by_their_intervals():
    (told,) = exposure_order(results_with(base=0.9, relax_loss=0.7, hamp=0.65))
    assert "base 90.0 %; relax-loss 70.0 %; hamp 65.0 %" in told
    assert "Here the order is not contradicted, and shown in part" in told
    assert "As published: base > relax-loss" in told
    assert "not told apart: relax-loss > hamp" in told
    (told,) = exposure_order(results_with(base=0.5, hamp=0.8))
    assert told.endswith("Here the order differs. The reverse: base > hamp.")


def test_an_order_that_is_shown_throughout_is_the_same():
    rates = {"base": 0.9, "relax_loss": 0.7, "selena": 0.3, "hamp": 0.5, "dp_sgd": 0.02}
    (told,) = exposure_order(results_with(**rates))
    assert "selena 30.0 %, hamp 50.0 %; dp-sgd 2.0 %. " in told
    assert told.endswith("Here the order is the same.")


def test_rows_of_one_place_are_not_compared():
    rates = {"base": 0.9, "selena": 0.3, "hamp": 0.5, "dp_sgd": 0.45}
    (told,) = exposure_order(results_with(**rates))
    assert "Here the order differs" in told
    assert "As published: base > selena, base > hamp" in told
    assert "the reverse: selena > dp-sgd" in told
    assert "not told apart: hamp > dp-sgd" in told
    assert "selena > hamp" not in told


def test_without_two_of_the_defenses_nothing_is_said():
    assert exposure_order(results_with(base=0.9, top_1=0.5)) == []
    assert exposure_order(results_with(selena=0.9, hamp=0.5)) == []
    results = results_with(base=0.9, hamp=0.5)
    results["defenses"][1]["canaries"] = None
    assert exposure_order(results) == []
