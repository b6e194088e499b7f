"""The page in a real browser. Needs the package playwright and a Chromium.

Debian: `apt-get install chromium`; another one is named by the environment variable
CHROMIUM.
"""

import os
import shutil
from pathlib import Path

import pytest

from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.report_folder import write_report

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="the package playwright is not installed"
)
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no Chromium: not on the path, nor named by CHROMIUM"
)
_FLAGS = [
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_PHONE = {"width": 375, "height": 812}
_DESK = {"width": 1280, "height": 900}
_WIDE = {"width": 1920, "height": 1000}
_SMALLEST_TEXT = """() => Math.min(...[...document.querySelectorAll("figure svg")].map(
  (svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    * Math.min(...[...svg.querySelectorAll("text")].map(
      (text) => parseFloat(getComputedStyle(text).fontSize)))))"""
# Elements that stick out to the right, but for those inside a box that scrolls.
_STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter(element => {
  if (element.closest(".scroll, .picture, nav, .off-screen, .skip")) return false;
  const width = document.documentElement.clientWidth;
  return element.getBoundingClientRect().right > width + 1;
}).map(element => element.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    results = build_results(defenses=12)
    results["defenses"][2]["title"] = "<script>alert(1)</script>" + "long" * 60
    results["defenses"][3]["nll"] = None
    folder = tmp_path_factory.mktemp("browser") / "report"
    return write_report(results, folder, other=build_results(defenses=5))


@pytest.fixture
def open_page(browser, report):
    """Opens the report; when the test ends, nothing may have gone wrong in the page."""
    contexts, problems, requests = [], [], []

    def open_page(viewport=_DESK, fragment="", **options):
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: problems.append(message.text))
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("dialog", lambda dialog: problems.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(report.as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert problems == []
    assert {url.partition("#")[0] for url in requests} <= {report.as_uri(), "data:,"}


def _names(page):
    return page.locator("#defenses tbody tr:visible .defense-name").all_inner_texts()


def _column(page, header):
    """The values that the visible rows sort by."""
    headers = page.locator("#defenses thead th").all_inner_texts()
    index = next(i for i, text in enumerate(headers) if header in text)
    cells = page.locator(f"#defenses tbody tr:visible > :nth-child({index + 1})")
    return [cell.get_attribute("data-value") for cell in cells.all()]


@pytest.mark.parametrize(
    ("viewport", "scheme"),
    [(_PHONE, "light"), (_DESK, "dark"), (_WIDE, "light")],
    ids=["phone", "desk", "wide"],
)
def test_nothing_overflows_and_every_figure_is_there(open_page, viewport, scheme):
    page = open_page(viewport, color_scheme=scheme)
    for details in page.locator("details").all():
        details.evaluate("element => { element.open = true; }")
    assert page.evaluate(_STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport["width"]
    figures = page.locator("figure svg")
    assert figures.count() >= 14
    for box in (figure.bounding_box() for figure in figures.all()):
        assert box["width"] > 200
        assert box["height"] > 80
    assert page.evaluate(_SMALLEST_TEXT) >= 11


def test_the_answer_is_on_the_first_screen_of_a_phone(open_page):
    page = open_page(_PHONE)
    for text in ("Use M-17", "Can I believe it?"):
        box = page.get_by_text(text).first.bounding_box()
        assert box["y"] + box["height"] < _PHONE["height"]


def test_dark_and_light_differ(open_page):
    colours = set()
    for scheme in ("light", "dark"):
        page = open_page(color_scheme=scheme)
        text = page.locator("figure svg text").first
        colours.add(
            (
                page.evaluate("getComputedStyle(document.body).backgroundColor"),
                text.evaluate("element => getComputedStyle(element).fill"),
            )
        )
    (light, light_text), (dark, dark_text) = sorted(colours, reverse=True)
    assert light != dark
    assert light_text != dark_text


def test_sorting_by_a_header_and_back(open_page):
    page = open_page()
    button = page.get_by_role("button", name="NLL")
    button.click()
    values = [float(value) for value in _column(page, "NLL") if value]
    assert values == sorted(values)
    assert _column(page, "NLL")[-1] == ""  # what was not measured stays last
    button.click()
    values = [float(value) for value in _column(page, "NLL") if value]
    assert values == sorted(values, reverse=True)
    assert _column(page, "NLL")[-1] == ""
    header = page.locator("#defenses th", has=button)
    assert header.get_attribute("aria-sort") == "descending"


def test_sorting_by_the_menu_of_a_phone(open_page):
    page = open_page(_PHONE)
    page.get_by_label("Sort by").select_option("Accuracy, descending")
    values = [float(value) for value in _column(page, "racy")]
    assert values == sorted(values, reverse=True)


def test_sorting_with_the_keyboard(open_page):
    page = open_page()
    page.get_by_role("button", name="ECE").focus()
    page.keyboard.press("Enter")
    values = [float(value) for value in _column(page, "ECE")]
    assert values == sorted(values)


def test_filtering_by_family_and_word(open_page):
    page = open_page()
    assert len(_names(page)) == 12
    page.get_by_label("head", exact=True).uncheck()
    assert "M-6" not in _names(page)
    page.get_by_role("searchbox", name="Find").fill("variant 10")
    assert _names(page) == ["X-10"]
    assert page.locator("#shown").inner_text() == "1 of 12 shown"
    page.get_by_role("searchbox", name="Find").fill("")
    page.get_by_label("head", exact=True).check()
    assert len(_names(page)) == 12


def test_a_name_leads_to_its_section(open_page):
    page = open_page()
    link = page.get_by_role("link", name="M-17", exact=True)
    link.click()
    section = page.locator(link.get_attribute("href"))
    assert section.evaluate("element => element.open")
    assert section.get_by_text("rmia_online").first.is_visible()


def test_a_link_to_a_section_opens_it(open_page):
    page = open_page(fragment="#about-defense-m-17")
    assert page.locator("#about-defense-m-17").evaluate("element => element.open")


def test_the_first_tab_skips_to_the_summary(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#summary"


def test_without_scripts_everything_is_shown(open_page):
    page = open_page(java_script_enabled=False)
    assert len(_names(page)) == 12
    assert page.locator("#tools").is_hidden()


def test_prints_without_controls_in_dark_ink(open_page):
    page = open_page(color_scheme="dark")
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator("#tools").is_hidden()
    page.set_viewport_size({"width": 1047, "height": 718})  # A4, landscape
    box = page.locator("#table .scroll")
    assert box.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(26, 28, 32)"


def test_a_printed_table_is_no_stack_of_cards(open_page):
    page = open_page()
    page.emulate_media(media="print")
    # A4 upright, by which Chromium asks what a page that is then turned looks like.
    page.set_viewport_size({"width": 688, "height": 1017})
    assert page.locator("#defenses thead").is_visible()
    row = page.locator("#defenses tbody tr").first
    assert row.evaluate("row => getComputedStyle(row).display") == "table-row"


def test_the_head_of_the_table_stays_in_view(open_page):
    page = open_page()
    table, head = page.locator(".tall"), page.locator("#defenses thead th").first
    table.evaluate("element => { element.scrollTop = element.scrollHeight; }")
    last = page.locator("#defenses tbody tr").last.bounding_box()
    box, frame = head.bounding_box(), table.bounding_box()
    assert abs(box["y"] - frame["y"]) < 2
    assert frame["height"] < _DESK["height"]
    assert box["y"] + box["height"] <= last["y"]


def test_a_link_to_a_row_shows_it_below_the_head(open_page):
    page = open_page(fragment="#defense-x-10")
    row, head = page.locator("#defense-x-10"), page.locator("#defenses thead")
    place = "document.getElementById('defense-x-10').getBoundingClientRect()"
    page.wait_for_function(f"() => {place}.top < 600")
    assert row.is_visible()
    assert row.bounding_box()["y"] >= head.bounding_box()["y"]


def test_a_figure_is_read_with_the_keyboard(open_page):
    page = open_page()
    tip = page.locator("#tip")
    page.locator("#strongest-auc .picture").focus()
    said = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End"):
        page.keyboard.press(key)
        said.append(tip.inner_text().partition(":")[0])
    assert said[0] == said[2] == "base, Undefended"
    assert len(set(said)) == 3
    page.keyboard.press("Escape")
    assert tip.inner_text() == ""


def test_a_figure_is_read_with_the_pointer(open_page):
    page = open_page()
    place = page.locator("#accuracy .hits rect").nth(2)
    place.scroll_into_view_if_needed()
    place.hover()
    assert "accuracy" in page.locator("#tip").inner_text()
    page.locator("h1").hover()
    assert page.locator("#tip").inner_text() == ""
