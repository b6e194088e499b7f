"""Attacks and their kinds, as people name them."""

from eval_suite.report.format import count
from eval_suite.results.contents import Results
from eval_suite.results.rows import QuestionsRow
from keras_entropy.attacks.attack_name import NEIGHBORS
from keras_entropy.attacks.attack_name import AttackName

MANY_QUESTIONS = "many questions"
_OF_NEIGHBORS = {
    "label_share": "share of right labels",
    "label_bits": "which labels are right",
    "label_stacked": "all of the labels",
    "confidence": "mean confidence",
    "lira": "LiRA",
    "rmia": "RMIA",
    "stacked": "all of the answers",
}
# In the order of what the attacker needs.
_KINDS = {
    "label": "looks at the predicted label alone",
    "threshold": "a threshold on a score of the answer and the true label",
    "trained": "a learner fitted to known members and non-members",
    "shadow": "compares the answer with those of other models trained alike",
    "adaptive": "knows the defense: undoes it, applies it, or asks a random one again",
    NEIGHBORS: "asks neighbors of each input",
}


def attack_words(name: str | None) -> str:
    """Returns what people call an attack; of one question, its name.

    Args:
        name: As in results.json, or None, which is no name.
    """
    attack = AttackName.parse(name or "")
    *before, last = (attack.through or "").split(":")
    if last != NEIGHBORS:
        return name or ""
    words = f"{MANY_QUESTIONS}: {_OF_NEIGHBORS.get(attack.base, attack.base)}"
    return ": ".join([*before, words])


def kind_words(group: str) -> str:
    """Returns what people call a kind of attack."""
    return MANY_QUESTIONS if group == NEIGHBORS else group


def kinds_in_words(results: Results) -> list[tuple[str, str]]:
    """Returns the kinds of attack that ran, each with its meaning."""
    ran = {row["group"] for row in results["attacks"]}
    meanings = dict(_KINDS)
    questions = results["threat_model"]["questions"]
    if questions is not None:
        meanings[NEIGHBORS] += f", {questions_in_words(questions)}"
    return [(kind_words(group), meanings[group]) for group in meanings if group in ran]


def questions_in_words(questions: QuestionsRow) -> str:
    """Returns "128 questions: noise-0.3 (32), lines (96)"."""
    text = count(questions["count"], "question")
    families = [
        f"{family['name']} ({family['questions']})" for family in questions["families"]
    ]
    return f"{text}: {', '.join(families)}" if families else text
