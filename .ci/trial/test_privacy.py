"""The project's own test, with the fixture that the wheel brings."""

from pathlib import Path

import keras
import numpy as np
import pytest


@pytest.mark.parametrize("name", ["first", "leaky"])
def test_no_more_leaks_than_accepted(membership_audit, name):
    """Holds a limit, and a baseline."""
    folder = Path(name)
    model = keras.models.load_model(folder / "model.keras")
    members = np.load(folder / "members.npz")
    nonmembers = np.load(folder / "nonmembers.npz")
    audit = membership_audit(
        model,
        members=(members["x"], members["y"]),
        nonmembers=(nonmembers["x"], nonmembers["y"]),
    )
    assert audit.auc <= 0.65
    audit.assert_no_regression("privacy.json")
