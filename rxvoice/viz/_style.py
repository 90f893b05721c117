"""Colours and type, for light and dark surroundings.

The hues are those of Okabe and Ito, which people with any kind of colour blindness can tell apart,
made darker or lighter until they can be read on the ground. Shape always says the same as colour.
"""

import re
from collections.abc import Mapping, Set
from typing import Final

FONT: Final = (
    "Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans',Arial,sans-serif"
)

LIGHT: Final = {
    "ground": "#fdfdfb",
    "edge": "#e2e2dc",
    "grid": "#ecece6",
    "rule": "#d9d9d2",
    "text": "#20242a",
    "soft": "#5c636c",
    "user": "#0a6ab0",
    "user-soft": "#dcebf7",
    "model": "#964682",
    "model-soft": "#f0dcea",
    "bot": "#0a7256",
    "bot-soft": "#d9f0e8",
    "amber": "#7d5900",
    "amber-soft": "#f6e8bd",
    "alarm": "#b83a08",
    "alarm-soft": "#fbe3d6",
}
DARK: Final = {
    "ground": "#15181d",
    "edge": "#2b3038",
    "grid": "#21262d",
    "rule": "#363c45",
    "text": "#e7e9ec",
    "soft": "#9aa3ae",
    "user": "#62b4ef",
    "user-soft": "#173a56",
    "model": "#dd93c8",
    "model-soft": "#46263d",
    "bot": "#3fc49b",
    "bot-soft": "#123d31",
    "amber": "#e3b341",
    "amber-soft": "#40330e",
    "alarm": "#ff8a4c",
    "alarm-soft": "#4a2613",
}
_ROLES: Final = ("user", "model", "bot", "amber", "alarm", "text", "soft", "rule", "grid", "edge")


def style_sheet(markup: str | None = None) -> str:
    """Return the rules for pictures: light ones, and dark ones for those who prefer them.

    Each property of an element is set by one rule, so that the rules of several pictures of a page
    agree, though each has only those that it uses.

    Args:
        markup: What is drawn; rules that it does not use are left out.
    """
    names = re.findall(r'class="([^"]*)"', markup or "")
    used = None if markup is None else {name for found in names for name in found.split()}
    shared = {
        "text": "paint-order:stroke;stroke-width:3;stroke-linejoin:round",
        "strong": "font-weight:600",
        "thin": "stroke-width:1",
        "line": "stroke-width:1.5",
        "wave": "stroke-width:2;stroke-linecap:round",
        "bold": "stroke-width:2;stroke-linecap:round",
        "dots": "stroke-dasharray:1 3",
        "dashes": "stroke-dasharray:4 3",
    }
    light, dark = _rules(_colours(LIGHT), used), _rules(_colours(DARK), used)
    return (
        f".rxv{{fill:none;font-family:{FONT};font-variant-numeric:tabular-nums}}"
        f"{_rules(shared, used)}"
        f"{light}@media (prefers-color-scheme:dark){{{dark}}}"
    )


def _rules(rules: Mapping[str, str], used: Set[str] | None) -> str:
    kept = [(name, rule) for name, rule in rules.items() if used is None or name in used]
    return "".join(f".rxv .{name}{{{rule}}}" for name, rule in kept)


def _colours(theme: Mapping[str, str]) -> dict[str, str]:
    rules = {"ground": f"fill:{theme['ground']}"}
    for role in _ROLES:
        rules[role] = f"fill:{theme[role]}"
        rules[f"{role}-line"] = f"stroke:{theme[role]}"
    for role in ("user", "model", "bot", "amber", "alarm"):
        rules[f"{role}-soft"] = f"fill:{theme[f'{role}-soft']}"
    ground = theme["ground"]
    return rules | {
        "edge": f"fill:{theme['edge']};stroke:{theme['edge']}",
        "text": f"fill:{theme['text']};stroke:{ground}",
        "soft-soft": f"fill:{theme['grid']}",
        "hollow": f"fill:{ground}",
        "on": f"fill:{ground}",
        "ground-line": f"stroke:{ground}",
    }
