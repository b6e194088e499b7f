"""Names and values of the page's cards: data, model, run. None is "not recorded"."""

from eval_suite.report.content.run import distance_alone
from eval_suite.report.content.run import one_training
from eval_suite.report.format import estimate
from eval_suite.report.format import moment
from eval_suite.report.format import number
from eval_suite.report.format import percent
from eval_suite.results.contents import Results

COMMONEST = "Accuracy of always answering the commonest class"
CANARIES = (
    "Canaries are mislabelled records, which a model can only learn by heart: what is "
    "found of them is an upper end of exposure. Further models of the same recipe "
    "learn them beside the population; no other figure is of these models."
)

Facts = list[tuple[str, str | None]]


def other_evidence(results: Results) -> Facts:
    """Returns what tells of leaks beside the attacks, as far as the run has it."""
    told = {
        one_training.TITLE: one_training.one_training(results),
        distance_alone.TITLE: distance_alone.distance_alone(results),
    }
    return [(title, text) for title, text in told.items() if text is not None]


def size(results: Results) -> Facts:
    """Returns how much data there was."""
    dataset, profile = results["dataset"], results["profile"]
    entire = [row for row in results["attacks"] if row["slice"] == "entire"]
    names = dataset["class_names"] or []
    shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    facts: Facts = [
        ("Data", " – ".join(filter(None, (dataset["name"], dataset["source"])))),
        ("Examples", _integer(dataset["examples"])),
        (
            "Set aside for defenses (reference)",
            _integer(dataset["reference"]),
        ),
        ("Population", _integer(dataset["population"])),
        *_canaries(dataset.get("canaries")),
        ("Classes", _integer(dataset["classes"])),
        ("Class names", shown or None),
        ("Models, of them targets", f"{profile['models']}, {profile['targets']}"),
        ("Complementary pairs", _integer(profile["pairs"])),
        (
            "Smallest leak seen with 80 % power",
            f"AUC {number(results['threat_model']['minimum_detectable_auc'])}",
        ),
        ("Digest of the data", dataset["digest"]),
    ]
    if entire:
        row = entire[0]
        sizes = f"{_integer(row['n_members'])}, {_integer(row['n_nonmembers'])}"
        place = [name for name, _ in facts].index("Models, of them targets")
        facts.insert(place, ("Members, non-members of a target", sizes))
    return facts


def _canaries(count: int | None) -> Facts:
    return [("Canaries, mislabelled, beside it", _integer(count))] if count else []


def model(results: Results) -> Facts:
    """Returns the facts of the model that was attacked."""
    profile, base = results["profile"], results["defenses"][0]
    shape = results["dataset"]["input_shape"]
    accuracy = (base["accuracy"], base["accuracy_low"], base["accuracy_high"])
    return [
        ("Architecture", profile["architecture"]),
        ("Input shape", None if shape is None else " × ".join(map(str, shape))),
        ("Epochs", _integer(profile["epochs"])),
        ("Batch size", _integer(profile["batch_size"])),
        ("Seed", None if profile["seed"] is None else str(profile["seed"])),
        ("Accuracy, members", percent(profile["member_accuracy"])),
        ("Accuracy, non-members", percent(profile["nonmember_accuracy"])),
        ("Accuracy, undefended", estimate(*accuracy)),
        (COMMONEST, constant_answer(results)),
    ]


def constant_answer(results: Results) -> str | None:
    """Returns the accuracy of always answering the commonest class, and who is below.

    A model that weights rare events may well be: it is a reference, and no limit.
    """
    share = results["dataset"].get("majority_share")
    if share is None:
        return None
    below = [
        row["name"]
        for row in results["defenses"]
        if row["accuracy_high"] is not None and row["accuracy_high"] <= share
    ]
    if not below:
        return percent(share)
    return f"{percent(share)}; below it: {', '.join(below)}"


def run(results: Results) -> Facts:
    """Returns when, where and with what the run was made."""
    environment = results["environment"]
    backend = f"{environment['backend']} {environment['backend_version'] or ''}"
    commit = environment["commit"]
    if commit and environment["dirty"]:
        commit += " with uncommitted changes"
    timings = results["timings"]
    return [
        ("Made", moment(results["created"])),
        ("keras-entropy", environment["keras_entropy"]),
        ("Commit", commit),
        ("Keras, backend", f"{environment['keras']}, {backend.strip()}"),
        ("Python, NumPy", f"{environment['python']}, {environment['numpy']}"),
        ("Platform", environment["platform"]),
        ("CPUs", _integer(environment["cpus"])),
        (
            "Time",
            ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in timings.items())
            or None,
        ),
    ]


def _integer(value: int | None) -> str | None:
    return None if value is None else f"{value:,}"
