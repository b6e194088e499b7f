import pytest

from eval_suite.results.published_differences import why
from keras_entropy import catalog


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("M-1", "read off between its knots"),
        ("M-5", "ties close answers"),
        ("M-6", "another dataset; AUC"),
        ("M-13", "fits the head to probabilities and feeds it logits"),
        ("M-16", "far from its least after the study's 20 epochs"),
        ("M-17", "another dataset; AUC"),
        ("M-20", "chains the two matrices"),
    ],
)
def test_why_accuracies_differ(name, reason):
    assert reason in why(catalog.get(name))


def test_every_model_of_the_study_has_its_reasons():
    for entry in (None, *(e for e in catalog.entries() if e.published)):
        text = why(entry)
        assert text.startswith("accuracy: ")
        assert "artifact of its attack tool" in text
