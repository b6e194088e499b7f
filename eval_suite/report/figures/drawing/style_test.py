import itertools
import re
from importlib import resources

import numpy as np
import pytest

from eval_suite.report.figures.drawing import style

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
    css = resources.files("eval_suite.report.output") / "templates" / "style.css"
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
    for colour, role in style.ROLES.items():
        assert light[role] == colour


def test_families_differ_in_shape_too():
    markers = [marker for _, marker in style.FAMILIES.values()]
    assert len(set(markers)) == len(markers)
    assert style.family_style("anything else")[1] not in markers


def test_long_names_are_shortened():
    assert len(style.safe_text("x" * 500)) == 34
