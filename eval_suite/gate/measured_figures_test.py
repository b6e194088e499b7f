from eval_suite.gate.measured_figures import _MEASURED
from eval_suite.options.gate_expression import METRICS


def test_every_metric_of_a_gate_has_its_figures():
    assert list(_MEASURED) == list(METRICS)
