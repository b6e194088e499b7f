"""The contract of every defense layer, and proof that its check sees a breach.

`check_layer` is called by the tests of each layer. It uses Keras' public API only. The
modes of execution are those that `eval_suite/test_contract.py` checks, too.
"""

import re

import keras
import numpy as np
import pytest
from keras import ops

import keras_entropy
from eval_suite.measurements.one_layer import execution_modes
from eval_suite.measurements.one_layer.execution_modes import as_json
from keras_entropy import Defense

POLICIES = ("float32", "mixed_float16", "mixed_bfloat16")


def to_numpy(x):
    return ops.convert_to_numpy(ops.cast(x, "float32"))


def example_rows(classes, expects="probabilities"):
    """One-hot, uniform, peaked and ordinary rows, or logits of such rows."""
    random = np.random.default_rng(0)
    peaked = np.full(classes, 1e-6)
    peaked[1] = 1 - 1e-6 * (classes - 1)
    rows = [np.eye(classes)[0], np.full(classes, 1 / classes), peaked]
    rows = np.vstack([rows, random.dirichlet(np.full(classes, 0.5), 5)])
    if expects == "logits":
        rows = 3 * np.log(rows + 1e-4)
    return rows.astype("float32")


def check_layer(cls, kwargs, inputs, folder, *, atol=1e-6):
    """Holds a deterministic layer to the contract of `Defense`.

    Args:
        cls: The layer's class.
        kwargs: Constructor arguments, none of which has its default value.
        inputs: float32 array `(batch, classes)`.
        folder: A writable `pathlib.Path`.
        atol: Largest difference allowed between the modes of execution.
    """

    def make(**extra):
        return cls(**{**kwargs, **extra})

    check_config(cls, kwargs)
    check_shapes_and_dtypes(make, inputs)
    check_modes(make, inputs, folder, atol)
    check_nan(make, inputs)
    check_mask(make, inputs)
    check_training(make, inputs.shape[-1])


def check_config(cls, kwargs):
    """The config survives JSON and holds every argument; the name is registered."""
    assert keras.saving.get_registered_name(cls) == f"keras_entropy>{cls.__name__}", (
        "not registered under the package's name"
    )
    layer = cls(**kwargs, name="layer")
    data = as_json(layer)
    revived = execution_modes.from_json(data)
    assert type(revived) is cls
    assert as_json(revived) == data
    for name in kwargs:
        given = as_json(getattr(layer, name))
        assert given != as_json(getattr(cls(), name)), f"`{name}` has its default value"
        assert as_json(getattr(revived, name)) == given, f"get_config() loses `{name}`"


def check_shapes_and_dtypes(make, inputs):
    """Float32 distributions of the input's shape, under every global policy."""
    deeper = np.stack([inputs, inputs[::-1]], axis=1)
    for policy in POLICIES:
        for batch in (inputs, deeper):
            with execution_modes.dtype_policy(policy):
                layer = make()
                spec = layer(keras.KerasTensor((None, *batch.shape[1:])))
                out = layer(batch)
            assert spec.shape == (None, *batch.shape[1:])
            assert spec.dtype == "float32"
            assert tuple(out.shape) == batch.shape
            assert keras.backend.standardize_dtype(out.dtype) == "float32"
            check_distributions(to_numpy(out))


def check_distributions(rows):
    assert np.isfinite(rows).all()
    assert (rows >= 0).all()
    sums = rows.astype("float64").sum(axis=-1)
    np.testing.assert_allclose(sums, 1, atol=1e-5, err_msg="rows must sum to 1")


def check_modes(make, inputs, folder, atol):
    """Eager, row by row, graph, XLA, cloned and reloaded are one function."""
    tensor = keras.Input(inputs.shape[1:])
    model = keras.Model(tensor, make()(tensor))
    expected = to_numpy(model(inputs))
    results = {
        "clone": execution_modes.cloned(model, inputs),
        "reloaded": execution_modes.saved_and_loaded(model, inputs, folder),
        "row by row": execution_modes.row_by_row(model, inputs),
    }
    # PyTorch has no XLA: `jit_compile=True` would start a C++ compiler there.
    for jit in (False,) if keras.backend.backend() == "torch" else (False, True):
        found = execution_modes.compiled(model, inputs, jit_compile=jit)
        results[f"jit_compile={jit}"] = found
    for mode, result in results.items():
        np.testing.assert_allclose(result, expected, atol=atol, err_msg=mode)


