"""The catalog's rows of trainings from the literature, to be compared with."""

from __future__ import annotations

import functools

from keras_entropy.catalog.entry import Entry
from keras_entropy.layers.identity import Identity
from keras_entropy.losses.convex_concave_loss import ConvexConcaveLoss
from keras_entropy.training.from_scratch import FromScratch
from keras_entropy.training.published.distillation import Distillation
from keras_entropy.training.published.mixup import Mixup
from keras_entropy.training.published.self_distillation import SelfDistillation
from keras_entropy.training.published.shorter import Shorter
from keras_entropy.training.published.weight_decay import WeightDecay
from keras_entropy.training.recipe import Recipe


def _trained(name: str, alias: str, title: str, recipe: Recipe, source: str) -> Entry:
    return Entry(
        name=name,
        alias=alias,
        title=title,
        family="training-loss",
        layer=Identity,
        config={},
        recipe=recipe,
        reference=source,
    )


PUBLISHED_DEFENSES = (
    _trained(
        "early-stopping",
        "fewer-epochs",
        "Early stopping, a fifth of the epochs",
        Shorter(),
        "Song and Mittal, 2021, arXiv:2003.10595",
    ),
    _trained(
        "weight-decay",
        "l2-regularization",
        "Weight decay",
        WeightDecay(),
        "Shokri et al., 2017, arXiv:1610.05820",
    ),
    _trained(
        "ccl",
        "convex-concave-loss",
        "Convex-concave loss",
        FromScratch(functools.partial(ConvexConcaveLoss, alpha=0.5)),
        "Liu et al., 2024, arXiv:2402.05453",
    ),
    _trained(
        "dmp",
        "distillation-for-membership-privacy",
        "Distillation on the reference and mixtures of it",
        Distillation(),
        "Shejwalkar and Houmansadr, 2021, arXiv:1906.06589",
    ),
    _trained(
        "selena",
        "split-and-self-distillation",
        "SELENA, 5 models of which 2 leave an example out",
        SelfDistillation(),
        "Tang et al., 2022, arXiv:2110.08324",
    ),
    _trained(
        "mixup",
        "mixtures-of-examples",
        "Mixup",
        Mixup(),
        "Zhang et al., 2018, arXiv:1710.09412",
    ),
)
