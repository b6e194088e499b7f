"""Threshold attacks: one signal, and every threshold on it.

References: Yeom et al., CSF 2018, arXiv:1709.01604 (loss); Song and Mittal, USENIX
Security 2021, arXiv:2003.10595 (entropy and modified entropy).
"""

# Each gives scores `(R, N)` of `Signals`, larger for a likelier member: models are
# surer of what they were trained on.
SCORES = {
    "loss": lambda signals: -signals.loss,
    "confidence": lambda signals: signals.confidence,
    "entropy": lambda signals: -signals.entropy,
    "modified_entropy": lambda signals: -signals.modified_entropy,
}
