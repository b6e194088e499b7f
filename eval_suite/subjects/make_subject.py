"""From the options of a run to its subject: files are read once, before any work."""

from __future__ import annotations

from eval_suite.options.options import Options
from eval_suite.subjects.one_target.given_outputs import GivenOutputs
from eval_suite.subjects.subject_maker import SubjectMaker


def check_options(options: Options) -> SubjectMaker:
    """Reads the files that the options name and calls the cluster; trains nothing.

    Returns:
        What makes the subject of what was read.

    Raises:
        ValueError: If a file or name in the options is no good or the cluster doesn't
            answer; the message says why.
    """
    if options.given_outputs is not None:
        given = GivenOutputs.read(
            *options.given_outputs, from_logits=options.from_logits
        )
        return SubjectMaker(lambda progress, folder: given, options)
    # Only here, as these load Keras.
    from eval_suite.subjects.live_subjects import read_live

    return read_live(options)
