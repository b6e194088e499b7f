"""Training of many models with one architecture."""

from typing import TYPE_CHECKING

from keras_entropy.shadow.arguments import check_compiled as check_compiled
from keras_entropy.shadow.backends.engine import clear_programs as clear_programs
from keras_entropy.shadow.plan import Plan as Plan
from keras_entropy.shadow.plan import complementary_pairs as complementary_pairs
from keras_entropy.shadow.plan import model_seeds as model_seeds
from keras_entropy.shadow.stack import Stack as Stack
from keras_entropy.shadow.stack import initialize as initialize
from keras_entropy.shadow.stack import replicate as replicate
from keras_entropy.shadow.stack_prediction import predict as predict
from keras_entropy.shadow.stack_training import train as train

if TYPE_CHECKING:
    from keras_entropy.shadow.cache import Cache as Cache
    from keras_entropy.shadow.runner import Runner as Runner
else:

    def __getattr__(name: str) -> object:
        # These need filelock and joblib, which a deployed model does not.
        if name == "Cache":
            from keras_entropy.shadow.cache import Cache

            return Cache
        if name == "Runner":
            from keras_entropy.shadow.runner import Runner

            return Runner
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
