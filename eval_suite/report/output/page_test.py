import re
from html.parser import HTMLParser

import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.figures.all_figures import draw_all
from eval_suite.report.figures.drawing import save
from eval_suite.report.figures.drawing import style
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.page import render_page
from eval_suite.report.output.report_folder import write_report

_VOID = {
    "meta",
    "link",
    "input",
    "br",
    "img",
    "hr",
    "path",
    "use",
    "line",
    "circle",
    "wbr",
}


class Page(HTMLParser):
    """Collects what the tests ask for, and refuses tags that don't nest."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.tags, self.attributes = [], [], [], []
        self.scripts = []
        self.text = ""
        self._open = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.append(tag)
        self.attributes.append((tag, attributes))
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attributes):
        if tag in _VOID or "rect" in tag:
            self.handle_starttag(tag, attributes)
            if tag not in _VOID:
                self._open.pop()
        else:
            self.handle_starttag(tag, attributes)
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        if tag in _VOID:
            return
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] not in ("script", "style"):
            self.text += data
        elif self._open and self._open[-1] == "script":
            self.scripts.append(data)


def render(results, with_figures=False):
    rows = Rows(results)
    figures = []
    if with_figures:
        with style.style():
            figures = [(d, save.svg(d) if d.figure else "") for d in draw_all(rows)]
    return render_page(rows, figures)


@pytest.fixture(scope="module")
def text():
    return render(build_results(), with_figures=True)


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_advice_and_verdict_come_before_the_table(text):
    places = [
        text.index(words)
        for words in ("Use M-17", "Yes, for what was tested", "<table")
    ]
    assert places == sorted(places)


def test_ids_are_unique_and_links_lead_somewhere(page):
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} <= set(page.ids)


def test_needs_nothing_else(text, page):
    for tag, attributes in page.attributes:
        assert tag not in ("img", "iframe", "object")
        for key in ("src", "href"):
            value = attributes.get(key) or "#"
            assert value.startswith(("#", "data:,")), (tag, value)
    assert "@import" not in text
    assert not re.search(r"url\((?!#)", text)


def test_every_figure_has_a_text_for_those_who_do_not_see_it(page):
    pictures = [
        a for tag, a in page.attributes if tag == "svg" and a.get("role") == "img"
    ]
    assert len(pictures) >= 7
    for attributes in pictures:
        assert len(attributes["aria-label"]) > 40


def test_hostile_names_are_text():
    evil = "\"><script>alert(1)</script>' onmouseover=x {{ 7*7 }} $\\frac{1}{0}$"
    evil += "\u202e\u6f22\x00"
    results = build_results()

    def poison(value):
        if isinstance(value, dict):
            return {key: poison(item) for key, item in value.items()}
        if isinstance(value, list):
            return [poison(item) for item in value]
        return value + evil if isinstance(value, str) else value

    keep = ("status", "kind", "group", "outcome", "family", "created")

    def restore(new, old):
        if isinstance(new, dict):
            for key in new:
                if key in keep:
                    new[key] = old[key]
                restore(new[key], old[key])
        elif isinstance(new, list):
            for a, b in zip(new, old, strict=True):
                restore(a, b)

    poisoned = poison(results)
    restore(poisoned, results)
    poisoned["defenses"][1]["family"] = evil
    page = Page(render(poisoned, with_figures=True))
    clean = Page(render(build_results()))
    assert page.scripts == clean.scripts
    assert page.tags.count("script") == 1
    assert "alert(1)</script>" in page.text
    assert not any("onmouseover" in a for _, a in page.attributes)
    assert len(page.ids) == len(set(page.ids))
    assert "\u202e" not in page.text
    assert "\x00" not in page.text


def _empty(results):
    """Takes every measurement away that may be missing."""
    for row in results["defenses"]:
        for key, value in row.items():
            if key not in ("name", "title", "family", "claims", "trained"):
                row[key] = None if not isinstance(value, bool) else value
        row["claims"] = dict.fromkeys(row["claims"])
    for row in results["attacks"]:
        for key in ("auc", "auc_low", "auc_high", "advantage", "tpr_at_fpr"):
            row[key] = None
    for table in ("curves", "distributions", "controls", "checks"):
        results[table] = []
    for table in ("dataset", "profile", "environment"):
        for key, value in results[table].items():
            results[table][key] = value if isinstance(value, str) else None
    results["threat_model"]["minimum_detectable_auc"] = None
    results["not_measured"] = [{"what": "everything", "reason": "the disk was full"}]
    return results


def test_missing_measurements_are_named_with_their_reason():
    results = build_results()
    results["defenses"][2]["latency_ratio"] = None
    results["not_measured"].append({"what": "latency of M-5", "reason": "under xdist"})
    page = Page(render(results))
    assert "not measured: under xdist" in page.text


def test_nothing_measured_still_renders():
    page = Page(render(_empty(build_results()), with_figures=True))
    assert "not measured" in page.text
    assert "the disk was full" in page.text


def test_both_engines_have_a_section_where_they_were_run():
    results = build_results()
    page = Page(render(results, with_figures=True))
    assert {"engines", "engines-beside"} <= set(page.ids)
    assert "TensorFlow Privacy on the same outputs" in page.text
    results.update(tf_privacy=[], tf_privacy_null=[])
    page = Page(render(results, with_figures=True))
    assert "engines-beside" not in page.ids
    assert "Not measured: run with --tf-privacy full" in page.text
    assert "TensorFlow Privacy on the same outputs" not in page.text


def test_each_defense_and_strength_has_its_row():
    results = build_results()
    results["frontier"][3] |= {"auc": None, "auc_low": None, "auc_high": None}
    section = render_page(Rows(results), []).partition('<section id="by-strength"')[2]
    table = section.partition("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>', table)
    assert sorted(rows) == sorted(row["name"] for row in results["frontier"])
    assert rows[-1] == results["frontier"][3]["name"]  # not measured, so at the end
    results["frontier"] = []
    assert "by-strength" not in render_page(Rows(results), [])


def test_each_epoch_has_its_row():
    results = build_results()
    section = render_page(Rows(results), []).partition('<section id="epochs"')[2]
    table = section.partition("</section>")[0]
    assert table.count('<tr><th scope="row">') == len(results["epochs"]) == 60
    last = results["epochs"][-1]
    assert f"{last['auc']:.3f} [{last['auc_low']:.3f}, {last['auc_high']:.3f}]" in table
    results["epochs"] = []
    assert 'id="epochs"' not in render_page(Rows(results), [])


def test_the_published_order_of_exposure_stands_beside_its_figure():
    results = build_results()
    results["defenses"][1]["name"] = "hamp"
    for table in ("attacks", "curves", "distributions", "epochs"):
        results[table] = []
    page = Page(render(results, with_figures=True))
    assert "in the order that Aerni et al. 2024 publish" in page.text


def test_the_study_has_a_section_in_its_own_game():
    results = build_results()
    assert "study" not in Page(render(results)).ids
    results["profile"]["models"] = 1
    row = results["defenses"][1]
    row["differs"] = "accuracy: <b>another</b> dataset"
    row["strongest_advantage"] = None
    results["defenses"][0]["published"] = {**row["published"], "latency_us": 81.95}
    page = Page(render(results))
    assert "study" in page.ids
    section = page.text[page.text.index("Beside the study") :]
    section = " ".join(section[: section.index("Threat model")].split())
    assert "M-1 Spline smoothing (DMD)95.8 %study: 77.6 %× 1.02study: × 8.00" in section
    assert "61.1 %study: 71 %not measuredstudy: 42 %" in section
    assert "accuracy: <b>another</b> dataset" in section


def test_a_failed_control_is_seen_first():
    results = build_results()
    results["verdict"] = {"status": "void", "lines": ["a control failed"]}
    results["controls"][3]["passed"] = False
    text = render(results)
    assert text.index("No: a control failed or none was run") < text.index("<table")
    assert "Null controls: 19 of 20 as expected" in Page(text).text


def test_a_thousand_defenses_have_a_row_each_and_a_hundred_a_section():
    page = Page(render(build_results(defenses=1000)))
    rows = [a for tag, a in page.attributes if tag == "tr" and "data-family" in a]
    assert len(rows) == len({row["id"] for row in rows}) == 1000
    assert len([i for i in page.ids if i.startswith("about-")]) == 100
    assert "900 defenses more" in page.text


def test_a_thousand_classes_render(tmp_path):
    path = write_report(build_results(classes=1000), tmp_path / "large")
    page = Page(path.read_text(encoding="utf-8"))
    assert page.text.count("Point at a row") == 1
