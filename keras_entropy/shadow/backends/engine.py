"""The choice of how to train, and the reuse of what has been compiled."""

import collections
import importlib
import json
from collections.abc import Callable
from collections.abc import Hashable
from typing import Any
from typing import TypeVar

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.layers.perturbation.noisy_copies import MeanOfCopies
from keras_entropy.layers.perturbation.noisy_copies import NoisyCopies
from keras_entropy.shadow.backends.backend import Backend
from keras_entropy.shadow.backends.backend import Predictor
from keras_entropy.shadow.backends.backend import PrivateBackend
from keras_entropy.shadow.backends.backend import PrivateTrainer
from keras_entropy.shadow.backends.backend import Trainer
from keras_entropy.shadow.backends.configuration import Configuration
from keras_entropy.shadow.backends.configuration import configuration
from keras_entropy.shadow.backends.configuration import layers_of
from keras_entropy.shadow.backends.configuration import training_configuration
from keras_entropy.shadow.backends.stacked_optimizer import is_elementwise
from keras_entropy.shadow.private.closed_form import TappedModel
from keras_entropy.shadow.private.closed_form import has_closed_form
from keras_entropy.shadow.private.data_loss import DataLoss
from keras_entropy.shadow.private.example_loss import ExampleLoss
from keras_entropy.shadow.stack import variables_of

Program = TypeVar("Program", Trainer, PrivateTrainer, Predictor)

# Programs hold executables and optimizer slots; a session needs few at a time.
_MOST_PROGRAMS = 8
# Each with what must live as long. The one that was used last comes last.
_programs: collections.OrderedDict[Hashable, tuple[Any, tuple[object, ...]]] = (
    collections.OrderedDict()
)

# Layers of which a stack of models is one batched matrix product or element-wise.
# Vectorising over models pays for these, and loses for convolutions.
_STACKABLE_LAYERS = (
    keras.layers.InputLayer,
    keras.layers.Dense,
    keras.layers.Activation,
    keras.layers.ReLU,
    keras.layers.LeakyReLU,
    keras.layers.ELU,
    keras.layers.Softmax,
    keras.layers.Flatten,
    keras.layers.Reshape,
    keras.layers.Rescaling,
    keras.layers.Dropout,
    keras.layers.BatchNormalization,
    keras.layers.LayerNormalization,
    keras.layers.ActivityRegularization,
    keras.layers.Add,
    keras.layers.Multiply,
    keras.layers.Concatenate,
    NoisyCopies,
    MeanOfCopies,
    Defense,
)


def is_dense(model: keras.Model) -> bool:
    """Tell whether every layer is a matrix product or element-wise."""
    return all(isinstance(layer, _STACKABLE_LAYERS) for layer in layers_of(model))


def predicts_at_once(model: keras.Model) -> bool:
    """Tell whether the forward pass runs on all models at once."""
    return keras.backend.backend() == "tensorflow" and is_dense(model)


def trains_at_once(model: keras.Model) -> bool:
    """Tell whether models are trained in groups, as one model of stacked weights."""
    return (
        predicts_at_once(model)
        and is_elementwise(model.optimizer)
        and not any(v.constraint for v in model.trainable_variables)
    )


def trainer(model: keras.Model, size: int | None) -> Trainer:
    """Return the compiled epoch for `size` stacked models, or for one (`None`).

    It is used again for the same model, and for another model of the same
    configuration where that says everything about it.
    """
    key = ("train", size, _signature(model, training_configuration))
    return _reuse(
        key, model, lambda: _backend().make_trainer(model, size, is_dense(model))
    )


def private_trainer(model: keras.Model, size: int | None, sums: bool) -> PrivateTrainer:
    """Return compiled private steps for `size` stacked models, or for one (`None`).

    Args:
        model: A compiled Keras model that `check_private_model` has nothing against.
        size: Number of stacked models, or `None`.
        sums: Whether a batch's loss is the sum of its examples', see `DataLoss.sums`.
    """

    def make() -> PrivateTrainer:
        variables, loss = variables_of(model), DataLoss(model)
        clipped = (
            TappedModel(model, variables, loss, sums)
            if has_closed_form(model)
            else ExampleLoss(model, variables, loss)
        )
        return _private_backend().make_private_trainer(
            model, size, is_dense(model), clipped
        )

    key = ("train privately", size, sums, _signature(model, training_configuration))
    return _reuse(key, model, make)


def predictor(model: keras.Model, size: int | None) -> Predictor:
    """Return the compiled forward pass for `size` stacked models, or for one."""
    key = ("predict", size, _signature(model, configuration))
    return _reuse(key, model, lambda: _backend().make_predictor(model, size))


def clear_programs() -> None:
    """Forget the programs that were compiled to train and to predict.

    The last eight are kept for later calls, with the models they were compiled for.
    """
    _programs.clear()


def _backend() -> Backend:
    return _module_of("backend")


def _private_backend() -> PrivateBackend:
    return _module_of("private")


def _module_of(kind: str) -> Any:
    name = keras.backend.backend()
    if name not in ("tensorflow", "jax", "torch"):
        raise ValueError(
            "Keras must run on TensorFlow, JAX or PyTorch for many models to be "
            f"trained or to predict. Received: backend={name!r}"
        )
    return importlib.import_module(f"keras_entropy.shadow.backends.{name}_{kind}")


def _reuse(key: Hashable, model: keras.Model, make: Callable[[], Program]) -> Program:
    if key not in _programs:
        # Keys may hold identities: what they point to has to live as long.
        owners = (model, getattr(model, "loss", None), *model.variables)
        _programs[key] = (make(), owners)
        if len(_programs) > _MOST_PROGRAMS:
            _programs.popitem(last=False)
    _programs.move_to_end(key)
    return _programs[key][0]


def _signature(
    model: keras.Model, describe: Callable[[keras.Model], Configuration]
) -> Hashable:
    try:
        found = describe(model)
        if not found.sources:
            return found.text
    except (TypeError, NotImplementedError):
        pass
    # A class from elsewhere may hold more than its configuration says.
    trainable = tuple(id(v) for v in model.trainable_variables)
    optimizer = getattr(model, "optimizer", None)
    recipe = json.dumps(optimizer.get_config(), default=str) if optimizer else ""
    return id(model), id(getattr(model, "loss", None)), recipe, trainable
