from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.closing_words import closing_words


def test_three_sentences_say_whether_to_believe_what_leaks_and_what_to_do():
    believe, leak, do = closing_words(build_results())
    assert believe.startswith("PASS: ")
    assert "AUC 0.612" in leak
    assert "if asked once" in leak
    assert "if asked often" in leak
    assert "0.5 is guessing" in leak
    assert do.startswith("Use M-17 (Entropy penalty): AUC 0.566, accuracy 96.6 %")


def test_a_failed_control_is_the_first_word_and_there_is_no_advice():
    results = build_results()
    results["verdict"] = {"status": "void", "lines": ["A control failed."]}
    believe, _, do = closing_words(results)
    assert believe == "VOID: A control failed."
    assert do == "No advice: a control failed."


def test_what_was_not_measured_or_not_asked_is_said():
    results = build_results()
    results["threat_model"]["questions"] = None
    for row in results["defenses"]:
        row.update(asked_often=None, labels_alone=None)
    base = results["defenses"][0]
    assert "asked often" not in closing_words(results)[1]
    assert "Not covered" in closing_words(results)[2]
    base.update(strongest_auc=None, asked_once=None)
    assert "was not measured" in closing_words(results)[1]


def test_names_cannot_control_the_terminal():
    results = build_results()
    for row in results["defenses"]:
        row["title"] = "\x1b[2J\n"
    told = "".join(closing_words(results))
    assert "\x1b" not in told
    assert "\n" not in told
