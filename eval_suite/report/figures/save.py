"""A drawn figure as PNG for print and as SVG for the page."""

import re
from collections import Counter
from html import escape
from io import BytesIO
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from eval_suite.report.figures import style
from eval_suite.report.figures.style import Drawing
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
    picture.save(buffer, format="png", dpi=(style.PNG_DPI, style.PNG_DPI))
    return buffer.getvalue()


def svg(drawing: Drawing) -> str:
    """Returns an arranged figure as an SVG element to inline in the page.

    The title is cut off, as the page has it as a heading. Colours become CSS
    variables, the font the page's own, coordinates are rounded to a hundredth of a
    point, and every id starts with the drawing's name so that two figures in one page
    don't clash.
    """
    buffer = BytesIO()
    _drawn(drawing).savefig(
        buffer, format="svg", transparent=True, metadata={"Date": None}
    )
    text = buffer.getvalue().decode()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = re.sub(r"<style.*?</style>", "", text, flags=re.DOTALL)
    used = set(re.findall(r"#([\w.-]+)", text))
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
            lambda m: f' id="{drawing.name}-{m[1]}"' if m[1] in used else "",
            tag,
        )
        tag = re.sub(r"(url\(#|href=\"#)", rf"\g<1>{drawing.name}-", tag)
        tag = re.sub(r' transform="rotate\(-0 [^"]*"', "", tag)
        tag = tag.replace("xlink:href", "href").replace(
            " font-family: 'DejaVu Sans';", ""
        )
        tag = re.sub(r"\d+\.\d{3,}", lambda m: f"{float(m[0]):.2f}", tag)
        for colour, role in style.ROLES.items():
            tag = tag.replace(colour, f"var(--{role})")
        return " ".join(tag.split())

    text = re.sub(r"<[^!?][^>]*>", rewrite, text)
    text = re.sub(r">\s*\n\s*<", ">\n<", text)
    return _with_classes(text, drawing.name)


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
