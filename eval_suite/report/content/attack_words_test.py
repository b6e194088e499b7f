import pytest

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.attack_words import kinds_in_words
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("rmia_tempered", "rmia_tempered"),
        ("inverse:per_class:loss", "inverse:per_class:loss"),
        ("repeat100:lira_online", "repeat100:lira_online"),
        ("neighbors:label_share", "many questions: share of right labels"),
        ("neighbors:lira", "many questions: LiRA"),
        ("M-5:neighbors:stacked", "M-5: many questions: all of the answers"),
        ("neighbors:of my own", "many questions: of my own"),
        (None, ""),
    ],
)
def test_attacks_of_many_questions_have_names_for_people(name, words):
    assert attack_words(name) == words


def test_kinds_that_ran_are_explained_with_what_was_asked():
    results = build_results()
    kinds = dict(kinds_in_words(results))
    assert kinds["many questions"] == (
        "asks neighbors of each input, 128 questions: noise-0.3 (32), noise-0.5 (32), "
        "noise-0.7 (32), lines (32)"
    )
    assert len(kinds) == 6
    assert "many questions" not in dict(kinds_in_words(without_neighbors(results)))


def test_questions_without_families_are_counted():
    results = build_results()
    results["threat_model"]["questions"] = {"count": 1, "families": []}
    kinds = dict(kinds_in_words(results))
    assert kinds["many questions"] == "asks neighbors of each input, 1 question"
