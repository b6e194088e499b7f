"""A defense that looks safe asked once, and leaks more than none asked often."""

import pytest

from eval_suite.report.content.advice import advise
from eval_suite.report.content.effects import effects
from eval_suite.report.content.rows import Rows
from eval_suite.report.made_up_runs.made_up_defense import LOOKS_SAFE
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.made_up_runs.results import without_neighbors
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.page import render_page
from eval_suite.report.output.terminal import terminal_table

_SENTENCE = (
    "looks-safe looks safer than no defense to an attacker who asks once (AUC 0.519) "
    "and leaks more to one who asks often (0.648)."
)


@pytest.fixture
def results():
    found = build_results(defenses=8)
    # It has the best probabilities and costs no accuracy: only its leak forbids it.
    trap = found["defenses"][-1]
    assert trap["name"] == LOOKS_SAFE
    trap |= {"nll": 0.01, "accuracy": 0.99}
    return found


def test_advice_names_the_trap_and_another_defense(results):
    assert effects(results)[LOOKS_SAFE] == "more"
    advice = advise(results)
    assert advice.defense == "M-17"
    assert "0.566 asked once, 0.559 asked often (undefended 0.612 and 0.600)" in (
        advice.reason
    )
    assert advice.reason.endswith(_SENTENCE)


def test_advice_names_the_trap_where_nothing_is_recommended(results):
    del results["defenses"][4]
    advice = advise(results)
    assert advice.defense is None
    assert advice.reason.endswith(_SENTENCE)


def test_many_traps_are_counted(results):
    trap = results["defenses"][-1]
    results["defenses"] += [{**trap, "name": f"trap {number}"} for number in range(4)]
    reason = advise(results).reason
    assert "looks-safe, trap 0 and trap 1 look safer" in reason
    assert "(AUC 0.519, 0.519 and 0.519) and leak more" in reason
    assert reason.endswith("So do 2 more.")


def test_a_run_without_neighbors_would_recommend_it_and_says_what_it_lacks(results):
    blind = without_neighbors(results)
    advice = advise(blind)
    assert advice.defense == LOOKS_SAFE
    page = render_page(Rows(blind), [])
    first_card = page.partition("Which defense?")[2].partition("Can I believe it?")[0]
    texts = (first_card, render_markdown(Rows(blind)), terminal_table(blind, 100))
    for text in texts:
        assert "Not covered: an attacker who asks neighbors of an input" in text
    assert "Not covered" not in render_page(Rows(results), [])


def test_page_orders_and_marks_it(results):
    page = render_page(Rows(results), [])
    body = page.partition('id="defenses"')[2].partition("</table>")[0]
    rows = body.split("<tr id=")[1:]
    assert "looks-safe" in rows[-1]
    assert ">leaks more</span>" in rows[-1]
    assert ">0.519<" in rows[-1]
    assert ">0.648<" in rows[-1]
    assert "many questions: all of the answers" in rows[-1]
    assert "recommended" not in rows[-1]
    assert 'class="chip less">recommended' in rows[1]
    assert _SENTENCE in page


def test_page_says_what_was_tested_in_the_card_of_belief(results):
    card = render_page(Rows(results), []).partition("Can I believe it?")[2]
    card = card.partition("</section>")[0]
    for text in ("<h3>Tested</h3>", "<h3>Not tested</h3>", "128 questions: noise-0.3"):
        assert text in card
    for text in results["threat_model"]["not_tested"]:
        assert text in card
    assert "none were asked" in render_page(Rows(without_neighbors(results)), [])


def test_markdown_orders_and_describes_it(results):
    text = render_markdown(Rows(results))
    table = text.partition("| defense |")[2].partition("\n\n")[0].splitlines()
    assert table[-1].startswith("| looks-safe ")
    cells = [cell.strip() for cell in table[-1].strip("|").split("|")]
    assert cells[1:6] == [
        "leaks more",
        "many questions: all of the answers",
        "0.648 [0.639, 0.657]",
        "0.519",
        "0.648",
    ]
    assert "Label floor: AUC 0.596" in text
    assert "looks safer than no defense" in text


def test_terminal_orders_and_describes_it(results):
    lines = terminal_table(results, 120).splitlines()
    assert lines[2].startswith("base ")
    assert lines[-4].startswith(
        "looks-safe     0.648 [0.639, 0.657]  0.519       0.648"
    )
    assert "  LEAKS MORE" in lines[-4]
    assert lines[-3].startswith("(label floor)  0.596 [0.587, 0.605]")
    assert "Use M-17" in lines[-1]


def test_columns_that_nobody_has_are_left_out_of_the_terminal(results):
    header = terminal_table(without_neighbors(results), 200).splitlines()[0]
    assert "asked once" in header
    assert "often" not in header
    assert "known start" not in header
    known = {"attack": "loss", "auc": 0.7, "auc_low": 0.69, "auc_high": 0.71}
    results["defenses"][4]["known_start"] = known
    assert "known start" in terminal_table(results, 200).splitlines()[0]
    assert "| known start |" in render_markdown(Rows(results))


def test_outputs_alone_and_one_target_render(results):
    blind = without_neighbors(results)
    blind["defenses"] = blind["defenses"][:1]
    for table in ("attacks", "curves", "distributions", "tf_privacy"):
        blind[table] = [row for row in blind[table] if row["defense"] == "base"]
    blind["profile"] |= {"models": 1, "targets": 1, "pairs": 0}
    blind["frontier"] = []
    for text in (
        render_page(Rows(blind), []),
        render_markdown(Rows(blind)),
        terminal_table(blind),
    ):
        assert "Nothing to compare" in text
        assert "Not covered" in text
