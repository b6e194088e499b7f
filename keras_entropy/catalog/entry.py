"""One row of the catalog: a defense, and how a model gets it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from keras_entropy.layers.defense import Claims
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.fitted_defense import FittedDefense
from keras_entropy.layers.identity import Identity
from keras_entropy.training.on_reference.cross_fitting import CrossFitting
from keras_entropy.training.private_steps import PrivateSteps
from keras_entropy.training.recipe import Recipe

STUDY = "entropic_MIA_defense (after He et al., 2022, arXiv:2208.10445)"


@dataclasses.dataclass(frozen=True)
class Published:
    """The study's figures for one defense, on MNIST.

    The effectiveness figures are an artifact of the attack tool (see the README);
    they are kept to be compared with, not to be believed.

    Args:
        accuracy_pct: Test accuracy, percent.
        latency_us: Mean time of a single-example call, microseconds.
        auc_pct: Best attack AUC, percent.
        advantage_pct: Best attack advantage, percent.
    """

    accuracy_pct: float
    latency_us: float
    auc_pct: float
    advantage_pct: float


@dataclasses.dataclass(frozen=True)
class Entry:
    """One defense of the catalog.

    Args:
        name: Short name, such as `"M-1"`.
        alias: Name in words, such as `"spline-dmd"`.
        title: Name for people.
        family: How far the defense reaches into the model. `"output-transform"`: not
            at all, the layer is put behind it, or around it. `"head"`: the softmax is
            replaced, and trained. `"training-loss"`: the whole model is trained anew,
            whether or not its answers pass through a fitted layer as well (see
            `is_fitted`).
            `"none"`: no defense, but what one is to be compared with.
        layer: The layer's class.
        config: Keyword arguments of the layer.
        recipe: How the defense is trained, or `None` if it is not. A layer that is
            fitted to reference examples is fitted to the trained model.
        reference: Source.
        published: The study's figures, or `None`.
        as_published: The recipe with what the study's code does without saying so,
            or `None` where the code does what the study says.
        cross_fitting: What a fitted layer is fitted to where the model is trained on
            the reference: answers of other models. Defaults to `None`: the model's own.
    """

    name: str
    alias: str
    title: str
    family: str
    layer: type[Defense]
    config: Mapping[str, Any]
    recipe: Recipe | None
    reference: str
    published: Published | None = None
    as_published: Recipe | None = None
    cross_fitting: CrossFitting | None = None

    def create(self, *, seed: int | None = None) -> Defense:
        """Returns a new layer.

        Args:
            seed: Integer, for a layer that draws random numbers; the others have no
                use for it.
        """
        if self.layer.claims.deterministic:
            return self.layer(**self.config)
        return self.layer(**{"seed": seed, **self.config})

    @property
    def is_trained(self) -> bool:
        """Whether the model, or a head on it, is trained for the defense."""
        return self.recipe is not None

    @property
    def is_fitted(self) -> bool:
        """Whether the layer is fitted to reference examples."""
        return issubclass(self.layer, FittedDefense)

    @property
    def is_private(self) -> bool:
        """Whether training is differentially private: `recipe.guarantee` tells more."""
        return isinstance(self.recipe, PrivateSteps)

    @property
    def needs_reference(self) -> bool:
        """Whether reference examples are needed: to fit the layer, or to train on."""
        return self.is_fitted or self.trains_on_reference

    @property
    def trains_on_reference(self) -> bool:
        """Whether the model is trained on reference examples."""
        return self.recipe is not None and self.recipe.trains_on_reference

    @property
    def training(self) -> Entry | None:
        """The stage before the fit: the same training with answers left alone.

        `None` for a defense that is not both trained and fitted.
        """
        if not (self.is_trained and self.is_fitted):
            return None
        return dataclasses.replace(self, layer=Identity, config={}, cross_fitting=None)

    @property
    def before_inverse(self) -> Entry | None:
        """The stage before the fit of a layer that can be undone: what undoing gives.

        `None` where there is no such stage, or no such layer.
        """
        return self.training if self.create().is_invertible else None

    @property
    def stages(self) -> tuple[Entry, ...]:
        """One after the other: each is trained, or fitted, or neither, never both."""
        if self.training is None:
            return (self,)
        fit = dataclasses.replace(self, recipe=None, as_published=None)
        return self.training, fit

    def training_recipe(self, *, as_published: bool = False) -> Recipe | None:
        """Returns how the defense is trained, or `None` if it is not.

        Args:
            as_published: Boolean, whether as the study's code does it, where that is
                not what the study says. Defaults to `False`.
        """
        return (self.as_published if as_published else None) or self.recipe

    @functools.cached_property
    def claims(self) -> Claims:
        """The promises of the layer in this configuration."""
        return self.create().claims
