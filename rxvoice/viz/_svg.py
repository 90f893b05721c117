"""Writing SVG: elements, numbers, escaping, the frame of a picture."""

import math
import zlib
from collections.abc import Sequence
from html import escape
from typing import Final

from rxvoice.reports import plain

_LONGEST_TIP: Final = 400


def element(name: str, /, *children: str, **attributes: str | float | None) -> str:
    """Write an element.

    Args:
        name: Its name.
        *children: Markup, already escaped.
        **attributes: Values are escaped. In names ``_`` stands for ``-`` and a trailing one is
            dropped (``class_``); those that are `None` are left out.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    return escape(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Write a number with at most two decimals."""
    if not math.isfinite(value):
        raise ValueError(f"a place in a picture must be finite, got {value}")
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # + 0.0 makes -0.0 into 0.0


def tip(text: str) -> str:
    """Write the element that a browser shows as a tooltip of its parent.

    Args:
        text: Anything; it is cleaned, and cut when it is very long.
    """
    text = plain(text)
    if len(text) > _LONGEST_TIP:
        text = text[:_LONGEST_TIP] + "…"
    return element("title", escape(text))


def group(tooltip: str, *children: str, **attributes: str | float | None) -> str:
    """Put elements under one tooltip."""
    return element("g", tip(tooltip), *children, **attributes)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """Write a straight line."""
    return element("path", class_=class_, d=f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")


def picture(
    width: float, height: float, body: Sequence[str], *, title: str, description: str, css: str
) -> str:
    """Wrap what was drawn so that it stands alone and can be read aloud.

    Args:
        width: In pixels.
        height: In pixels.
        body: Markup.
        title: Name of the picture.
        description: What it shows, in words.
        css: Rules for what is inside an element of the class ``rxv``.

    Returns:
        An SVG document without script and without references to anything outside it.
    """
    inner = "".join(body)
    title, description = plain(title), plain(description)
    name = f"rxv{zlib.crc32((title + description + inner).encode()):08x}"
    return (
        element(
            "svg",
            element("title", escape(title) or " ", id=f"{name}-title"),
            element("desc", escape(description) or " ", id=f"{name}-desc"),
            element("style", css),
            inner,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"0 0 {number(width)} {number(height)}",
            width=width,
            height=height,
            class_="rxv",
            role="img",
            aria_labelledby=f"{name}-title",
            aria_describedby=f"{name}-desc",
        )
        + "\n"
    )
