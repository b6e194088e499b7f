"""What is checked before any work: names, files, and what can't go together."""

from __future__ import annotations

from collections.abc import Sequence

from eval_suite.options.options import Options


def check_report_folder(options: Options) -> None:
    """Raises `OSError` or `ValueError` if the report can't be written."""
    if options.report:
        from eval_suite.report.output.report_folder import check_writable

        check_writable(options.report_folder)


def check_profile(options: Options) -> None:
    """Raises `ValueError` if the profile can't do with what else is asked for."""
    if options.profile == "doctor":
        from eval_suite.session.study_of_session import check_study

        check_study(options)


def checked_defenses(options: Options) -> Sequence[str]:
    """Returns the names of the selected defenses.

    Raises:
        ValueError: If there is no such defense, or it can't be evaluated with these
            options.
    """
    if options.outputs_only:
        return ()  # Without the catalog, which loads Keras.
    from eval_suite.options.selected_defenses import claiming
    from eval_suite.options.selected_defenses import evaluated

    names = evaluated(options)
    own = options.model is not None
    trained = claiming(names, "trained")
    otherwise = options.trained_otherwise
    if trained and own and otherwise is not None:
        raise ValueError(
            f"{', '.join(trained)}: trained with the model as it is compiled, and "
            f"shadows are trained by {otherwise}: leave one of them out. "
            "Or build one with `keras_entropy.catalog.build` and evaluate the "
            "result as --model"
        )
    if trained and own and not options.trains_shadows:
        raise ValueError(
            f"{', '.join(trained)}: trained with the model, so --defenses "
            "takes them for --model only with --population. Or build one with "
            "`keras_entropy.catalog.build` and evaluate the result as --model"
        )
    referring = claiming(names, "reference")
    if referring and options.held_out is not None:
        raise ValueError(
            f"{', '.join(referring)}: fitted to reference examples or trained "
            "on them, and a plan of held-out records has none: all of its "
            "records are scored. Build it on examples of your own with "
            "`keras_entropy.catalog.build` and give the result as --model"
        )
    if referring and options.profile == "study" and not own:
        raise ValueError(
            f"{', '.join(referring)}: fitted to reference examples or trained "
            "on them, and --profile study has none: it scores all. Leave it "
            "out of --defenses, or take --profile quick"
        )
    return names
