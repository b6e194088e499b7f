import io
import re

import numpy as np
import pytest
from PIL import Image

from eval_suite.report.figures.drawing import save
from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.style import Drawing


def _drawing(text="name", alt="alt"):
    figure = style.canvas(2)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=style.MEMBER)
    axes.set_yticks([0.5], [style.safe_text(text)])
    axes.text(0.5, 0.5, style.safe_text(text))
    return Drawing("unit", "Title of it", alt=alt, figure=figure)


def _save(drawing):
    with style.style():
        save.arrange(drawing)
        return save.svg(drawing), save.png(drawing)


@pytest.mark.parametrize(
    "text",
    [
        "$\\frac{1}{0}$ $",
        '<script>alert("1")</script>&',
        "漢字 \U0001f600 \u202eabc\n\x00",
        "#1a1c20 url(#x) id=\"y\" font-family: 'DejaVu Sans';",
        "",
    ],
)
def test_any_name_can_be_drawn(text):
    with style.style():
        drawing = _drawing(text, alt=f'alt "{text}"')
    svg, png = _save(drawing)
    assert "<script" not in svg
    assert "\x00" not in svg
    assert png.startswith(b"\x89PNG")


def test_names_reach_the_svg_unchanged():
    text = "#1a1c20 var 1.23456"
    with style.style():
        drawing = _drawing(text)
    svg, _ = _save(drawing)
    assert f">{text}<" in svg


def test_svg_follows_the_theme_and_has_its_own_ids():
    with style.style():
        drawing = _drawing()
    svg, _ = _save(drawing)
    assert "var(--ink)" in svg
    assert "var(--orange)" in svg
    assert not re.findall(r"#[0-9a-f]{6}\b", svg)
    ids = re.findall(r' id="([^"]*)"', svg)
    assert ids
    assert all(name.startswith("unit-") for name in ids)
    references = re.findall(r'(?:href="|url\()#([^")]*)', svg)
    assert set(references) <= set(ids)


def test_svg_leaves_the_title_to_the_page_and_png_keeps_it():
    with style.style():
        drawing = _drawing()
    svg, png = _save(drawing)
    top = float(re.search(r'viewBox="\S+ (\S+) ', svg)[1])
    assert top == style.TITLE
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    band = picture[: int(style.TITLE * style.PNG_DPI / 72)]
    assert band.min() < 80
    assert picture[-1, -1] == 255  # the palette keeps white white


def test_png_is_of_print_quality():
    with style.style():
        drawing = _drawing()
    _, png = _save(drawing)
    picture = Image.open(io.BytesIO(png))
    assert picture.width == round(style.WIDTH * style.PNG_DPI)
    assert picture.info["dpi"][0] == pytest.approx(style.PNG_DPI, rel=0.01)
