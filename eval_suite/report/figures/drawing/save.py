"""A drawn figure as PNG for print and as SVG for the page."""

import re
from collections import Counter
from html import escape
from io import BytesIO
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from PIL import Image

from eval_suite.report.figures.drawing import style
from eval_suite.report.figures.drawing.hover import svg_of_hovers
from eval_suite.report.figures.drawing.style import Drawing
from eval_suite.report.format import visible


def arrange(drawing: Drawing) -> None:
    """Adds the title and lays the figure out, once: saving it must not do so again."""
    figure = drawing.figure
    if figure is None:
        return
    figure.text(0.01, 0.995, drawing.title, fontsize=10.5, fontweight="bold", va="top")
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    figure.set_layout_engine("none")


def _drawn(drawing: Drawing) -> Figure:
    if drawing.figure is None:
        raise ValueError(f"The figure {drawing.name} was not drawn: {drawing.missing}")
    return drawing.figure


def _below_title(box: str) -> str:
    left, top, width, height = map(float, box.split())
    return f"{left:g} {top + style.TITLE:g} {width:g} {height - style.TITLE:g}"


def png(drawing: Drawing) -> bytes:
    """Returns an arranged figure as PNG of print quality, its title above it."""
    figure = _drawn(drawing)
    figure.set_dpi(style.PNG_DPI)
    # Any: the methods of this class have no types.
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    picture = Image.frombuffer("RGBA", canvas.get_width_height(), canvas.buffer_rgba())
    # A palette of 96 colours looks the same and takes a third of the space.
    picture = picture.convert("RGB").quantize(
        96, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
    )
    buffer = BytesIO()
    picture.save(
        buffer, format="png", optimize=True, dpi=(style.PNG_DPI, style.PNG_DPI)
    )
    return buffer.getvalue()


def svg(drawing: Drawing) -> str:
    """Returns an arranged figure as an SVG element to inline in the page.

    The title is cut off, as the page has it as a heading. Colours become CSS
    variables, the font the page's own, coordinates are rounded to a tenth of a
    point, and every id starts with the drawing's name so that two figures in one page
    don't clash.
    """
    figure = _drawn(drawing)
    figure.patch.set_visible(False)  # the page has a colour of its own
    buffer = BytesIO()
    # `savefig` would draw twice. Any: the methods of this class have no types.
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata={"Date": None})
    figure.patch.set_visible(True)
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    used = dict.fromkeys(re.findall(r"#([\w.-]+)", text))
    ids = {name: f"{drawing.name}-{place}" for place, name in enumerate(used)}
    label = escape(visible(drawing.alt), quote=True)
    text = re.sub(
        r'<svg\b[^>]*viewBox="([^"]*)"[^>]*>',
        lambda m: (
            f'<svg viewBox="{_below_title(m[1])}" role="img" aria-label="{label}">'
        ),
        text,
        count=1,
    )

    def rewrite(match: re.Match[str]) -> str:
        # Only inside tags: names that a user gave stand between them.
        tag = match[0]
        if tag.startswith("<svg"):
            return tag
        tag = re.sub(
            r' id="([^"]*)"',
            lambda m: f' id="{ids[m[1]]}"' if m[1] in ids else "",
            tag,
        )
        tag = re.sub(
            r"(url\(#|href=\"#)([\w.-]+)", lambda m: m[1] + ids.get(m[2], m[2]), tag
        )
        tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
        tag = tag.replace("xlink:href", "href").replace(
            " font-family: 'DejaVu Sans';", ""
        )
        tag = re.sub(r"\d+\.\d{2,}", lambda m: f"{float(m[0]):.1f}", tag)
        tag = re.sub(r'(?<= d=")[^"]*', lambda m: _short_path(m[0]), tag)
        for colour, role in style.ROLES.items():
            tag = tag.replace(colour, f"var(--{role})")
        return " ".join(tag.split())

    text = re.sub(r"<[^!?][^>]*>", rewrite, text)
    text = re.sub(r">\s*\n\s*<", ">\n<", text)
    text = _flat(text)
    text = _with_classes(text, drawing.name).replace(">\n<", "><")
    hovers = svg_of_hovers(figure, drawing.hovers)
    return text.removesuffix("\n").removesuffix("</svg>") + f"{hovers}</svg>"


def _short_path(path: str) -> str:
    """Returns a path with one number for a line along an axis: half as long."""
    parts, here = [], ("", "")
    words = iter(path.split())
    for command in words:
        if command not in ("M", "L"):
            return path
        x, y = next(words), next(words)
        if command == "M" or "" in here:
            parts.append(f"{command}{x} {y}")
        elif y == here[1]:
            parts.append(f"H{x}")
        elif x == here[0]:
            parts.append(f"V{y}")
        else:
            parts.append(f"L{x} {y}")
        here = (x, y)
    return "".join(parts)


def _flat(text: str) -> str:
    """Takes groups away that hold one element, and comments: a third of the file."""
    text = re.sub(r"<!--[^\n]*-->\n", "", text).replace("<g/>\n", "")
    one = re.compile(r"<g>\n(<(\w+)[^>]*(?:/>|>[^<\n]*</\2>))\n</g>")
    found = 1
    while found:
        text, found = one.subn(r"\1", text)
    clipped = r"<g>\n(<g clip-path=[^>]*>\n(?:<use[^>]*/>\n)+</g>)\n</g>"
    return re.sub(clipped, r"\1", text)


def _with_classes(text: str, name: str) -> str:
    """Turns styles that are repeated into classes: a third of the file."""
    styles = Counter(re.findall(r'(?<= )style="([^"<>]*)"(?=[^<]*>)', text))
    names = {
        rule: f"{name}-{index}"
        for index, (rule, times) in enumerate(styles.items())
        if times > 2
    }

    def rewrite(match: re.Match[str]) -> str:
        known = names.get(match[1])
        return f'class="{known}"' if known else match[0]

    text = re.sub(r'(?<= )style="([^"<>]*)"(?=[^<]*>)', rewrite, text)
    rules = "".join(f".{known}{{{rule}}}" for rule, known in names.items())
    end = text.index(">") + 1
    return f"{text[:end]}<style>{rules}</style>{text[end:]}"
