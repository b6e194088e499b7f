"""All that shadow models tell of an answer, combined as the other pairs teach."""

from __future__ import annotations

import numpy as np
from scipy import special

from keras_entropy.arrays import SMALLEST_FLOAT32
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.learners.boosting import boosted
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow.pair_moments import PairMoments
from keras_entropy.attacks.scorers.shadow.pair_moments import Pairs
from keras_entropy.attacks.scorers.shadow.shadow_scorer import ShadowScorer
from keras_entropy.attacks.scorers.shadow.stacking import stack_game
from keras_entropy.attacks.scorers.shadow.stacking import stack_target
from keras_entropy.attacks.signals import Signals

# Entropies below tell a model that is certain, and no more than that.
_LEAST_ENTROPY = 1e-6
# Divide the confidence before probabilities are made of it, as in RMIA's paper.
_TEMPERATURES = (2.0, 1.0)


class StackedMoments(ShadowScorer):
    """Scores a target by trees over its distances from the shadow models.

    Of each answer five numbers are read: the logit-scaled confidence, the logarithms of
    both entropies, and those of the second and third largest probability, in which a
    model that was trained to be unsure still tells what it knows. Of each number the
    trees see how far it lies above the middle of the shadows that hold the example and
    those that do not, and how far the two are apart; of the confidence also itself, the
    two means, the scatter, and the ratio of RMIA at two temperatures.

    What members look like in these, the trees learn on other pairs than the one
    attacked (`stacking.py`). No example is excluded.
    """

    learns_from_pairs = True
    needs_holders = True
    needs_pairs = True

    def read(self, signals: Signals) -> Floats:
        """Returns the five numbers (four, if there are two classes), `(5, R, N)`."""
        entropies = [
            np.log(entropy + _LEAST_ENTROPY)
            for entropy in (signals.entropy, signals.modified_entropy)
        ]
        return np.stack([signals.confidence, *entropies, *_runners_up(signals)])

    def score_game(self, answers: Floats, membership: Booleans) -> Scores:
        """Scores every model by the numbers that are read of it."""
        columns = _Columns(answers, membership)
        return Scores(stack_game(columns.of_pair, membership, boosted))

    def score_target(
        self,
        answers: Floats,
        shadows: Floats,
        membership: Booleans,
        left_out: Booleans | None = None,
    ) -> Scores:
        """Scores one target by the numbers that are read of it."""
        del left_out  # nothing is, of shadows in pairs
        columns = _Columns(shadows, membership)
        own = columns.compared(answers[:, None])
        return Scores(stack_target(columns.of_pair, membership, own, boosted))


class _Columns:
    """What the models of a game, or shadow models, say of an answer.

    Args:
        answers: Floats `(F, K, N)`, as of `StackedMoments.read`.
        membership: Booleans `(K, N)`, models `2j` and `2j + 1` complementary.
    """

    def __init__(self, answers: Floats, membership: Booleans) -> None:
        self._answers = Pairs(answers, membership)
        self._probability = Pairs(_probability(answers[0]), membership)

    def of_pair(self, pair: int, left_out: tuple[int, ...]) -> Floats:
        """Returns the columns of a pair, `(2, N, D)`, by all others but some."""
        return self.compared(self._answers.of(pair), *left_out)

    def compared(self, answers: Floats, *left_out: int) -> Floats:
        """Returns the columns of T targets, `(T, N, D)`, by all pairs but some.

        Args:
            answers: Floats `(F, T, N)`.
            left_out: Integers, numbers of pairs.
        """
        moments = self._answers.others(*left_out)
        ratios = self._probability.others(*left_out).log_share(_probability(answers[0]))
        found = [*ratios, answers[0], *moments.offset(answers)]
        found += [
            np.broadcast_to(known, answers.shape[1:]) for known in _of_examples(moments)
        ]
        return np.stack(found, axis=-1)


def _of_examples(moments: PairMoments) -> list[Floats]:
    """Returns what is known of the examples, whatever the target says, `(N,)` each."""
    return [
        moments.inside[0],
        moments.outside[0],
        np.log(moments.variance[0]),
        *(moments.inside - moments.outside),
    ]


def _probability(confidence: Floats) -> Floats:
    """Returns the label's probability at each temperature, `(2, ..., N)`."""
    return np.stack([special.expit(confidence / by) for by in _TEMPERATURES])


def _runners_up(signals: Signals) -> Floats:
    """Returns the logarithms of the second and third probability, `(2, R, N)`."""
    rows = np.arange(signals.examples)
    found = []
    for model in range(signals.targets):
        largest = -np.sort(-signals.vectors(model, rows), axis=1)
        found.append(np.log(np.maximum(largest[:, 1:3], SMALLEST_FLOAT32)))
    return np.moveaxis(np.stack(found), -1, 0)
