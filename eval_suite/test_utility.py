"""What each defense costs in accuracy, calibration and certainty."""

import numpy as np
import pytest

from eval_suite.subjects.membership_game import BASE
from keras_entropy import catalog
from keras_entropy.prediction_quality import tied_share


def test_utility(target, subject, record):
    found = subject.utility(target)
    record("utility", defense=target, **found)
    chance = subject.majority_share()
    assert found["accuracy_high"] > chance, (
        f"{target}: accuracy {found['accuracy']:.3f} "
        f"[{found['accuracy_low']:.3f}, {found['accuracy_high']:.3f}] on non-members; "
        f"expected above {chance:.3f}, which always answering one class reaches"
    )


@pytest.mark.claims("trained", value=False)
def test_claimed_utility(defense, subject):
    entry = catalog.get(defense)
    base, found = subject.utility(BASE), subject.utility(defense)
    if entry.claims.keeps_argmax:
        # float32 may round two close probabilities to a tie, which counts in part.
        ties = tied_share(subject.sides(defense)[1])
        change = found["accuracy"] - base["accuracy"]
        assert abs(change) <= ties + 1e-9, (
            f"{defense} claims to keep the argmax: accuracy changed by {change:+.4f}; "
            f"expected at most the share of tied rows, {ties:.4f}"
        )
    if entry.claims.raises_entropy:
        change = found["entropy_mean"] - base["entropy_mean"]
        assert change >= -1e-6, (
            f"{defense} claims to raise entropy: mean entropy changed by {change:+.4g} "
            "nats; expected no fall"
        )
    assert np.isfinite(found["nll"])
