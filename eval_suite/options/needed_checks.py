"""Which checks of the suite a run needs."""

from __future__ import annotations

from eval_suite.options.options import Options

_GATE = "test_gate.py"
_EXCHANGEABILITY = "test_exchangeability.py"
_OUTPUTS = "test_given_outputs.py"
_ANSWERS = "test_answers.py"
_ATTACKS = "test_membership_inference.py"
_CONTROLS = "test_controls.py"
_TF_PRIVACY = "test_tf_privacy.py"
_TF_PRIVACY_FULL = "test_tf_privacy_full.py"
_RECORD_RISK = "test_record_risk.py"
_SHADOW_COUNTS = "test_shadow_counts.py"
_AUDITED_TRAINING = "test_audited_training.py"
_GUARANTEES = "test_guarantees.py"
_HELD_OUT = "test_held_out.py"
_DOCTOR = "test_doctor.py"
_FOR_METRIC = {"accuracy": "test_utility.py", "latency_ratio": "test_latency.py"}


def is_needed(file: str, options: Options) -> bool:
    """Returns whether a run has use for a file of checks.

    Args:
        file: Name of the file.
        options: The options of the run.
    """
    if options.outputs_only:
        # The others need a model to call.
        if file == _GATE:
            return options.gating
        return file in (_OUTPUTS, _CONTROLS, _ATTACKS, _EXCHANGEABILITY)
    if file == _OUTPUTS:
        return False
    if options.profile == "doctor":
        # The study's question alone, beside what makes its attacks credible.
        return file in (_DOCTOR, _ANSWERS, _ATTACKS, _CONTROLS)
    if file == _DOCTOR:
        return False
    if file == _HELD_OUT:
        return options.held_out is not None
    if file == _TF_PRIVACY_FULL:
        return options.tf_privacy == "full"
    if file == _TF_PRIVACY and options.tf_privacy == "off":
        return False
    if file == _RECORD_RISK:
        alone = options.model is not None and not options.trains_shadows
        return options.report and not alone and options.profile != "study"
    if file in (_SHADOW_COUNTS, _AUDITED_TRAINING):
        return options.report and options.model is None and options.profile != "study"
    if file == _GATE:
        return options.gating
    if file == _EXCHANGEABILITY:
        # The game draws who is a member at random, and so does a plan.
        return options.model is not None and options.held_out is None
    if options.gating and not options.report:
        # A gate alone should be quick: nothing runs that it has no use for.
        gated = {_FOR_METRIC.get(gate.metric) for gate in options.gates}
        return file in {_ANSWERS, _ATTACKS, _CONTROLS, _GUARANTEES} | gated
    return True
