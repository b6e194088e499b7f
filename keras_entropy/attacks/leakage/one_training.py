"""A lower bound on epsilon from one training in which fair coins decided membership.

Unlike `epsilon.epsilon_lower_bound`, which looks at members and non-members as they
are, this is a bound on the training algorithm's epsilon, for the adding or removing of
one record: the coins are the experiment, and every record is one of its repetitions
(`guesses.py`).

An attack, its direction, the number of guesses and the kind of records are chosen on
three tenths of the records; the others are guessed then, and nothing that was chosen
depends on their coins. Ties are broken by chance. The parts are drawn whatever the
coins say: parts with a fixed share of members would tell of the other part's coins.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Literal
from typing import NamedTuple

import numpy as np
from scipy import special

from keras_entropy.arrays import Array
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.array_checks import check_confidence
from keras_entropy.attacks.leakage.guesses import gaussian_epsilon
from keras_entropy.attacks.leakage.guesses import refuted_epsilon
from keras_entropy.attacks.leakage.guesses import refuted_mu

FEWEST_RECORDS = 50
DELTA = 1e-5

Kind = Literal["all", "as given", "mislabelled"]

_CHOOSE = 0.3
_CHOICE_LEVEL = 0.05
# Shares of the records that are guessed to be in, and out; at most all.
_SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)
_GUESSED = (
    *((share, 0.0) for share in _SHARES),
    *((0.0, share) for share in _SHARES),
    *((share, share) for share in _SHARES),
)


@dataclasses.dataclass(frozen=True)
class OneTrainingBound:
    """Lower bounds on the privacy loss of a training, from one model.

    Each of `epsilon` and `gaussian_epsilon` holds with probability `confidence`.

    Attributes:
        epsilon: Float, at least 0: the training is not (e, delta)-private for any e
            below. It assumes nothing of the training.
        gaussian_mu: Float, at least 0, the same of mu-Gaussian privacy.
        gaussian_epsilon: Float, at least 0: the epsilon of `gaussian_mu` at `delta`.
            It is a bound if the training's privacy is that of a Gaussian mechanism, as
            that of DP-SGD is nearly; then it is the tighter one.
        ceiling: Float, the `epsilon` if all guesses had been right, of all records that
            were not used to choose: no leak can show more than this.
        delta: Float, of (epsilon, delta).
        confidence: Float, the probability of a valid bound.
        attack: String, the attack that was chosen.
        reversed: Boolean, whether lower scores were found to mean members.
        kind: String, the records that were guessed: all, as given, or mislabelled.
        records: Integer, how many coins the bound rests on.
        guessed_in: Integer, how many of them were guessed to be in.
        guessed_out: Integer, how many were guessed to be out; of the rest the attack
            abstains.
        correct: Integer, how many guesses are right.
        chosen_on: Integer, how many other records were used to choose.
    """

    epsilon: float
    gaussian_mu: float
    gaussian_epsilon: float
    ceiling: float
    delta: float
    confidence: float
    attack: str
    reversed: bool
    kind: Kind
    records: int
    guessed_in: int
    guessed_out: int
    correct: int
    chosen_on: int

    @property
    def guesses(self) -> int:
        """Integer, how many records were guessed."""
        return self.guessed_in + self.guessed_out


def one_training_bound(
    scores: Mapping[str, Floats],
    member: Booleans,
    *,
    delta: float = DELTA,
    confidence: float = 0.95,
    mislabelled: Booleans | None = None,
    seed: int = 0,
) -> OneTrainingBound:
    """Returns what the best of several attacks shows of a training's epsilon.

    Args:
        scores: Dict from an attack's name to a float array `(m,)`, one score for each
            record whose membership a fair coin decided, larger for a likelier member.
            They may depend on the model and on the records, and not on `member`: no
            scores of an attacker that learned from it.
        member: Boolean array `(m,)`, the coins: true where the record was trained on.
            At least 50; all of them, for a part that was selected by them is no part of
            the experiment.
        delta: Float above 0 and below `1 / m`. Defaults to 1e-5.
        confidence: Float in (0, 1). Defaults to 0.95.
        mislabelled: Boolean array `(m,)`, the records that have a wrong label in the
            training set; they are told from the others, and may be guessed alone.
            Defaults to none.
        seed: Integer, of the parts and of ties.

    Returns:
        `OneTrainingBound`. If the model was trained on records that `member` says it
        was not, which no one can see from here, members and non-members look alike: the
        bound is too low, and valid nonetheless.

    Raises:
        ValueError: If the shapes disagree, a score is NaN, there are fewer than 50
            records, or `delta` or `confidence` is out of its range.

    Example:

        >>> member = np.random.default_rng(0).random(1000) < 0.5
        >>> bound = one_training_bound({"loss": member * 1.0}, member)
        >>> bound.correct == bound.guesses == 700
        True
        >>> round(bound.epsilon, 1) == round(bound.ceiling, 1) == 5.4
        True
    """
    check_confidence(confidence)
    member = np.asarray(member, bool)
    check_records(member.size, delta)
    rows = {name: np.asarray(row, np.float64) for name, row in scores.items()}
    kinds = np.zeros(member.shape, bool) if mislabelled is None else mislabelled
    _check_scores(rows, member, kinds)
    rng = np.random.default_rng((seed, member.size))
    order = rng.permutation(member.size)
    chosen_on = round(_CHOOSE * member.size)
    choose, certify = order[:chosen_on], order[chosen_on:]
    ties = rng.permutation(member.size)
    best = max(
        candidate
        for kind, rows_of_kind in _kinds(kinds, choose)
        for candidate in _candidates(rows, member, rows_of_kind, ties, kind)
    )
    guessed = certify[_of_kind(best.kind, kinds[certify])]
    ranked = _ranked(best.sign * rows[best.attack], guessed, ties)
    guessed_in, guessed_out = (round(s * len(ranked)) for s in best.shares)
    guessed_out = min(guessed_out, len(ranked) - guessed_in)
    correct = _correct(member[ranked], guessed_in, guessed_out)
    counts = correct, guessed_in + guessed_out, len(ranked)
    level = 1 - confidence
    mu = refuted_mu(*counts, level=level)
    whole = len(certify)
    return OneTrainingBound(
        epsilon=refuted_epsilon(*counts, delta=delta, level=level),
        gaussian_mu=mu,
        gaussian_epsilon=gaussian_epsilon(mu, delta),
        ceiling=refuted_epsilon(whole, whole, whole, delta=delta, level=level),
        delta=delta,
        confidence=confidence,
        attack=best.attack,
        reversed=best.sign == -1,
        kind=best.kind,
        records=len(ranked),
        guessed_in=guessed_in,
        guessed_out=guessed_out,
        correct=correct,
        chosen_on=chosen_on,
    )


def check_records(records: int, delta: float) -> None:
    """Raises `ValueError` if there are too few records, or `delta` does not fit them.

    Args:
        records: Integer, how many coins were tossed.
        delta: Float.
    """
    if records < FEWEST_RECORDS:
        raise ValueError(
            f"A bound on epsilon from one training needs at least {FEWEST_RECORDS} "
            f"records whose membership a coin decided. Received: {records}"
        )
    if not 0 < delta < 1 / records:  # also rejects NaN
        raise ValueError(
            f"`delta` must be above 0 and below 1 / {records}, one over the number of "
            "records: a training that publishes one of them is private at any larger "
            f"one. Received: delta={delta}"
        )


def _check_scores(
    rows: Mapping[str, Floats], member: Booleans, mislabelled: Array
) -> None:
    """Raises `ValueError` unless there is one number for each record."""
    shapes = {name: row.shape for name, row in rows.items()}
    if not rows or member.ndim != 1 or {*shapes.values()} != {member.shape}:
        raise ValueError(
            "`scores` must hold, for each attack, one number for each entry of "
            f"`member`. Received: {shapes}, member.shape={member.shape}"
        )
    if mislabelled.shape != member.shape or mislabelled.dtype != bool:
        raise ValueError(
            "`mislabelled` must hold one boolean for each entry of `member`. Received: "
            f"shape {mislabelled.shape}, dtype {mislabelled.dtype}"
        )
    for name, row in rows.items():
        if np.isnan(row).any():
            raise ValueError(
                f"`scores` must be numbers. Received: {np.isnan(row).sum()} of "
                f"{row.size} scores of {name!r} are NaN"
            )


class _Candidate(NamedTuple):
    """What may be chosen: the largest proxy, of equal ones the last by name."""

    proxy: float
    attack: str
    sign: int
    shares: tuple[float, float]
    kind: Kind


def _kinds(mislabelled: Booleans, choose: Integers) -> Iterator[tuple[Kind, Integers]]:
    """Yields the kinds that there are enough of, and the rows to choose on."""
    kinds: tuple[Kind, ...] = ("all", "as given", "mislabelled")
    for kind in kinds if mislabelled.any() else kinds[:1]:
        rows = choose[_of_kind(kind, mislabelled[choose])]
        if kind == "all" or len(rows) >= _CHOOSE * FEWEST_RECORDS:
            yield kind, rows


def _of_kind(kind: Kind, mislabelled: Booleans) -> Booleans:
    if kind == "all":
        return np.ones_like(mislabelled)
    return mislabelled if kind == "mislabelled" else ~mislabelled


def _candidates(
    scores: Mapping[str, Floats],
    member: Booleans,
    rows: Integers,
    ties: Integers,
    kind: Kind,
) -> Iterator[_Candidate]:
    """Yields every choice of an attack, a direction and numbers of guesses.

    Their proxy is the bound at delta 0, in closed form, before it is cut off at 0.
    """
    guesses = np.array([[round(s * len(rows)) for s in pair] for pair in _GUESSED])
    guesses[:, 1] = np.minimum(guesses[:, 1], len(rows) - guesses[:, 0])
    for name, values in scores.items():
        for sign in (1, -1):
            inside = member[_ranked(sign * values, rows, ties)]
            right_in = np.concatenate([[0], inside.cumsum()])[guesses[:, 0]]
            right_out = np.concatenate([[0], (~inside)[::-1].cumsum()])[guesses[:, 1]]
            right, total = right_in + right_out, guesses.sum(axis=1)
            # Clopper and Pearson's limit of the share of right guesses; 0 if none is.
            low = special.betaincinv(
                np.maximum(right, 1), total - right + 1, _CHOICE_LEVEL
            )
            proxy = special.logit(np.where(right, low, 0.0))
            best = int(proxy.argmax())
            yield _Candidate(float(proxy[best]), name, sign, _GUESSED[best], kind)


def _ranked(scores: Floats, rows: Integers, ties: Integers) -> Integers:
    """Returns rows from the likeliest member on."""
    return rows[np.lexsort((ties[rows], -scores[rows]))]


def _correct(inside: Booleans, guessed_in: int, guessed_out: int) -> int:
    """Returns how many guesses are right, of records from the likeliest member on."""
    last = len(inside) - guessed_out
    return int(inside[:guessed_in].sum() + (~inside[last:]).sum())
