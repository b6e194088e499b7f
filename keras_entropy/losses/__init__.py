"""Losses of defenses that are trained."""

from keras_entropy.losses.convex_concave_loss import (
    ConvexConcaveLoss as ConvexConcaveLoss,
)
from keras_entropy.losses.entropy_regularized_crossentropy import (
    EntropyRegularizedCrossentropy as EntropyRegularizedCrossentropy,
)
from keras_entropy.losses.high_entropy_label_loss import (
    HighEntropyLabelLoss as HighEntropyLabelLoss,
)
from keras_entropy.losses.relax_loss import RelaxLoss as RelaxLoss
