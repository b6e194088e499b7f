from eval_suite.gate.outcome import GateRules
from eval_suite.gate.outcome import judge
from eval_suite.results.recorded import Recorded

RULES = GateRules((), ("base",), baseline=None, margin=0.01, strict=False)


def test_void_and_confounded_run_is_called_confounded_once():
    found = {"confounded": True, "detail": "CONFOUNDED: members differ"}
    outcome = judge(Recorded(exchangeability=[found]), RULES)
    assert outcome.failed
    assert outcome.problems == [
        "void: No control was run, so no figure can be trusted."
    ]
    assert outcome.remarks == ["CONFOUNDED: members differ"]
