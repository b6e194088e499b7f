"""The catalog's rows of the study's 25 defenses, with its published figures."""

from __future__ import annotations

import dataclasses
from typing import Any

from keras_entropy.catalog.entry import STUDY
from keras_entropy.catalog.entry import Entry
from keras_entropy.catalog.entry import Published
from keras_entropy.layers.defense import Defense
from keras_entropy.layers.reference_study.empirical_modes.first_intrinsic_mode import (
    FirstIntrinsicMode,
)
from keras_entropy.layers.reference_study.entropy_regularization import (
    EntropyRegularization,
)
from keras_entropy.layers.reference_study.heads import LinearHead
from keras_entropy.layers.reference_study.heads import QuadraticHead
from keras_entropy.layers.reference_study.koopman import GaussianKoopman
from keras_entropy.layers.reference_study.koopman import RandomFourierKoopman
from keras_entropy.layers.reference_study.smoothing import PolynomialSmoothing
from keras_entropy.layers.reference_study.smoothing import SplineSmoothing
from keras_entropy.layers.reference_study.taylor_softmax import TaylorSoftmax
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.frozen_backbone import FrozenBackbone
from keras_entropy.training.surrogate import Surrogate

# The undefended model of the study, to compare with.
PUBLISHED_BASE = Published(97.07, 82.00, 68, 40)

_HEADS = {"linear": LinearHead, "quadratic": QuadraticHead}
_LOSS_TITLES = {"crossentropy": "cross-entropy", "mse": "MSE"}


def _transform(
    name: str,
    alias: str,
    title: str,
    layer: type[Defense],
    published: Published,
    **config: Any,
) -> Entry:
    return Entry(
        name=name,
        alias=alias,
        title=title,
        family="output-transform",
        layer=layer,
        config=config,
        recipe=None,
        reference=STUDY,
        published=published,
    )


def _head(
    name: str,
    kind: str,
    published: Published,
    recipe: FrozenBackbone | Surrogate,
    *,
    faithful: bool = False,
) -> Entry:
    """One row of a head.

    Args:
        name: Short name.
        kind: `"linear"` or `"quadratic"`.
        published: The study's figures.
        recipe: How it is trained.
        faithful: Whether the study's code does what the study says.
    """
    if isinstance(recipe, FrozenBackbone):
        words = [kind, "frozen-backbone"]
        title = f"{kind.capitalize()} head, frozen backbone"
        if recipe.loss != "crossentropy":
            words.append(recipe.loss)
            title += f", {_LOSS_TITLES[recipe.loss]}"
    else:
        words = [kind, "surrogate", recipe.target]
        title = f"{kind.capitalize()} head, surrogate of {recipe.target}"
        if recipe.refine is not None:
            words += ["refined", recipe.refine]
            title += f", refined with {_LOSS_TITLES[recipe.refine]}"
    return Entry(
        name=name,
        alias="-".join(words),
        title=title,
        family="head",
        layer=_HEADS[kind],
        config={"kernel_initializer": "glorot_uniform"},
        recipe=recipe,
        reference=STUDY,
        published=published,
        as_published=None
        if faithful
        else dataclasses.replace(recipe, as_published=True),
    )


STUDY_DEFENSES = (
    _transform(
        "M-1",
        "spline-dmd",
        "Spline smoothing",
        SplineSmoothing,
        Published(77.60, 655.60, 71, 42),
    ),
    _transform(
        "M-2",
        "koopman-gaussian",
        "Gaussian Koopman operator",
        GaussianKoopman,
        Published(77.62, 3440.04, 71, 42),
    ),
    _transform(
        "M-3",
        "emd-first-imf",
        "First intrinsic mode",
        FirstIntrinsicMode,
        Published(59.62, 5576.59, 69, 42),
    ),
    _transform(
        "M-4",
        "edmd-random-fourier",
        "Random Fourier Koopman operator",
        RandomFourierKoopman,
        Published(37.81, 888.13, 70, 40),
    ),
    _transform(
        "M-5",
        "taylor-softmax",
        "Taylor softmax",
        TaylorSoftmax,
        Published(83.76, 2608.89, 71, 42),
        temperature=1e4,
    ),
    _head(
        "M-6",
        "linear",
        Published(96.06, 87.00, 65, 35),
        FrozenBackbone(),
        faithful=True,
    ),
    _head(
        "M-7",
        "linear",
        Published(64.88, 76.68, 70, 39),
        Surrogate("logits", refine="mse"),
    ),
    _head(
        "M-8",
        "linear",
        Published(83.16, 80.09, 50, 34),
        Surrogate("logits", refine="crossentropy"),
    ),
    _head(
        "M-9",
        "linear",
        Published(77.26, 78.10, 70, 41),
        Surrogate("argmax", refine="mse"),
    ),
    _head(
        "M-10",
        "linear",
        Published(90.10, 65.61, 63, 41),
        Surrogate("argmax", refine="crossentropy"),
    ),
    _head(
        "M-11",
        "linear",
        Published(77.98, 71.56, 68, 37),
        Surrogate("labels", refine="mse"),
    ),
    _head(
        "M-12",
        "linear",
        Published(88.15, 66.57, 69, 39),
        Surrogate("labels", refine="crossentropy"),
    ),
    _head("M-13", "linear", Published(66.01, 81.11, 50, 42), Surrogate("logits")),
    _head("M-14", "linear", Published(63.71, 67.62, 69, 39), Surrogate("argmax")),
    _head("M-15", "linear", Published(67.56, 87.42, 69, 38), Surrogate("labels")),
    _head(
        "M-16",
        "linear",
        Published(81.41, 70.70, 71, 41),
        FrozenBackbone("mse"),
        faithful=True,
    ),
    Entry(
        name="M-17",
        alias="entropy-regularization",
        title="Entropy regularization",
        family="training-loss",
        layer=EntropyRegularization,
        config={"weight": 2.0},
        recipe=FromScratch(),
        reference=STUDY,
        published=Published(96.73, 86.46, 70, 41),
    ),
    _transform(
        "M-18",
        "polynomial-fit",
        "Polynomial smoothing",
        PolynomialSmoothing,
        Published(77.80, 1022.67, 71, 42),
        degree=6,
    ),
    _head("M-19", "quadratic", Published(88.52, 89.56, 51, 24), FrozenBackbone()),
    _head("M-20", "quadratic", Published(55.18, 80.34, 53, 24), Surrogate("labels")),
    _head("M-21", "quadratic", Published(47.80, 74.15, 51, 42), Surrogate("logits")),
    _head(
        "M-22",
        "quadratic",
        Published(82.06, 81.22, 70, 41),
        Surrogate("labels", refine="crossentropy"),
    ),
    _head(
        "M-23",
        "quadratic",
        Published(61.81, 87.09, 70, 40),
        Surrogate("labels", refine="mse"),
    ),
    _head(
        "M-24",
        "quadratic",
        Published(79.32, 80.66, 62, 42),
        Surrogate("logits", refine="crossentropy"),
    ),
    _head(
        "M-25",
        "quadratic",
        Published(59.80, 90.05, 50, 41),
        Surrogate("logits", refine="mse"),
    ),
)
