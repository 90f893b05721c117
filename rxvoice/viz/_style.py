"""Colours and type, for light and dark surroundings.

The hues are those of Okabe and Ito, which people with any kind of colour blindness can tell apart,
made darker or lighter until they can be read on the ground. Shape always says the same as colour.
"""

from collections.abc import Mapping
from typing import Final

FONT: Final = (
    "Inter,system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue','Noto Sans',Arial,sans-serif"
)

_LIGHT: Final = {
    "ground": "#fdfdfb",
    "edge": "#e2e2dc",
    "grid": "#ecece6",
    "rule": "#d9d9d2",
    "text": "#20242a",
    "soft": "#666d76",
    "user": "#0a6ab0",
    "user-soft": "#cfe3f2",
    "model": "#9a4a86",
    "model-soft": "#f0dcea",
    "bot": "#0b8263",
    "bot-soft": "#d3ede4",
    "amber": "#8a6300",
    "amber-soft": "#f6e8bd",
    "alarm": "#c2410c",
    "alarm-soft": "#fbe3d6",
}
_DARK: Final = {
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


def style_sheet() -> str:
    """Return the rules for pictures: light ones, and dark ones for those who prefer them."""
    shared = (
        f".rxv{{font-family:{FONT};font-variant-numeric:tabular-nums}}"
        ".rxv .text{paint-order:stroke;stroke-width:3;stroke-linejoin:round}"
        ".rxv .strong{font-weight:600}"
        ".rxv .thin{stroke-width:1;fill:none}"
        ".rxv .line{stroke-width:1.5;fill:none}"
        ".rxv .wave{stroke-width:2;stroke-linecap:round;fill:none}"
        ".rxv .bold{stroke-width:2;stroke-linecap:round;fill:none}"
        ".rxv .dots{stroke-dasharray:1 3}"
        ".rxv .dashes{stroke-dasharray:4 3}"
    )
    return f"{shared}{_colours(_LIGHT)}@media (prefers-color-scheme:dark){{{_colours(_DARK)}}}"


def _colours(theme: Mapping[str, str]) -> str:
    rules = [
        f".rxv .ground{{fill:{theme['ground']}}}",
        f".rxv .edge{{stroke:{theme['edge']}}}",
    ]
    for role in _ROLES:
        colour = theme[role]
        rules.append(f".rxv .{role}{{fill:{colour}}}")
        rules.append(f".rxv .{role}-line{{stroke:{colour}}}")
    for role in ("user", "model", "bot", "amber", "alarm"):
        rules.append(f".rxv .{role}-soft{{fill:{theme[f'{role}-soft']}}}")
    rules.append(f".rxv .hollow{{fill:{theme['ground']}}}")
    rules.append(f".rxv .on{{fill:{theme['ground']}}}")
    rules.append(f".rxv .text{{stroke:{theme['ground']}}}")
    rules.append(f".rxv .ground-line{{stroke:{theme['ground']}}}")
    return "".join(rules)
