"""What is audited of a user's model: one output, by a graph that ends in it."""

from __future__ import annotations

import re
from typing import Any

import keras

from keras_entropy.arrays import Array
from keras_entropy.examples.input_form import InputForm
from keras_entropy.examples.input_form import Part
from keras_entropy.models import graph

_AS_IT_IS = (
    "Audit what it answers: `keras_entropy.attacks.audit_outputs` on `model.predict`, "
    "or --member-outputs and --nonmember-outputs"
)


def audited_model(
    model: Any, x: Array, output: str | None = None, form: InputForm | None = None
) -> Any:
    """Returns a model of the one output that is audited.

    Its layers and weights are the model's own.

    Args:
        model: Keras model. A subclassed one has no graph to append defenses to, and is
            called as a layer of one that has; what is no model is returned as it
            is, and refused where it is used.
        x: Inputs `(N, ...)` that it takes.
        output: Name of the output, if it has several: a key where it answers with a
            dictionary, else the name of the layer. Defaults to `None`: its only one.
        form: How `x` is what the model takes. Defaults to `None`: as it is.

    Raises:
        ValueError: If a subclassed model can't be called in a graph, there is no such
            output, or it has several and none is named.
    """
    if not isinstance(model, keras.Model):
        return model
    if not has_graph(model):
        model = _wrapped(model, x, form or InputForm())
    named = outputs_by_name(model)
    if output is None:
        if len(named) > 1:
            raise ValueError(
                f"The model has {len(named)} outputs, and one of them is audited: give "
                f"--output NAME (`output=` in Python), one of {', '.join(named)}. "
                f"Received: model={model.name!r}"
            )
        return model
    if output not in named:
        raise ValueError(
            f"--output {output}: the model has no such output. It has: "
            f"{', '.join(named)}"
        )
    if len(named) == 1:
        return model
    return keras.Model(graph.model_inputs(model), named[output], name=model.name)


def has_graph(model: keras.Model) -> bool:
    """Whether layers can be appended to a model, or take the place of its last one."""
    return bool(getattr(model, "outputs", None))


def outputs_by_name(model: keras.Model) -> dict[str, Any]:
    """Returns the symbolic outputs of a model with a graph."""
    tensors = model.outputs
    if len(tensors) > 1 and isinstance(model.output, dict):
        keys = {id(value): key for key, value in model.output.items()}
        names = [keys.get(id(tensor), "") for tensor in tensors]
    else:
        names = [graph.operation(tensor).name for tensor in tensors]
    if len({*names} - {""}) < len(tensors):  # One layer can have several outputs.
        names = [str(number) for number in range(len(tensors))]
    return dict(zip(names, tensors, strict=True))


def _wrapped(model: keras.Model, x: Array, form: InputForm) -> keras.Model:
    if not model.built:  # And a call that fails would leave it half built.
        raise ValueError(
            f"The subclassed model {model.name!r} was never called, so it is not "
            "trained. Expected one that has learned from the members"
        )
    parts = [_input_of(part, form) for part in form.parts]
    inputs = keras.Input(x.shape[1:], dtype=_input_type(x.dtype.name))
    if parts:
        inputs = keras.tree.pack_sequence_as(form.structure, parts)
    try:
        return keras.Model(inputs, model(inputs), name=model.name)
    except Exception as error:  # whatever a user's own code raises
        lines = re.sub("\x1b\\[\\d*m", "", str(error)).splitlines()
        taken = form if parts else f"of shape {x.shape[1:]}"
        reason = " ".join(line for line in lines if line.strip())[:200]
        raise ValueError(
            f"The subclassed model {model.name!r} can't be called in a graph, on "
            f"inputs {taken} ({type(error).__name__}: {reason}). "
            f"{_AS_IT_IS}"
        ) from error


def _input_of(part: Part, form: InputForm) -> Any:
    # Keras wants the inputs of a dict to be named by its keys.
    named = isinstance(form.structure, dict) and "/" not in part.name
    name = part.name if named else None
    if part.ragged:
        return keras.Input((None,), ragged=True, name=name)
    return keras.Input(part.shape, dtype=_input_type(part.dtype), name=name)


def _input_type(name: str) -> str | None:
    """Returns the type of a Keras input for arrays of a type of NumPy."""
    if name.startswith("float"):
        return None
    return "string" if name == "object" else name
