from eval_suite.gate.measured_figures import _MEASURED
from eval_suite.options.gate_expression import METRICS


def test_every_metric_has_its_figures():
    # Rates are told apart by their number.
    assert list(_MEASURED) == [metric for metric in METRICS if metric != "tpr@FPR"]
