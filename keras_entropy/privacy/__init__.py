"""Differential privacy: what a private training guarantees."""

from keras_entropy.privacy.accounting import guarantee_of as guarantee_of
from keras_entropy.privacy.accounting import noise_for as noise_for
from keras_entropy.privacy.attached import Guaranteed as Guaranteed
from keras_entropy.privacy.attached import guarantee_in as guarantee_in
from keras_entropy.privacy.guarantee import Guarantee as Guarantee
from keras_entropy.privacy.private_gradients import PrivateGradients as PrivateGradients
