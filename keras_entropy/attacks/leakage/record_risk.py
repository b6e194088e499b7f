"""Which records a training gives away, with a bound on false alarms."""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy import stats

from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers


@dataclasses.dataclass(frozen=True)
class RecordRisk:
    """The effect of training on a record on the model's answer, record by record.

    Attributes:
        effect: Floats `(N,)`: how much the logit-scaled confidence rises when the
            record is in the training set, in nats, averaged over the pairs of models.
        p_value: Floats `(N,)`: of no rise, one-sided.
        q_value: Floats `(N,)`: the smallest false discovery rate at which the record
            counts as exposed (Benjamini and Hochberg).
        detection_rate: Floats `(N,)`: share of the models trained on the record whose
            confidence in it exceeds that of 99 % of their non-members.
    """

    effect: Floats
    p_value: Floats
    q_value: Floats
    detection_rate: Floats

    def exposed(self, fdr: float = 0.05) -> Integers:
        """Returns the exposed records, most certain first.

        Args:
            fdr: Float in (0, 1): the expected share of records among them on which
                training has no effect.

        Returns:
            Integers: indices of records, by p-value and then by effect.
        """
        order = np.lexsort((-self.effect, self.p_value))
        return order[self.q_value[order] <= fdr]


def record_risk(confidence: Floats, membership: Booleans) -> RecordRisk:
    """Measures for every record how much its presence in training shows.

    In each complementary pair of models one was trained on the record and the other
    was not, and a fair coin decided which. The rise of the confidence from the one to
    the other is tested record by record by a paired t test over the pairs, and the
    p-values are adjusted for the number of records. It needs no target: the risk is
    that of the recipe, averaged over training sets.

    Args:
        confidence: Floats `(K, N)`, the logit-scaled confidence
            `log p_y - log(1 - p_y)` of each model on each record. K is at least 6.
        membership: Booleans `(K, N)`: who is in whose training set; models `2j` and
            `2j + 1` hold complementary halves.

    Returns:
        A `RecordRisk`.

    Raises:
        ValueError: If the shapes don't fit, there are fewer than three pairs, or a
            pair is not complementary.

    Reference: Benjamini and Hochberg, "Controlling the False Discovery Rate", Journal
    of the Royal Statistical Society B 57, 1995.
    """
    confidence = np.asarray(confidence, dtype=np.float64)
    membership = np.asarray(membership, dtype=bool)
    models = len(confidence)
    if confidence.shape != membership.shape or models % 2 or models < 6:
        raise ValueError(
            "`confidence` and `membership` must have one shape (models, records), with "
            "at least 3 pairs of models. "
            f"Received: {confidence.shape} and {membership.shape}"
        )
    if (membership[::2] == membership[1::2]).any():
        raise ValueError(
            "`membership` must hold complementary pairs: of models 2j and 2j + 1 one "
            "is trained on a record and the other is not. Received: "
            f"{int((membership[::2] == membership[1::2]).sum())} entries that are not"
        )
    rise = np.where(
        membership[::2],
        confidence[::2] - confidence[1::2],
        confidence[1::2] - confidence[::2],
    )
    effect = rise.mean(axis=0)
    p_value = _one_sided(effect, rise.std(axis=0, ddof=1), len(rise))
    caught = np.zeros(confidence.shape, dtype=bool)
    for row, members, found in zip(confidence, membership, caught, strict=True):
        found[:] = members & (row > np.quantile(row[~members], 0.99))
    return RecordRisk(
        effect=effect,
        p_value=p_value,
        q_value=stats.false_discovery_control(p_value),
        detection_rate=caught.sum(axis=0) / (models // 2),
    )


def _one_sided(effect: Floats, deviation: Floats, pairs: int) -> Floats:
    # Where all pairs agree to the last digit, as on outputs that are constant, the
    # effect is either nothing or as certain as it can be.
    varies = deviation > 0
    t = np.where(effect > 0, np.inf, 0.0)
    t[varies] = effect[varies] / (deviation[varies] / np.sqrt(pairs))
    return stats.t.sf(t, pairs - 1)
