"""The evaluation of a model in one call from Python."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    import keras

    from eval_suite.options.options import GivenExamples
    from eval_suite.options.options import GivenNeighbors
    from eval_suite.options.options import GivenPlan
    from eval_suite.options.options import GivenTrainer
    from eval_suite.results.contents import Results

# That of pytest, so that a call and the command line go on from each other.
CACHE = ".pytest_cache"


@dataclasses.dataclass(frozen=True)
class Evaluation:
    """What an evaluation found. Its text is what the command line prints.

    Args:
        results: Contents of results.json: `results["defenses"]` has one row for the
            undefended model and for each defense, `results["attacks"]` one for each
            attack on each of them.
        passed: Boolean, whether all checks and gates passed: the exit status of the
            command line. A leaky model without a gate is reported, and passes.
        page: Path of the report, `index.html`.
        gate: One line a gate, and what they say together; empty without a gate.
    """

    results: Results
    passed: bool
    page: Path
    gate: tuple[str, ...]

    @property
    def verdict(self) -> list[str]:
        """Three sentences: whether to believe it, what leaks, and what to do."""
        from eval_suite.report.output.closing_words import closing_words

        return closing_words(self.results)

    def __str__(self) -> str:
        from eval_suite.report.output.terminal import terminal_rows

        table = terminal_rows(self.results)
        words = (*self.gate, *self.verdict, f"report: {self.page}")
        return "\n".join((table, "", *words))


def evaluate(
    model: keras.Model | Path | str | None = None,
    members: GivenExamples | str | None = None,
    nonmembers: GivenExamples | str | None = None,
    *,
    held_out: GivenPlan | str | None = None,
    population: GivenExamples | str | None = None,
    trainer: GivenTrainer | None = None,
    neighbors: GivenNeighbors | None = None,
    defenses: Sequence[str] | str | None = None,
    gate: Sequence[str] | str = (),
    seed: int = 0,
    report_dir: Path | str = "reports",
    cache: Path | str | None = CACHE,
    progress: bool = True,
    **options: Any,
) -> Evaluation:
    """Evaluates a model, as `pytest eval_suite --report` does, and with the same code.

    It runs in this process, of a script or a notebook. Settings and plugins of pytest
    for tests of your own have no part in it. Ctrl-C ends it, and the same call goes on
    from what was trained.

    Args:
        model: Trained Keras classifier with inputs `(N, ...)` and outputs `(N, C)`, or
            `(N, steps, C)`, or of several labels `(N, L)`; or the path of a `.keras`
            file. By default the study's network, of which the
            membership game trains many.
        members: Inputs `(N, ...)` and labels that it was trained on: a pair `(x, y)`,
            or the path of a file.
        nonmembers: Examples from the same distribution that it was not trained on,
            likewise.
        held_out: Instead of both: the plan by which `keras_entropy.audit.hold_out` held
            records out of the training, or the path of its file.
        population: Further examples from that distribution, in neither set: shadow
            models are trained on halves of all three.
        trainer: Trains one of them as you do: a function `(x, y, seed) -> model`, or
            its name. What a function has trained that is defined in a notebook, or in
            another function, is not kept, as its text tells too little.
        neighbors: Neighbors of your own to ask about: a function `(x, seed) -> x` or a
            Keras layer, or its name.
        defenses: Names from the catalog. Defaults to all that the model takes.
        gate: Limits such as `"auc<=0.55"`.
        seed: Integer, of splits, weights and attacks. Defaults to `0`.
        report_dir: Folder of the reports; this one goes to `latest` in it, or to
            `report_name=`. Defaults to `"reports"`.
        cache: Folder in which what is trained is kept, or `None`. Defaults to
            `".pytest_cache"`, as of the command line; of a model of your own it is made
            only where `population` is given.
        progress: Boolean, whether a bar shows how far it is. Defaults to `True`.
        **options: Any other option of the command line, with `_` for `-`:
            `from_logits=True`, `questions=0`, `shadows=32`, `shadow_epochs=20`,
            `shadow_model=`, `shadow_data=`, `baseline="privacy.json"`.

    Returns:
        Results, verdict and the path of the page.

    Raises:
        ValueError: If the command line would refuse what was given: the same message.
        TypeError: If there is no such option.
        KeyboardInterrupt: If it was interrupted; no report was written.
        RuntimeError: If pytest failed, with all that it printed.

    Example:

    >>> import eval_suite
    >>> found = eval_suite.evaluate(
    ...     model, members=(x, y), nonmembers=(x_new, y_new), defenses=["temperature"]
    ... )
    >>> print(found.verdict[1])
    >>> found.results["defenses"][0]["strongest_auc"]
    """
    from eval_suite.python_call.call_arguments import check_names
    from eval_suite.python_call.called_session import run_session
    from eval_suite.results.schema import load_results

    check_names(options)
    given = {
        "model": model,
        "members": members,
        "nonmembers": nonmembers,
        "held_out": held_out,
        "population": population,
        "trainer": trainer,
        "neighbors": neighbors,
        "defenses": defenses,
        "gate": gate,
        "seed": seed,
        "report_dir": report_dir,
        **options,
    }
    shadow_data = options.get("shadow_data")
    if model is not None and population is None and shadow_data is None:
        cache = None  # Nothing is trained.
    session, page, passed = run_session(given, cache, progress)
    result = session.gate_result
    return Evaluation(
        results=load_results(page.with_name("results.json")),
        passed=passed,
        page=page,
        gate=() if result is None else tuple(result.lines),
    )
