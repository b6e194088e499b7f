"""The options of an attacker who asks often, or who knows the start."""

from __future__ import annotations

import argparse

import pytest

# Questions about each example, all families of neighbors together.
GAME_QUESTIONS = 64
MODEL_QUESTIONS = 32
# Of 70,000 examples each question takes seconds, of every defense.
STUDY_QUESTIONS = 12


def add_question_options(group: pytest.OptionGroup) -> None:
    """Adds the options to the suite's group."""
    group.addoption(
        "--questions",
        dest="eval_suite_questions",
        metavar="N",
        type=number_of_questions,
        help="How many neighbors of each example the attacker asks about: noisy "
        "copies, points between it and others, whatever fits the inputs. 0 leaves "
        "these attacks out: the verdict then holds for an attacker who asks once. "
        f"Default: {GAME_QUESTIONS} in the game, {MODEL_QUESTIONS} with --model, "
        f"{STUDY_QUESTIONS} in --profile study, which has 70,000 examples.",
    )
    group.addoption(
        "--known-start",
        dest="eval_suite_known_start",
        action="store_true",
        help="Play the game once more with models that all start from the same initial "
        "weights, as an attacker can have them trained who holds the seed or the "
        "checkpoint that the training began with. Takes as long again.",
    )
    group.addoption(
        "--canaries",
        dest="eval_suite_canaries",
        metavar="N",
        type=number_of_canaries,
        help="How many mislabelled copies of reference examples further models learn, "
        "each half of them: attacks on what can only be learned by heart are an upper "
        "end of exposure. Even; 0 leaves them out. Default: 5 %% of the "
        "population, at most 500, in the game.",
    )
    group.addoption(
        "--neighbors",
        dest="eval_suite_neighbors",
        metavar="SPEC",
        help="Neighbors of your own, MODULE:NAME or FILE.py:NAME: a function of inputs "
        "and a seed that returns as many inputs, or a Keras layer, such as one that "
        "augments. They are asked about beside those that fit the inputs.",
    )


def number_of_canaries(text: str) -> int:
    """Returns an even integer of at least 0."""
    if not text.isdecimal() or int(text) % 2:
        raise argparse.ArgumentTypeError(
            "must be an even integer of at least 0: each pair of models shares them "
            f"out in halves. Received: {text!r}"
        )
    return int(text)


def number_of_questions(text: str) -> int:
    """Returns an integer of at least 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(
            f"must be an integer of at least 0. Received: {text!r}"
        )
    return int(text)
