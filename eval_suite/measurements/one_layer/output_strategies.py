"""Hypothesis strategies for what a classifier may answer."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from keras_entropy.arrays import Array

ROWS = 16

# Saturated, subnormal and tied entries are where implementations break.
_WEIGHTS = st.one_of(
    st.floats(0, 1, width=32),
    st.sampled_from([0.0, 1.0, 0.5, 1e-30, 1e-38, 1e-42]),
)


@st.composite
def probability_rows(draw: st.DrawFn, classes: int) -> Array:
    """Draws float32 `(16, classes)`: a one-hot, a uniform row and arbitrary others."""
    weights = draw(hnp.arrays("float64", (ROWS, classes), elements=_WEIGHTS))
    # Powers make rows that are more peaked than uniform draws ever are.
    weights = weights ** draw(st.sampled_from([1.0, 4.0, 16.0]))
    weights[0] = np.eye(classes)[draw(st.integers(0, classes - 1))]
    weights[1] = 1.0
    weights[weights.sum(axis=1) == 0] = 1.0
    return (weights / weights.sum(axis=1, keepdims=True)).astype("float32")


def logit_rows(classes: int) -> st.SearchStrategy[Array]:
    """Draws float32 `(16, classes)` of logits between -60 and 60."""
    return hnp.arrays("float32", (ROWS, classes), elements=st.floats(-60, 60, width=32))
