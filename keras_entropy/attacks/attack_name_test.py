import json
import pickle

import pytest

from keras_entropy.attacks.attack_name import AttackName

NAMES = [
    (AttackName("loss"), "loss"),
    (AttackName("loss", by_class=True), "per_class:loss"),
    (AttackName("loss", through="inverse"), "inverse:loss"),
    (AttackName("loss", through="M-5", by_class=True), "M-5:per_class:loss"),
    (AttackName("loss", label=12), "loss of label 12"),
    (AttackName("loss", by_class=True, label=0), "per_class:loss of label 0"),
]


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_a_name_is_its_text_and_knows_its_parts(name, text):
    assert name == text
    assert json.dumps(name) == f'"{text}"'
    for other in (AttackName.parse(text), pickle.loads(pickle.dumps(name))):
        assert other == name
        assert vars(other) == vars(name)


def test_a_name_after_another_step():
    name = AttackName("loss", by_class=True).after("inverse")
    assert name == "inverse:per_class:loss"
    assert (name.base, name.through, name.by_class) == ("loss", "inverse", True)
    assert name.after("M-5") == "M-5:inverse:per_class:loss"
    assert name.of_label(0).after("M-5") == "M-5:inverse:per_class:loss of label 0"


def test_a_name_of_one_label_and_of_all():
    name = AttackName("loss", by_class=True)
    assert name.of_label(0) == "per_class:loss of label 0"
    assert name.of_label(0).label == 0
    assert name.of_label(0).of_label(None) == name


@pytest.mark.parametrize(
    ("text", "often", "labels"),
    [
        ("loss", False, False),
        ("label_only", False, True),
        ("label_only of label 3", False, True),
        ("inverse:label_only", False, False),
        ("repeat10:loss", True, False),
        ("neighbors:lira", True, False),
        ("neighbors:label_share", True, True),
        ("M-5:neighbors:label_share", True, False),
    ],
)
def test_a_name_knows_what_is_asked_and_read(text, often, labels):
    name = AttackName.parse(text)
    assert (name.asks_often, name.reads_labels_alone) == (often, labels)
