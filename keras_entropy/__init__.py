"""Output defenses against membership inference for Keras 3."""

from keras_entropy._version import __version__ as __version__
