"""Training of many models with one architecture."""

from keras_entropy.shadow.plan import Plan as Plan
from keras_entropy.shadow.plan import complementary_pairs as complementary_pairs
from keras_entropy.shadow.stack import Stack as Stack
from keras_entropy.shadow.stack import initialize as initialize
from keras_entropy.shadow.stack import replicate as replicate
from keras_entropy.shadow.stack_prediction import predict as predict
from keras_entropy.shadow.stack_training import train as train
