"""The columns of the table of defenses: their headings and their meaning."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Attributes:
        key: Name of its cell in each row.
        header: Heading, with soft hyphens.
        short: Heading without.
        help: Its meaning, or empty.
        text: Whether it sorts as text.
    """

    key: str
    header: str
    short: str
    help: str = ""
    text: bool = False


_COLUMNS = (
    Column("name", "Defense", "Defense", text=True),
    Column(
        "auc",
        "Strongest attack: AUC",
        "Strongest attack: AUC",
        "Chance that the attack ranks a member above a non-member; 0.5 is guessing. "
        "In the small picture the dotted line is 0.5, the dashed one the undefended "
        "model, the bar the 95 % interval.",
    ),
    Column(
        "difference",
        "Change of AUC",
        "Change of AUC",
        "AUC minus the undefended model's, paired, with its 95 % interval. The attack "
        "is called weaker or stronger only where the difference is larger than chance "
        "after Holm's correction over all defenses.",
    ),
    Column(
        "advantage",
        "Advan\u00adtage",
        "Advantage",
        "True-positive minus false-positive rate of that attack.",
    ),
    Column(
        "accuracy",
        "Accu\u00adracy",
        "Accuracy",
        "On non-members; below it the change against the undefended model in points.",
    ),
    Column(
        "nll", "NLL", "NLL", "Mean negative log-likelihood of the true class, in nats."
    ),
    Column("ece", "ECE", "ECE", "Expected calibration error, 0 to 1."),
    Column(
        "latency",
        "Latency",
        "Latency",
        "Time of one call divided by the undefended model's; below it batch 256.",
    ),
    Column(
        "entropy",
        "Entropy",
        "Entropy",
        "Mean entropy of the outputs for non-members, divided by its maximum. High "
        "entropy alone protects nobody.",
    ),
    Column(
        "gap",
        "Illusion gap",
        "Illusion gap",
        "Strongest attack minus plain loss threshold: how much safer the model looks "
        "to someone who only tries the simplest attack.",
    ),
    Column(
        "published",
        "Published",
        "Published",
        "Attack AUC and accuracy that the reference study prints, "
        "measured there on other data and with another protocol.",
    ),
)


def columns() -> list[dict[str, str | bool | int]]:
    """Returns the columns with their position."""
    return [{**vars(column), "index": i} for i, column in enumerate(_COLUMNS)]
