"""Reads a picture back: where each text stands and what the tooltips say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from rxvoice.viz._text import BOLD, text_width

SVG = "{http://www.w3.org/2000/svg}"


@dataclass(frozen=True)
class Text:
    """A text and the box that it may fill."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Text") -> bool:
        return (
            self.left < other.right - 0.01
            and other.left < self.right - 0.01
            and self.top < other.bottom - 0.01
            and other.top < self.bottom - 0.01
        )


@dataclass(frozen=True)
class Drawn:
    """A picture."""

    width: float
    height: float
    texts: list[Text]
    tips: list[str]


def read(svg: str) -> Drawn:
    """Parse a picture; fails when it is not well-formed."""
    root = ElementTree.fromstring(svg)
    tips = [title.text or "" for title in root.iter(f"{SVG}title")]
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    return Drawn(width, height, list(_texts(root, 0.0, 0.0)), tips)


def _texts(element: ElementTree.Element, x: float, y: float) -> Iterator[Text]:
    for child in element:
        moved = re.fullmatch(r"translate\((\S+) (\S+)\)", child.get("transform", ""))
        dx, dy = map(float, moved.groups()) if moved else (0.0, 0.0)
        if child.tag == f"{SVG}svg":
            dx, dy = float(child.get("x", 0)), float(child.get("y", 0))
        if child.tag == f"{SVG}text":
            yield _text(child, x, y)
        yield from _texts(child, x + dx, y + dy)


def _text(element: ElementTree.Element, x: float, y: float) -> Text:
    size = float(element.get("font-size", 0))
    strong = "strong" in element.get("class", "").split()
    width = text_width(element.text or "", size * (BOLD if strong else 1.0))
    anchor = element.get("text-anchor", "start")
    left = x + float(element.get("x", 0)) - width * {"start": 0, "middle": 0.5, "end": 1}[anchor]
    base = y + float(element.get("y", 0))
    return Text(element.text or "", left, base - 0.75 * size, left + width, base + 0.22 * size)
