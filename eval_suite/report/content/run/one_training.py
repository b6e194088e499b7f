"""In words, what a coin that held records out shows of epsilon."""

from __future__ import annotations

from collections.abc import Iterator

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.format import count
from eval_suite.report.format import estimate
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Results
from eval_suite.results.rows import OneTrainingRow
from eval_suite.results.rows import RecordKindRow
from keras_entropy.attacks.audits.held_out import ONE_LAW

TITLE = "Epsilon from one training"
_GUESSED = {
    "all": "records",
    "as given": "records as given",
    "mislabelled": "mislabelled records",
}


def one_training(results: Results) -> str | None:
    """Returns what the run shows of epsilon, `None` where no coin was tossed."""
    rows = results.get("one_training", [])
    if not rows:
        return None
    return "; ".join([*(text for row in rows for text in _told(row)), ONE_LAW])


def bound_line(row: OneTrainingRow) -> str:
    """Returns the bound behind one defense as a short line."""
    return (
        f"{row['defense']}: epsilon at least {number(row['epsilon'], 2)} at delta "
        f"{row['delta']:g}, for one record added or removed "
        f"({percent(row['confidence'], 0)} confidence); "
        f"{number(row['gaussian_epsilon'], 2)} if the training's privacy is that of a "
        "Gaussian mechanism"
    )


def _told(row: OneTrainingRow) -> Iterator[str]:
    guesses = row["guessed_in"] + row["guessed_out"]
    yield bound_line(row)
    yield (
        f"{row['correct']:,} of {count(guesses, 'guess', 'guesses')} right, of "
        f"{row['records']:,} {_GUESSED[row['kind']]} on which a coin decided, with "
        f"{attack_words(row['attack'])}, chosen on {row['chosen_on']:,} others; no "
        f"leak could have shown more than {number(row['ceiling'], 2)}"
    )
    for kind in row["kinds"]:
        yield _of_kind(kind)
    if row["mislabelled"]:
        yield (
            f"{count(row['mislabelled'], 'record')} mislabelled: they show what the "
            "algorithm may give away of a record, not what it gives away of an "
            "ordinary one, and the accuracy here counts them with their wrong label"
        )


def _of_kind(row: RecordKindRow) -> str:
    rate = row["tpr"]
    tpr = "" if rate is None else f", TPR {percent(rate['tpr'])} at 1 % FPR"
    return (
        f"records {row['kind']}, asked once: AUC "
        f"{estimate(row['auc'], row['auc_low'], row['auc_high'])}{tpr}"
    )
