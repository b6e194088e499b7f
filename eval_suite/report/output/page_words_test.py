import re
from html import escape

from eval_suite.report.content.claims import LEGEND
from eval_suite.report.content.run.coverage import not_tested
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.page_test import Page
from eval_suite.report.output.page_test import page as page
from eval_suite.report.output.page_test import render
from eval_suite.report.output.page_test import text as text


def test_the_second_card_says_what_was_not_tested_beside_what_was():
    results = build_results()
    results["threat_model"]["not_tested"] = ["attacks by <b>post</b>"]
    text = render(results)
    card = text.partition("Can I believe it?")[2].partition("</section>")[0]
    tested, _, rest = card.partition("<h3>Not tested</h3>")
    assert "<h3>Tested</h3>" in tested
    assert "attacks by &lt;b&gt;post" in rest
    for words in not_tested(results)[1:]:
        assert words in Page(text).text
        assert escape(words, quote=False) in rest


def test_badges_say_what_they_mean_and_a_legend_stands_beside_them(text, page):
    words = ("leaks less", "no clear change", "leaks more")
    for word in (*words, *(badge.text for badge in LEGEND)):
        titles = re.findall(rf'title="([^"]+)">{re.escape(word)}</span>', text)
        assert titles
        assert all(len(title) > 20 for title in titles)
    legend = text.partition('class="small legend"')[2].partition("</p>")[0]
    for word in (*words, *(badge.text for badge in LEGEND)):
        assert f">{word}</span>" in legend
    chips = re.findall(r'class="chip (?:less|more)"[^>]*>([^<]*)<', text)
    assert set(chips) == {"leaks less", "leaks more", "recommended"}


def test_each_defense_has_an_anchor_of_its_name(page):
    rows = [a for tag, a in page.attributes if tag == "tr" and "data-family" in a]
    assert [row["id"] for row in rows].count("defense-m-17") == 1
    assert len(rows) == len({row["id"] for row in rows}) == 7
    for row in rows:
        assert f"#{row['id']}" in page.links
        assert f"about-{row['id']}" in page.ids


def test_each_row_has_its_text_in_each_figure(text):
    for name in ("strongest-auc", "accuracy", "divergence", "roc", "entropy"):
        figure = text.partition(f'<figure id="{name}"')[2].partition("</figure>")[0]
        titles = re.findall(r"<title>([^<]*)</title>", figure)
        for row in build_results()["defenses"]:
            assert any(title.startswith(row["name"]) for title in titles), name


def test_checks_of_one_test_are_one_line():
    results = build_results()
    row = {"outcome": "passed", "message": None}
    results["checks"] = [
        {"test": f"t.py::test_claims[M-{number}]", **row} for number in range(1, 26)
    ]
    text = render(results)
    assert text.count("t.py::test_claims") == 1
    assert "25 checks passed" in text
    assert "M-1, M-2" in text
