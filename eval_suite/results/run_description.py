"""The description of a run: its data, its size and its undefended model."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.results.rows import QuestionsRow
from eval_suite.results.rows import RunDescription
from eval_suite.results.rows import Utility


def describe_run(
    *,
    dataset: str,
    source: str,
    scored: int,
    class_names: Sequence[str],
    profile: str,
    utility: Utility,
    majority_share: float,
    reference: int = 0,
    examples: int | None = None,
    input_shape: Sequence[int] | None = None,
    digest: str | None = None,
    models: int = 1,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int | None = None,
    architecture: str | None = None,
    is_reference_study: bool = False,
    questions: QuestionsRow | None = None,
    canaries: int = 0,
) -> RunDescription:
    """Returns the description in the form of results.json.

    Args:
        dataset: Name of the dataset.
        source: Where it comes from, for people.
        scored: Number of examples that are members or non-members.
        class_names: One name a class.
        profile: Name of the kind of run.
        utility: Of the undefended model, as `Subject.utility`.
        majority_share: Float, as `Subject.majority_share`.
        reference: Number of reference examples. Defaults to 0.
        examples: Number of all examples. Defaults to those scored and the reference.
        input_shape: Shape of one input, or `None` if unknown.
        digest: Digest of the examples, or `None` if unknown.
        models: Number of models that are attacked. Defaults to 1.
        epochs: Epochs that a model was trained for, or `None` if unknown.
        batch_size: Examples in a batch, or `None` if unknown.
        seed: Seed of split and training, or `None` where there is none.
        architecture: Name of the undefended model, or `None` if unknown.
        is_reference_study: Boolean, see `Subject`. Defaults to `False`.
        questions: The neighbors that were asked of each input. Defaults to `None`:
            there were none.
        canaries: Number of mislabelled copies of reference examples that models were
            trained on beside the population. Defaults to 0.
    """
    return {
        "dataset": {
            "name": dataset,
            "source": source,
            "examples": scored + reference if examples is None else examples,
            "reference": reference,
            "population": scored,
            "canaries": canaries,
            "classes": len(class_names),
            "input_shape": None if input_shape is None else list(input_shape),
            "class_names": list(class_names),
            "digest": digest,
            "majority_share": majority_share,
        },
        "profile": {
            "name": profile,
            "models": models,
            "targets": models,
            "pairs": models // 2,
            "epochs": epochs,
            "batch_size": batch_size,
            "seed": seed,
            "architecture": architecture,
            "member_accuracy": utility["member_accuracy"],
            "nonmember_accuracy": utility["accuracy"],
        },
        "is_reference_study": is_reference_study,
        "questions": questions,
    }
