"""The choice of how to train, and the reuse of what has been compiled."""

import collections
import importlib
import json

import keras

from keras_entropy.layers.defense import Defense
from keras_entropy.shadow.backends.configuration import configuration
from keras_entropy.shadow.backends.configuration import layers_of
from keras_entropy.shadow.backends.configuration import training_configuration
from keras_entropy.shadow.backends.stacked_optimizer import is_elementwise

# Compiled epochs hold executables and optimizer slots; a session needs few at a time.
_CACHE_SIZE = 8
_cache = collections.OrderedDict()

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
    Defense,
)


def is_dense(model):
    """Tell whether every layer is a matrix product or element-wise."""
    return all(isinstance(layer, _STACKABLE_LAYERS) for layer in layers_of(model))


def predicts_at_once(model):
    """Tell whether the forward pass runs on all models at once."""
    return keras.backend.backend() == "tensorflow" and is_dense(model)


def trains_at_once(model):
    """Tell whether models are trained in groups, as one model of stacked weights."""
    return (
        predicts_at_once(model)
        and is_elementwise(model.optimizer)
        and not any(v.constraint for v in model.trainable_variables)
    )


def trainer(model, size):
    """Return the compiled epoch for `size` stacked models, or for one (`None`).

    It is used again for the same model, and for another model of the same
    configuration where that says everything about it.
    """
    key = ("train", size, _signature(model, training_configuration))
    return _reuse(key, model, lambda: _backend().Trainer(model, size, is_dense(model)))


def predictor(model, size):
    """Return the compiled forward pass for `size` stacked models, or for one."""
    key = ("predict", size, _signature(model, configuration))
    return _reuse(key, model, lambda: _backend().Predictor(model, size))


def clear():
    """Forget what has been compiled."""
    _cache.clear()


def _backend():
    return importlib.import_module(
        f"keras_entropy.shadow.backends.{keras.backend.backend()}_backend"
    )


def _reuse(key, model, make):
    if key not in _cache:
        # Keys may hold identities: what they point to has to live as long.
        owners = (model, getattr(model, "loss", None), *model.variables)
        _cache[key] = (make(), owners)
        if len(_cache) > _CACHE_SIZE:
            _cache.popitem(last=False)
    _cache.move_to_end(key)
    return _cache[key][0]


def _signature(model, describe):
    try:
        text, sources = describe(model)
        if not sources:
            return text
    except (TypeError, NotImplementedError):
        pass
    # A class from elsewhere may hold more than its configuration says.
    trainable = tuple(id(v) for v in model.trainable_variables)
    optimizer = getattr(model, "optimizer", None)
    recipe = json.dumps(optimizer.get_config(), default=str) if optimizer else ""
    return id(model), id(getattr(model, "loss", None)), recipe, trainable
