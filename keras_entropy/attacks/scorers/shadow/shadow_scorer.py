"""The comparison of a target with its shadow models, for all attacks that make one."""

from __future__ import annotations

import abc
from typing import ClassVar

import numpy as np

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.attacks.scorers.scores import Scores
from keras_entropy.attacks.scorers.shadow.shadow_moments import Moments
from keras_entropy.attacks.scorers.shadow.shadow_moments import leave_pair_out
from keras_entropy.attacks.scorers.shadow.shadow_moments import of_all
from keras_entropy.attacks.signals import Signals


class ShadowScorer(abc.ABC):
    """Scores by a comparison with shadow models: all models of a game, or one target.

    In a game each model is scored by the others but its partner; a target, by shadow
    models that it isn't among.

    Attributes:
        learns_from_pairs: Boolean, whether the attack on a pair of targets learns from
            the other pairs in which direction members differ.
        needs_holders: Boolean, whether it takes shadows that hold an example.
        needs_pairs: Boolean, whether shadows must be pairs of complementary halves.
    """

    learns_from_pairs: ClassVar[bool] = False
    needs_holders: ClassVar[bool] = False
    needs_pairs: ClassVar[bool] = False

    def read(self, signals: Signals) -> Floats:
        """Returns what is read of the answers of R models, `(..., R, N)`.

        Args:
            signals: `Signals` of the models. Unless a subclass says otherwise, their
                logit-scaled confidence is read, `(R, N)`.
        """
        return signals.confidence

    def __call__(self, signals: Signals, membership: Booleans, seed: int, /) -> Scores:
        """Scores every model of a game: the interface of all attacks."""
        del seed
        return self.score_game(self.read(signals), membership)

    @abc.abstractmethod
    def score_game(self, answers: Floats, membership: Booleans) -> Scores:
        """Scores every model as target, with the others as its shadows.

        Args:
            answers: Floats `(..., K, N)`, as of `read`.
            membership: Booleans `(K, N)`: who is in whose training set. Models `2j` and
                `2j + 1` are partners; neither serves as the other's shadow.

        Returns:
            `Scores`, without NaN: 0 at what is excluded.

        Raises:
            ValueError: If the shapes don't fit.
        """

    @abc.abstractmethod
    def score_target(
        self,
        answers: Floats,
        shadows: Floats,
        membership: Booleans,
        left_out: Booleans | None = None,
    ) -> Scores:
        """Scores one target by shadow models that it is not among.

        Args:
            answers: Floats `(..., N)`, as of `read`, the target's.
            shadows: Floats `(..., K, N)`, the shadows'.
            membership: Booleans `(K, N)`, who is in which shadow's training set.
            left_out: Booleans `(K, N)`: answers that don't count, or `None`. Shadows in
                pairs need none.

        Returns:
            `Scores` of one target, without NaN: 0 at what is excluded.

        Raises:
            ValueError: If the shapes don't fit.
        """


class MomentScorer(ShadowScorer):
    """Scores by the distance of a target from shadow models with and without a record.

    An attack says which number of each answer is compared (`signal`), of which number
    the shadows' moments are taken (`averaged`), and how far the two are apart
    (`compare`).

    Attributes:
        needs_scatter: Boolean, whether `compare` reads the moments' scatter.
    """

    needs_scatter: ClassVar[bool] = False

    @abc.abstractmethod
    def signal(self, confidence: Floats) -> Floats:
        """Returns the number that is compared, `(K, N)`.

        Args:
            confidence: Float64 array `(K, N)`, the logit-scaled confidence
                `log p_y - log(1 - p_y)` of each model on each example.
        """

    def averaged(self, signal: Floats) -> Floats:
        """Returns the number of which the shadows' moments are taken, `(K, N)`."""
        return signal

    @abc.abstractmethod
    def compare(
        self, signal: Floats, inside: Moments, outside: Moments
    ) -> tuple[Floats, Booleans]:
        """Returns the scores of targets, and what cannot be scored.

        Args:
            signal: Float64 array `(T, N)`, the targets'.
            inside: `Moments` of the shadows that were trained on each example.
            outside: `Moments` of those that were not.

        Returns:
            `(values, excluded)`: float64 scores `(T, N)`, larger for members, and a
            Boolean mask `(N,)` of what lacks the shadows that it takes; scores mean
            nothing there.
        """

    def score_game(self, answers: Floats, membership: Booleans) -> Scores:
        """Scores every model by its logit-scaled confidence, `(K, N)`."""
        signal = self.signal(np.asarray(answers, dtype=np.float64))
        values = np.zeros(signal.shape)
        excluded = np.zeros(signal.shape, dtype=bool)
        for pair, inside, outside in leave_pair_out(
            self.averaged(signal), membership, scatter=self.needs_scatter
        ):
            scores, excluded[pair] = self.compare(signal[pair], inside, outside)
            values[pair] = np.where(excluded[pair], 0, scores)
        return Scores(values, excluded=excluded)

    def score_target(
        self,
        answers: Floats,
        shadows: Floats,
        membership: Booleans,
        left_out: Booleans | None = None,
    ) -> Scores:
        """Scores one target by its logit-scaled confidence, `(N,)`."""
        signal = self.signal(np.asarray(answers, dtype=np.float64)[None])
        theirs = self.signal(np.asarray(shadows, dtype=np.float64))
        inside, outside = of_all(
            self.averaged(theirs),
            membership,
            scatter=self.needs_scatter,
            left_out=left_out,
        )
        scores, unknown = self.compare(signal, inside, outside)
        excluded = unknown[None]
        return Scores(np.where(excluded, 0, scores), excluded=excluded)
