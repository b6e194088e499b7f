"""The columns of the table of defenses: their headings and their meaning."""

from dataclasses import dataclass

from eval_suite.results.contents import Results


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
        "The attack is the strongest of all, of one question or of many. In the small "
        "picture the dotted line is 0.5, the dashed one the undefended model, the "
        "green one the label floor, the bar the 95 % interval.",
    ),
    Column(
        "once",
        "Asked once",
        "Asked once",
        "The strongest attack that asks one question about each example: the example.",
    ),
    Column(
        "often",
        "Asked often",
        "Asked often",
        "The strongest attack that asks more: about neighbors of the example, or, of a "
        "random defense, the same again. Behind a layer that keeps the label it finds "
        "at least what labels alone tell: the label floor.",
    ),
    Column(
        "known",
        "Known start",
        "Known start",
        "The strongest attack where the attacker knows what the training starts from. "
        "The larger of this and the strongest attack decides.",
    ),
    Column(
        "worst",
        "Worst-off 5 %",
        "Worst-off 5 %",
        "The strongest attack on the records that other models say are most exposed: "
        "its AUC on them alone; the share of these members that it finds at 1 % false "
        "positives among all non-members; and the share of these records that it "
        "accuses falsely there.",
    ),
    Column(
        "canaries",
        "Canaries",
        "Canaries",
        "The strongest attack on mislabelled records, which a model can only learn by "
        "heart: an upper end of exposure, and no figure of ordinary records. Its AUC; "
        "the share of those that a model learned which it finds at 1 % false positives "
        "among the others; and what these came to.",
    ),
    Column(
        "reference",
        "Reference",
        "Reference",
        "The strongest attack on the reference, the examples that a defense learns "
        "from beside the private ones: each model was given half of them, and these "
        "count as its members. What is public anyway has nothing to lose here.",
    ),
    Column(
        "guarantee",
        "Guarantee",
        "Guarantee",
        "A proof: no attack on one example, whatever it knows and asks, has a larger "
        "AUC; below it the epsilon of differential privacy, for a swap of one example. "
        "Its conditions stand with the defense. Of all other defenses nothing is "
        "proved: what attacks find is a lower bound of what there is to find.",
    ),
    Column(
        "difference",
        "Change of AUC",
        "Change of AUC",
        "AUC of the strongest attack minus the undefended model's, paired, with its "
        "95 % interval. It leaks less or more only where the "
        "difference is larger than chance after Holm's correction over all defenses.",
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


def columns(results: Results) -> list[dict[str, str | bool | int]]:
    """Returns the columns with their position.

    "Known start", "Worst-off", "Canaries" and "Reference" are among them where some
    defense was attacked so, "Guarantee" where some defense has one.
    """
    found = results["defenses"]
    hidden = set()
    if all(row["known_start"] is None for row in found):
        hidden.add("known")
    if all(row["worst_off"] is None for row in found):
        hidden.add("worst")
    if all(row["canaries"] is None for row in found):
        hidden.add("canaries")
    if all(row["on_reference"] is None for row in found):
        hidden.add("reference")
    if all(row.get("guarantee") is None for row in found):
        hidden.add("guarantee")
    shown = [column for column in _COLUMNS if column.key not in hidden]
    return [{**vars(column), "index": i} for i, column in enumerate(shown)]
