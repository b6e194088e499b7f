"""The promises of every defense about its outputs, on arbitrary inputs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras import ops

from eval_suite.measurements.one_layer.built_layer import create
from eval_suite.measurements.one_layer.output_strategies import logit_rows
from eval_suite.measurements.one_layer.output_strategies import probability_rows
from keras_entropy.arrays import Array
from keras_entropy.arrays import Floats
from keras_entropy.prediction_quality import entropies

CLASSES = (4, 10)
TOLERANCE = 1e-6


class Case:
    """A built layer of the catalog, called on NumPy arrays.

    Eager on purpose: compiled calls are held to the eager one in `test_contract.py`.
    """

    def __init__(self, name: str, classes: int) -> None:
        self.name = name
        self.layer = create(name, classes)
        self.claims = self.layer.claims
        of = logit_rows if self.layer.expects == "logits" else probability_rows
        self.inputs = of(classes)

    def __call__(self, rows: Array) -> Array:
        return ops.convert_to_numpy(self.layer(rows))

    def before(self, rows: Array) -> Floats:
        """The distribution that the layer was given, in float64."""
        rows = rows.astype("float64")
        if self.layer.expects != "logits":
            return rows
        # Written out, so that nothing under test judges itself.
        weights = np.exp(rows - rows.max(axis=-1, keepdims=True))
        return weights / weights.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module", params=CLASSES, ids="{} classes".format)
def case(request: pytest.FixtureRequest, defense: str) -> Case:
    return Case(defense, request.param)


@given(data=st.data())
def test_rows_are_distributions(case: Case, data: st.DataObject) -> None:
    out = case(data.draw(case.inputs)).astype("float64")
    assert np.isfinite(out).all(), f"{case.name}: an output is not finite"
    assert (out >= 0).all(), f"{case.name}: smallest output {out.min()}, expected >= 0"
    error = np.abs(out.sum(axis=-1) - 1).max()
    assert error <= 1e-5, f"{case.name}: a row sums to 1 +- {error:.2g}, expected 1e-5"


@pytest.mark.claims("deterministic")
@given(data=st.data())
def test_rows_depend_on_themselves_alone(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    order = np.random.default_rng(0).permutation(len(rows))
    error = np.abs(case(rows)[order] - case(rows[order])).max()
    assert error <= TOLERANCE, (
        f"{case.name}: reordering the batch changed a row by {error:.2g}; "
        f"expected at most {TOLERANCE}"
    )


@pytest.mark.claims("raises_entropy")
@given(data=st.data())
def test_raises_entropy(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    change = (entropies(case(rows)) - entropies(case.before(rows))).min()
    assert change >= -TOLERANCE, (
        f"{case.name} claims to raise entropy: a row fell by {-change:.3g} nats; "
        f"expected no fall beyond {TOLERANCE}"
    )


@pytest.mark.claims("keeps_argmax")
@given(data=st.data())
def test_keeps_argmax(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    out = case(rows)
    winners = np.take_along_axis(out, rows.argmax(-1)[:, None], -1)[:, 0]
    short = (out.max(axis=-1) - winners).max()
    assert short == 0, (
        f"{case.name} claims to keep the argmax: the input's argmax is {short:.3g} "
        "below the output's maximum; expected 0"
    )


@pytest.mark.claims("keeps_ranking")
@given(data=st.data())
def test_keeps_ranking(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    ordered = np.take_along_axis(case(rows), rows.argsort(-1), -1)
    fall = np.diff(ordered, axis=-1).min()
    assert fall >= 0, (
        f"{case.name} claims to keep the ranking: a class with more probability got "
        f"{-fall:.3g} less than one with fewer; expected none"
    )


@pytest.mark.claims("deterministic")
@given(data=st.data())
def test_is_deterministic(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    assert np.array_equal(case(rows), case(rows)), (
        f"{case.name} claims to be deterministic: two calls differ"
    )


@pytest.mark.claims("injective")
@given(data=st.data())
def test_is_injective(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    out = case(rows).astype("float64")
    # How far one rounding of the output moves the answer is what float32 may cost.
    noise = np.random.default_rng(0).uniform(-1, 1, (8, *out.shape)) * 2.0**-22
    allowed = 4 * np.abs(
        case.layer.invert(out * (1 + noise)) - case.layer.invert(out)
    ).max(axis=(0, 2))
    error = np.abs(case.layer.invert(out) - case.before(rows)).max(axis=-1)
    assert (error <= allowed + 1e-5).all(), (
        f"{case.name} claims to be injective: its inverse misses by {error.max():.2g}, "
        f"where rounding explains {allowed.max():.2g}"
    )


@pytest.mark.claims("permutation_equivariant")
@given(data=st.data())
def test_is_permutation_equivariant(case: Case, data: st.DataObject) -> None:
    rows = data.draw(case.inputs)
    order = np.random.default_rng(1).permutation(rows.shape[-1])
    error = np.abs(case(rows)[:, order] - case(rows[:, order])).max()
    assert error <= TOLERANCE, (
        f"{case.name} claims that renaming classes renames the outputs: they differ "
        f"by {error:.2g}; expected at most {TOLERANCE}"
    )


@pytest.mark.claims("permutation_equivariant", value=False)
@pytest.mark.claims("trained", value=False)
@pytest.mark.claims("deterministic")
def test_says_where_class_order_matters(case: Case) -> None:
    classes = case.layer.input_spec.axes[-1]
    rows = np.random.default_rng(2).dirichlet(np.ones(classes), 64).astype("float32")
    change = np.abs(case(rows)[:, ::-1] - case(rows[:, ::-1])).max()
    swapped = rows[:, np.roll(np.arange(classes), 1)]
    change = max(
        change,
        np.abs(case(rows)[:, np.roll(np.arange(classes), 1)] - case(swapped)).max(),
    )
    assert change > 1e-4, (
        f"{case.name} is said to depend on the order of the classes, but renaming them "
        "changes nothing: its claim is too modest"
    )
