"""The command line of `pytest eval_suite`: its options, and when they are there."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval_suite.options.gate_options import add_gate_options
from eval_suite.options.held_out_options import add_held_out_options
from eval_suite.options.profiles import PROFILES
from eval_suite.options.question_options import add_question_options
from eval_suite.options.report_names import LATEST
from eval_suite.options.report_names import REPORTS
from eval_suite.options.report_names import report_name
from eval_suite.options.shadow_options import add_shadow_options


def names_eval_suite(arguments: list[str]) -> bool:
    """Whether a command line names the suite, as a path or by `--pyargs`."""
    for argument in arguments:
        place = argument.split("::")[0].replace("\\", "/")
        if "eval_suite" in place.split("/") or place.split(".")[0] == "eval_suite":
            return True
    return False


def add_options(parser: pytest.Parser) -> None:
    """Adds the options of the suite.

    Only where the suite is named: `--model` and `--seed` are words that other test
    suites use too.
    """
    group = parser.getgroup("eval_suite", "keras-entropy evaluation")
    group.addoption(
        "--report",
        dest="eval_suite_report",
        action="store_true",
        help="Compare the defenses and write the report.",
    )
    group.addoption(
        "--report-dir",
        dest="eval_suite_report_dir",
        metavar="DIR",
        type=Path,
        default=REPORTS,
        help=f"Folder that holds the reports of all runs. Default: {REPORTS}.",
    )
    group.addoption(
        "--report-name",
        dest="eval_suite_report_name",
        metavar="NAME",
        type=report_name,
        default=LATEST,
        help="Folder of this run's report in it. A report of the same name is "
        f"replaced, others are kept. Default: {LATEST}.",
    )
    group.addoption(
        "--defenses",
        dest="eval_suite_defenses",
        metavar="NAMES",
        help="Names from the catalog, separated by commas; all; untrained; or none. "
        "Default: all, of which a model of your own takes the untrained without "
        "--population; none where only a gate is asked for.",
    )
    group.addoption(
        "--profile",
        dest="eval_suite_profile",
        choices=sorted(PROFILES),
        default="quick",
        help="Size of the membership game; doctor asks the study's question instead: "
        "does raising entropy protect? Default: quick.",
    )
    group.addoption(
        "--as-published",
        dest="eval_suite_as_published",
        action="store_true",
        help="With --profile study: train heads as the study's code does, with what it "
        "does without saying so.",
    )
    group.addoption(
        "--dataset",
        dest="eval_suite_dataset",
        metavar="NAME",
        default="digits",
        help="digits, mnist, fashion_mnist, cifar10, idx:DIR for a folder with the "
        "files of MNIST, or an .npz file with arrays x and y. Default: digits.",
    )
    group.addoption(
        "--seed",
        dest="eval_suite_seed",
        metavar="N",
        type=int,
        default=0,
        help="Seed of splits, weights and attacks. Default: 0.",
    )
    group.addoption(
        "--model",
        dest="eval_suite_model",
        metavar="FILE",
        type=Path,
        help="A trained .keras model to evaluate instead of the study's network.",
    )
    group.addoption(
        "--import",
        dest="eval_suite_imports",
        metavar="MODULE",
        action="append",
        default=[],
        help="With --model: a module, or FILE.py, that defines layers and losses of "
        "your own in it (the current folder is on the path). May be repeated.",
    )
    group.addoption(
        "--members",
        dest="eval_suite_members",
        metavar="DATA",
        type=Path,
        help="Examples that --model was trained on: .npz with x (or x/NAME for each "
        "input of the model) and y; .csv or .parquet with a column y; a folder with "
        "one folder of images a class; or MODULE:NAME or FILE.py:NAME of a function "
        "that returns them.",
    )
    group.addoption(
        "--nonmembers",
        dest="eval_suite_nonmembers",
        metavar="DATA",
        type=Path,
        help="Examples from the same distribution that it was not trained on, "
        "likewise.",
    )
    group.addoption(
        "--from-logits",
        dest="eval_suite_from_logits",
        action="store_true",
        help="The model ends in logits.",
    )
    group.addoption(
        "--output",
        dest="eval_suite_output",
        metavar="NAME",
        help="Which output to evaluate of a --model that has several: its key where "
        "the model answers with a dictionary, else its layer's name. The labels are "
        "that output's.",
    )
    group.addoption(
        "--member-outputs",
        dest="eval_suite_member_outputs",
        metavar="FILE",
        type=Path,
        help="Instead of --model: what it answers to members, as an .npz file with "
        "arrays outputs and y. No Keras backend is loaded.",
    )
    group.addoption(
        "--nonmember-outputs",
        dest="eval_suite_nonmember_outputs",
        metavar="FILE",
        type=Path,
        help="What it answers to non-members, likewise.",
    )
    group.addoption(
        "--latency-tables",
        dest="eval_suite_latency_tables",
        action="store_true",
        help="Print pytest-benchmark's tables as well: every call that was timed.",
    )
    group.addoption(
        "--tf-privacy",
        dest="eval_suite_tf_privacy",
        choices=("check", "full", "off"),
        default="check",
        help="TensorFlow Privacy on the same outputs, on Python < 3.12. check: its "
        "threshold attacks must agree with ours. full: its other attackers beside ours "
        "as well, and both engines on data without a signal; takes many minutes. "
        "Default: check.",
    )
    add_held_out_options(group)
    add_question_options(group)
    add_shadow_options(group)
    add_gate_options(group)
