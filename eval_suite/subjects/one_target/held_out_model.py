"""A user's own model, of whose training fair coins held some records out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import keras

from eval_suite.datasets.example_files import dataset_of
from eval_suite.results.rows import RunDescription
from eval_suite.subjects.one_target.user_files import load_model
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy.audit import HeldOutPlan

if TYPE_CHECKING:
    from eval_suite.options.options import GivenModel


class HeldOutModel(UserModel):
    """One target model, and the records whose membership a coin decided.

    All of them are scored: a reference set taken out of the non-members would leave
    more members than non-members, and the coins would be fair no more.

    Args:
        model: Keras classifier.
        plan: Which records it was trained on.
        from_logits: Boolean, whether the model ends in logits. Defaults to `False`.
        seed: Integer, of the draws of random defenses. Defaults to `0`.
        output: Name of the output that is audited, if the model has several. Defaults
            to `None`.

    Raises:
        ValueError: If the records do not fit the model, or it can't be defended.
    """

    def __init__(
        self,
        model: keras.Model,
        plan: HeldOutPlan,
        *,
        from_logits: bool = False,
        seed: int = 0,
        output: str | None = None,
    ) -> None:
        members, nonmembers = (
            dataset_of(side, name, model)
            for name, side in (
                ("records in training", plan.members),
                ("records held out", plan.nonmembers),
            )
        )
        super().__init__(
            model,
            members,
            nonmembers,
            from_logits=from_logits,
            seed=seed,
            set_aside=False,
            output=output,
        )
        self.held_out = plan

    @classmethod
    def of_files(
        cls,
        model: GivenModel,
        plan: HeldOutPlan,
        *,
        from_logits: bool,
        seed: int = 0,
        imports: Sequence[str] = (),
        output: str | None = None,
    ) -> HeldOutModel:
        """Reads the model of the options.

        Args:
            model: The model, or its file.
            plan: Which records it was trained on.
            from_logits: Boolean, whether the model ends in logits.
            seed: Integer, as for the class. Defaults to `0`.
            imports: Modules that define what is the user's own in the model. Defaults
                to none.
            output: As for the class. Defaults to `None`.

        Raises:
            ValueError: If the file is missing or no such file, or as for the class.
        """
        loaded = load_model(model, compiled=False, imports=imports)
        return cls(loaded, plan, from_logits=from_logits, seed=seed, output=output)

    def describe(self) -> RunDescription:
        described = super().describe()
        described["dataset"]["source"] = f"a plan of records, {self.held_out!r}"
        return described
