"""From a user's own model and its two sets of examples to the subject they make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

from eval_suite.datasets.example_files import dataset_of
from eval_suite.subjects.many_answers.many_target import ManyTarget
from eval_suite.subjects.many_answers.reading import read_many
from eval_suite.subjects.one_target.user_files import load_model
from eval_suite.subjects.one_target.user_model import UserModel

if TYPE_CHECKING:
    from eval_suite.options.options import GivenExamples
    from eval_suite.options.options import GivenModel


def read_target(
    model: GivenModel,
    members: GivenExamples,
    nonmembers: GivenExamples,
    *,
    from_logits: bool,
    compiled: bool = False,
    seed: int = 0,
    imports: Sequence[str] = (),
    output: str | None = None,
) -> UserModel | ManyTarget:
    """Reads what the options name.

    Args:
        model: The model, or its file.
        members: Examples that it was trained on, or their file.
        nonmembers: Examples that it was not trained on, or their file.
        from_logits: Boolean, whether the model ends in logits.
        compiled: Boolean, whether its compile configuration is needed too.
            Defaults to `False`.
        seed: Integer, as for `UserModel`. Defaults to `0`.
        imports: Modules that define what is the user's own in the model. Defaults
            to none.
        output: Name of the output that is audited, if the model has several. Defaults
            to `None`.

    Raises:
        ValueError: If a file is missing or no such file, or as for `target_of`.
    """
    loaded = load_model(model, compiled=compiled, imports=imports)
    return target_of(
        loaded, members, nonmembers, from_logits=from_logits, seed=seed, output=output
    )


def target_of(
    model: Any,
    members: Any,
    nonmembers: Any,
    *,
    from_logits: bool,
    seed: int,
    output: str | None,
) -> UserModel | ManyTarget:
    """Returns a model with its two sets, by how often it answers about an example.

    Args:
        model: Keras classifier.
        members: Whatever `dataset_of` takes.
        nonmembers: Likewise.
        from_logits: As for `read_target`.
        seed: Likewise.
        output: Likewise.

    Raises:
        ValueError: As for `read_many` and `UserModel`.
    """
    many, members, nonmembers = read_many(
        model, members, nonmembers, output=output, from_logits=from_logits
    )
    if many is not None:
        return ManyTarget(many)
    return UserModel(
        model,
        dataset_of(members, "members", model),
        dataset_of(nonmembers, "nonmembers", model),
        from_logits=from_logits,
        seed=seed,
        output=output,
    )
