"""A picture as HTML that stands alone."""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rxvoice.reports import plain

from ._page_data import page_data
from ._strip_svg import count, summary
from ._style import DARK, FONT, LIGHT

if TYPE_CHECKING:
    from ._live_sound import Piece
    from ._picture import Picture

SOUND: Final = 3_000_000
"""How many bytes of audio a page holds: 3 minutes at 16 kHz, 6 at 8 kHz."""

_PARTS: Final = ("sound", "parts", "draw", "text", "frame", "legend", "hand", "view")


def page(
    drawn: "Picture",
    *,
    sound: int = SOUND,
    live: str = "",
    state: str = "",
    still: bool = True,
    pieces: Sequence["Piece"] = (),
) -> str:
    """Write a picture as HTML; viewers without scripts show the SVG in it.

    Args:
        drawn: The picture.
        sound: How many bytes of audio may be in it.
        live: Names what is updated, so that the next picture shows the same part.
        state: Is told beside the title.
        still: Whether there is an SVG for viewers without scripts.
        pieces: Audio for what is updated, in addition to that of the pages before.

    Returns:
        An element with its own style and script. Nothing is loaded.
    """
    frame = drawn.frame
    data = {
        "title": plain(frame.title),
        "about": " · ".join(filter(None, [state, summary(drawn.strips, frame)])),
        "told": ", ".join(f"{strip.name}: {count(strip)}" for strip in drawn.strips),
        "left_out": plain(drawn.left_out),
        "start": frame.start,
        "end": frame.end,
        "live": live,
        "running": state == "running",
        "over": state not in ("begins", "running"),
        "lanes": page_data(drawn.strips, sound=sound),
        "pieces": [piece.written for piece in pieces],
        "most": SOUND,
    }
    written = _json(data)
    name = f"{zlib.crc32(written.encode()):08x}"
    image = _image(drawn) if still else ""
    return (
        f'<div class="rxvp" data-rxvoice="{name}">{image}</div>'
        f"<style>{_css()}</style>"
        f'<script>(() => {{\n{_script()}\nbegin("{name}", {written});\n}})();</script>'
    )


def _image(drawn: "Picture") -> str:
    data = base64.b64encode(drawn.svg.encode()).decode()
    alt = escape(plain(drawn.frame.title))
    return f'<img alt="{alt}" style="max-width:100%" src="data:image/svg+xml;base64,{data}">'


def _json(data: Any) -> str:
    """Write JSON that can stand in a script element whatever texts hold."""
    written = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return written.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@cache
def _script() -> str:
    folder = Path(__file__).parent
    return "\n".join((folder / f"page_{name}.js").read_text(encoding="utf-8") for name in _PARTS)


@cache
def _css() -> str:
    light, dark = _variables(LIGHT), _variables(DARK)
    roles = ("user", "model", "bot", "amber", "alarm", "text", "soft", "rule", "grid")
    rules = {
        "": f"font:13px {FONT};color:var(--text);background:var(--ground);border:1px solid "
        "var(--edge);border-radius:10px;padding:12px 14px;font-variant-numeric:tabular-nums",
        ".bar": "display:flex;gap:8px;align-items:baseline;margin-bottom:6px",
        ".bar strong": "font-size:15px",
        ".about,.rxvp .help": "color:var(--soft);font-size:12px",
        ".about": "flex:1;overflow:hidden;text-overflow:ellipsis;white-space:nowrap",
        ".help": "margin-top:6px;font-size:11px",
        ".legend": "display:flex;flex-wrap:wrap;gap:2px 16px;margin-top:8px;font-size:11px;"
        "color:var(--soft)",
        ".legend span": "display:flex;gap:5px;align-items:center",
        "button": "font:14px/1 sans-serif;width:28px;height:26px;color:var(--text);cursor:pointer;"
        "background:var(--ground);border:1px solid var(--rule);border-radius:6px;padding:0",
        ".box": "position:relative;outline-offset:3px;touch-action:pan-y;cursor:grab",
        "svg": "display:block;font-size:11px;user-select:none;-webkit-user-select:none",
        "svg .strong": "font-weight:600",
        "svg .small": "font-size:10px",
        "svg .sound,.rxvp svg .track": "cursor:pointer",
        "svg .part": "fill:var(--soft);pointer-events:none",
        "svg .sound:hover rect": "stroke:var(--bot)",
        "svg .hollow": "fill:var(--ground)",
        "svg .touch": "fill:transparent;stroke:none",
        "svg .thin": "stroke-width:1",
        "svg .line": "stroke-width:1.5",
        "svg .wave,.rxvp svg .bold": "stroke-width:2;stroke-linecap:round",
        "svg path[class*=-line]": "fill:none",
        ".tip": "display:none;position:absolute;z-index:9;max-width:420px;padding:5px 8px;"
        "background:var(--text);color:var(--ground);border-radius:6px;font-size:12px;"
        "pointer-events:none;white-space:pre-wrap;overflow-wrap:anywhere",
    }
    rules |= {f"svg .{role}": f"fill:var(--{role})" for role in roles}
    rules |= {f"svg .{role}-line": f"stroke:var(--{role})" for role in roles}
    rules |= {f"svg .{role}-soft": f"fill:var(--{role}-soft)" for role in roles[:5]}
    written = "".join(f".rxvp {name}".rstrip() + f"{{{rule}}}" for name, rule in rules.items())
    return (
        f".rxvp{{{light}}}@media (prefers-color-scheme:dark){{.rxvp{{{dark}}}}}"
        f".rxvp.light{{{light}}}.rxvp.dark{{{dark}}}{written}"
    )


def _variables(theme: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in theme.items())


__all__ = ["SOUND", "page"]
