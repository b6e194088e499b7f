"""Shadow models of another architecture, made to stand for the target."""

from __future__ import annotations

import keras

import keras_entropy
from keras_entropy.arrays import Array
from keras_entropy.examples.fit_of_inputs import check_fit
from keras_entropy.examples.input_form import InputForm
from keras_entropy.models import defending
from keras_entropy.models.input_table import check_inputs
from keras_entropy.training.own_training import ends_in_logits


class StandIn:
    """What another model needs to stand for the target.

    Args:
        target: The target, whose defenses at its end go on others.
        source: String for messages: where the others come from.
        from_logits: Boolean, whether the target ends in logits.
    """

    def __init__(self, target: keras.Model, source: str, *, from_logits: bool) -> None:
        self._source = source
        self._from_logits = from_logits
        probabilities = defending.probabilities_of(target, from_logits=from_logits)
        self._classes = probabilities.outputs[0].shape[-1]
        self._defenses = [
            layer for layer in target.layers if isinstance(layer, keras_entropy.Defense)
        ]

    @property
    def defends(self) -> bool:
        """Whether the target ends in defenses."""
        return bool(self._defenses)

    def probabilities_of(self, model: keras.Model) -> keras.Model:
        """Returns a model with class probabilities as its output."""
        return defending.probabilities_of(model, from_logits=self.in_logits(model))

    def in_logits(self, model: keras.Model) -> bool:
        """Whether a model ends in logits, whatever the target ends in."""
        return ends_in_logits(model, self._from_logits)

    def defended(self, model: keras.Model) -> tuple[keras.Model, bool]:
        """Returns a model with the target's defenses, and whether it ends in logits."""
        from_logits = self.in_logits(model)
        has = any(isinstance(layer, keras_entropy.Defense) for layer in model.layers)
        if has or not self._defenses:
            return model, from_logits
        copies = [_copy(layer) for layer in self._defenses]
        return keras_entropy.defend(model, *copies, from_logits=from_logits), False

    def check(self, model: keras.Model, x: Array, form: InputForm) -> None:
        """Raises `ValueError` if a model can't stand for the target.

        Args:
            model: The model.
            x: Some inputs `(n, ...)` of the target, in one table.
            form: How the table is what the target takes.
        """
        try:
            answers = self.probabilities_of(model)
        except ValueError as error:
            raise ValueError(f"{self._source}: {error}") from error
        try:
            check_fit(answers, x, form)
            check_inputs(answers, form.names, x)
        except ValueError as error:
            raise ValueError(
                f"{self._source} must be a model of inputs like the target's: what is "
                f"done to inputs before belongs into the model. Received: "
                f"{model.name!r}. {error}"
            ) from error
        found = answers.outputs[0].shape[-1]
        if found != self._classes:
            raise ValueError(
                f"{self._source} must be a model of as many classes as the target, "
                f"{self._classes}. Received: {model.name!r} of {found}. Examples of "
                "some classes may be missing in a half: give the number, don't count"
            )


def _copy(layer: keras_entropy.Defense) -> keras_entropy.Defense:
    copy = type(layer).from_config(layer.get_config())
    if layer.weights:
        copy.build((None, *layer.input.shape[1:]))
        copy.set_weights(layer.get_weights())
    return copy
