from __future__ import annotations

import abc
import dataclasses
from typing import Any

import keras
from keras import ops

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.perturbation import keyed_randomness
from keras_entropy.numerics import probability_vectors
from keras_entropy.numerics import ranks
from keras_entropy.numerics.argument_checks import check_nonnegative


class _Noise(Defense, abc.ABC):
    """Abstract: adds noise to probabilities, fresh or keyed."""

    claims = Claims(
        deterministic=False, permutation_equivariant=False, export=("tf_saved_model",)
    )

    def __init__(
        self,
        *,
        keyed: bool = False,
        step: float = 0.05,
        keep_argmax: bool = False,
        key: bytes | str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if key is not None and not keyed:
            raise ValueError("`key` is for `keyed=True`. Received: keyed=False")
        self.keyed = bool(keyed)
        self.step = keyed_randomness.check_step(step)
        self.keep_argmax = bool(keep_argmax)
        self.seed = seed
        self._key = None if key is None else keyed_randomness.check_key(key)
        if self.keyed:
            # An exported graph would hold the key, and a key is never in a file.
            self.claims = dataclasses.replace(
                self.claims, deterministic=True, export=()
            )
        else:
            self.generator = keras.random.SeedGenerator(seed)
        if self.keep_argmax:
            self.claims = dataclasses.replace(self.claims, keeps_argmax=True)

    @abc.abstractmethod
    def quantile(self, uniform: Any) -> Any:
        """Returns the noise with a distribution function of `uniform`, in (0, 1)."""

    def call(self, inputs: Any) -> Any:
        if self.keyed:
            if self._key is None:
                self._key = keyed_randomness.key_from_environment(self.name)
            # The answer is a function of the cell alone: noise that is the same for
            # all of a cell would only shift it.
            cell = ops.round(inputs / self.step)
            base = cell * self.step
            uniform = keyed_randomness.uniforms(
                self._key, ops.cast(cell, "int32"), inputs.shape[-1]
            )
        else:
            base = inputs
            uniform = keras.random.uniform(
                ops.shape(inputs), 2.0**-24, 1.0 - 2.0**-24, seed=self.generator
            )
        noisy = ops.maximum(base + self.quantile(uniform), 0.0)
        out = probability_vectors.renormalize(noisy)
        if self.keep_argmax:
            out = ranks.keep_argmax(out, inputs)
        return ranks.spread_nan(out, inputs)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "keyed": self.keyed,
            "step": self.step,
            "keep_argmax": self.keep_argmax,
            "seed": self.seed,
        }


@keras.saving.register_keras_serializable(package="keras_entropy")
class GaussianNoise(_Noise):
    """Adds Gaussian noise to the probabilities.

    By default the noise is drawn anew for each call, and an attacker who asks the same
    question a hundred times gets the probabilities back, by the mean. With `keyed=True`
    the layer rounds the probabilities to multiples of `step` and adds noise that is a
    pseudo-random function of the rounded row and of a secret key: the same question
    has the same answer, in every replica that has the key, and so have questions that
    differ by less than a step. What remains is what the rounded row tells, and what
    neighbors of an input tell: their answers differ, and so does the noise on them.

    The key is never in the configuration, the weights or a saved file. A loaded model
    takes it from the environment variable `KERAS_ENTROPY_KEY`; without one, the first
    call fails. An exported graph would hold the key, so don't export a keyed layer.

    Example:

    >>> import secrets, numpy as np, keras_entropy
    >>> row = np.array([[0.8, 0.1, 0.1]], "float32")
    >>> fresh = keras_entropy.GaussianNoise(0.2)(row)
    >>> key = secrets.token_bytes(32)
    >>> layer = keras_entropy.GaussianNoise(0.2, keyed=True, key=key)
    >>> same = layer(row), layer(row)

    Args:
        stddev: Float, at least 0: standard deviation. Defaults to `0.2`.
        keyed: Boolean, whether the noise is a function of key and input. Defaults to
            `False`.
        step: Float in `[0.001, 1]`: what the input is rounded to, if keyed. Defaults
            to `0.05`.
        keep_argmax: Boolean, whether the predicted class gets the largest of the
            noisy values in exchange for its own. Defaults to `False`.
        key: Bytes or string of at least 16 bytes, the same in all replicas; only with
            `keyed=True`. Defaults to the environment variable `KERAS_ENTROPY_KEY`.
        seed: Integer or `None`, of the draws that are not keyed. Leave it out in
            deployment, or a reloaded model repeats its draws. Defaults to `None`.
        **kwargs: Base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape: the noisy values, negative ones set to
        0, divided by their sum. Deterministic if keyed. Exports to SavedModel if not.

    Raises:
        ValueError: If an argument is out of its range; at the first call, if a keyed
            layer has no key.

    Reference:
        The Adversarial Robustness Toolbox's postprocessor of this name, of which
        `keyed=False, keep_argmax=False` are the defaults.
    """

    def __init__(self, stddev: float = 0.2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stddev = check_nonnegative("stddev", stddev)

    def quantile(self, uniform: Any) -> Any:
        return self.stddev * 2**0.5 * ops.erfinv(2.0 * uniform - 1.0)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "stddev": self.stddev}


@keras.saving.register_keras_serializable(package="keras_entropy")
class LaplaceNoise(_Noise):
    """Adds Laplace noise to the probabilities.

    As `GaussianNoise`, fresh or keyed. The Laplace mechanism of differential privacy
    adds such noise, but to a function of known sensitivity, which a trained network
    is not: the layer gives no such guarantee.

    Example:

    >>> import secrets, numpy as np, keras_entropy
    >>> row = np.array([[0.8, 0.1, 0.1]], "float32")
    >>> fresh = keras_entropy.LaplaceNoise(0.1)(row)

    Args:
        scale: Float, at least 0: the mean absolute noise. Defaults to `0.1`.
        **kwargs: `keyed`, `step`, `keep_argmax`, `key` and `seed`, as in
            `GaussianNoise`; base layer arguments, such as `name`.

    Call arguments:
        inputs: Class probabilities `(batch, ..., classes)`.

    Returns:
        Class probabilities of the same shape, made as in `GaussianNoise`.

    Raises:
        ValueError: As `GaussianNoise`.

    Reference:
        [Dwork et al., 2006](https://doi.org/10.1007/11681878_14)
    """

    def __init__(self, scale: float = 0.1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = check_nonnegative("scale", scale)

    def quantile(self, uniform: Any) -> Any:
        centered = uniform - 0.5
        tail = ops.log1p(-2.0 * ops.absolute(centered))
        return -self.scale * ops.sign(centered) * tail

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "scale": self.scale}
