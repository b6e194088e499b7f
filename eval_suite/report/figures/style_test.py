import io
import itertools
import re
from importlib import resources

import numpy as np
import pytest
from PIL import Image

from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing

# Machado, Oliveira and Fernandes 2009: full protanopia, deuteranopia, tritanopia.
_BLINDNESS = {
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}


def _linear(colour):
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(
        channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4
    )


def _lightness(linear):
    """CIE L* of linear RGB, 0 to 100."""
    luminance = float(np.clip(linear, 0, 1) @ [0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(luminance) - 16 if luminance > 0.008856 else 903.3 * luminance


def _contrast(a, b):
    dark, light = sorted(_linear(c) @ [0.2126, 0.7152, 0.0722] for c in (a, b))
    return (light + 0.05) / (dark + 0.05)


def _themes():
    """The colours that the page gives each role: light first, then dark."""
    css = resources.files("eval_suite.report") / "templates" / "style.css"
    blocks = re.findall(r":root \{(.*?)\}", css.read_text(), re.DOTALL)
    return [dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block)) for block in blocks]


_ROLES = ("ink", "blue", "green", "orange", "pink")


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_families_differ_in_grey(theme):
    colours = _themes()[theme]
    lightness = sorted(_lightness(_linear(colours[role])) for role in _ROLES)
    assert min(np.diff(lightness)) > 7


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("blindness", _BLINDNESS)
def test_families_differ_with_every_colour_vision(theme, blindness):
    colours = _themes()[theme]
    seen = [_BLINDNESS[blindness] @ _linear(colours[role]) for role in _ROLES]
    for a, b in itertools.combinations(seen, 2):
        apart = np.abs(np.cbrt(np.clip(a, 0, 1)) - np.cbrt(np.clip(b, 0, 1))).max()
        assert apart > 0.07


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_contrast_meets_wcag_aa(theme):
    colours = _themes()[theme]
    for ground in ("paper", "wash"):
        for role in ("ink", "muted", "pass", "fail", "void", "blue"):
            assert _contrast(colours[role], colours[ground]) >= 4.5, (role, ground)
    for role in _ROLES:  # marks, not text
        assert _contrast(colours[role], colours["paper"]) >= 3, role


def test_page_and_pictures_share_the_light_colours():
    light = _themes()[0]
    for colour, role in style._ROLES.items():
        assert light[role] == colour


def test_families_differ_in_shape_too():
    markers = [marker for _, marker in style.FAMILIES.values()]
    assert len(set(markers)) == len(markers)
    assert style.family_style("anything else")[1] not in markers


def _drawing(text="name", alt="alt"):
    figure = style.canvas(2)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color=style.MEMBER)
    axes.set_yticks([0.5], [style.safe_text(text)])
    axes.text(0.5, 0.5, style.safe_text(text))
    return Drawing("unit", "Title of it", alt=alt, figure=figure)


def _save(drawing):
    with style.style():
        style.arrange(drawing)
        return style.svg(drawing), style.png(drawing)


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


def test_long_names_are_shortened():
    assert len(style.safe_text("x" * 500)) == 34


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