def check_nan(make, inputs):
    """A broken row stays visible, and breaks no other."""
    broken = inputs.copy()
    broken[1, 0] = np.nan
    layer = make()
    out = to_numpy(layer(broken))
    others = np.arange(len(inputs)) != 1
    assert np.isnan(out[1]).any()
    assert np.isfinite(out[others]).all()


class MaskReader(keras.layers.Layer):
    """Multiplies by the mask, or fails where there is none."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def call(self, inputs, mask=None):
        if mask is None:
            raise ValueError("the mask was dropped")
        return inputs * ops.cast(mask, inputs.dtype)[..., None]

    def compute_output_shape(self, input_shape):
        return input_shape


def check_mask(make, inputs):
    """The mask of the steps of a sequence goes on to the next layer."""
    steps = np.stack([inputs, np.zeros_like(inputs)], axis=1)
    masked = keras.layers.Masking()(steps)
    out = to_numpy(MaskReader()(make()(masked)))
    assert (out[:, 1] == 0).all()
    assert (out[:, 0].sum(axis=-1) > 0.9).all()


def check_training(make, classes):
    """One step through the layer, saturated rows included, keeps weights finite."""
    layer = make()
    softmax = layer.expects == "probabilities"
    model = keras.Sequential(
        [
            keras.Input((classes,)),
            keras.layers.Dense(
                classes,
                kernel_initializer="identity",
                activation="softmax" if softmax else None,
            ),
            layer,
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy", jit_compile=False)
    model.fit(200 * np.eye(classes, dtype="float32"), np.zeros(classes), verbose=0)
    finite = [np.isfinite(w).all() for w in model.get_weights()]
    assert all(finite), "a gradient is not finite"


def planted(**members):
    """A registered layer with one fault."""
    cls = type("Planted", (Defense,), members)
    return keras.saving.register_keras_serializable("keras_entropy")(cls)


def init_with_rate(self, rate=1.0, **kwargs):
    super(type(self), self).__init__(**kwargs)
    self.rate = rate


FAULTS = {
    "get_config() loses `rate`": dict(
        __init__=init_with_rate,
        get_config=lambda self: Defense.get_config(self),
        call=lambda self, inputs: ops.softmax(inputs),
    ),
    "row by row": dict(
        call=lambda self, inputs: ops.softmax(inputs - ops.mean(inputs, axis=0))
    ),
    "finite": dict(call=lambda self, inputs: ops.log(inputs)),
    "rows must sum to 1": dict(call=lambda self, inputs: inputs / 2),
    "isnan": dict(
        call=lambda self, inputs: ops.softmax(ops.where(inputs > 0, inputs, 0.0))
    ),
    # The slope of a root is infinite at 0.
    "a gradient is not finite": dict(
        call=lambda self, inputs: ops.softmax(inputs**0.5)
    ),
}


@pytest.mark.parametrize("symptom", FAULTS)
def test_a_planted_fault_is_seen(symptom, tmp_path):
    cls = planted(**FAULTS[symptom])
    kwargs = {"rate": 2.0} if "rate" in symptom else {}
    with pytest.raises(AssertionError, match=re.escape(symptom)):
        check_layer(cls, kwargs, example_rows(5), tmp_path)


def public_layers():
    """The final ones."""
    classes = [v for v in vars(keras_entropy).values() if isinstance(v, type)]
    layers = [cls for cls in classes if issubclass(cls, Defense)]
    return [cls for cls in layers if not cls.__subclasses__()]


@pytest.mark.parametrize("cls", public_layers(), ids=lambda cls: cls.__name__)
def test_a_public_layer_is_registered_under_its_own_name(cls):
    registered = keras.saving.get_registered_object(f"keras_entropy>{cls.__name__}")
    assert registered is cls
