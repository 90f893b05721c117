"""What a line of Markdown begins with."""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "blank", "heading", "item", "quote", "rule", "table", "fence"]

_LEAD: Final = re.compile(r"[ \t]*")
_FENCE: Final = re.compile(r"(`{3,}|~{3,})([^\n]*)\n")
_HEADING: Final = re.compile(r"#{1,6}(?=[ \t\n])[ \t]*")
_ITEM: Final = re.compile(r"[-*+][ \t]+(?:\[[ xX]\][ \t]+)?")
_BOX_SO_FAR: Final = re.compile(r"[-*+](?:[ \t]+(?:\[(?:[ xX](?:\][ \t]*)?)?)?)?\Z")
_RULE: Final = re.compile(r"(?:([-*_])[ \t]*(?:\1[ \t]*){2,}|={3,}[ \t]*)(\n|\Z)")
_RULE_SO_FAR: Final = re.compile(r"(?:([-*_])[ \t]*(?:\1[ \t]*)*|=+[ \t]*)\Z")
_QUOTE: Final = re.compile(r">(?=[ \t>\n])[ \t]?")
_LONG: Final = 4_000


@dataclass(frozen=True, slots=True)
class Line:
    """The beginning of a line.

    Attributes:
        kind: What it begins; of a rule, a table's row and a fence, the whole line is meant.
        end: Where what it begins with ends.
        fence: The marks that have to close a block of code.
    """

    kind: Kind
    end: int = 0
    fence: str = ""


def begins(text: str, *, final: bool) -> Line | None:
    """Tell what a text begins with; ``None`` when more of it is needed.

    Args:
        text: From the beginning of a line on.
        final: Whether this is all of the text.
    """
    lead = _LEAD.match(text)
    start = lead.end() if lead else 0
    first, rest = text[start : start + 1], text[start:]
    if not first:
        return Line("blank", start) if final else None
    if first == "\n":
        return Line("blank", start)
    if first in "`~":
        line = _fence(rest, start, final=final)
    elif first in "#|>":
        line = _sign(rest, start, final=final)
    elif first in "-*+_=":
        line = _item_or_rule(rest, start, final=final)
    else:
        line = Line("text")
    return line


def _fence(rest: str, start: int, *, final: bool) -> Line | None:
    if found := _FENCE.match(rest if not final or "\n" in rest else rest + "\n"):
        if found[1][0] == "`" and "`" in found[2]:
            return Line("text")
        return Line("fence", min(start + found.end(), start + len(rest)), found[1])
    row = rest[: len(rest) - len(rest.lstrip(rest[0]))] if rest.strip(rest[0]) else rest
    if final or (len(row) < 3 and row != rest) or len(rest) > _LONG:
        return Line("text")
    return None


def _sign(rest: str, start: int, *, final: bool) -> Line | None:
    whole = rest + "\n" if final else rest
    if rest[0] == "|":
        end = whole.find("\n")
        if end < 0:
            return Line("text") if len(rest) > _LONG else None
        row = whole[:end].strip()
        table = len(row) > 2 and row.endswith("|")
        return Line("table", min(start + end + 1, start + len(rest))) if table else Line("text")
    if rest[0] == ">":
        if found := _QUOTE.match(whole):
            return Line("quote", min(start + found.end(), start + len(rest)))
        return Line("text") if len(whole) > 1 else None
    if found := _HEADING.match(whole):
        blanks = found.end() == len(whole)
        return None if blanks else Line("heading", min(start + found.end(), start + len(rest)))
    return Line("text") if whole.lstrip("#") else None


def _item_or_rule(rest: str, start: int, *, final: bool) -> Line | None:
    if found := _RULE.match(rest):
        if found[2] or final:
            return Line("rule", start + found.end())
        return None
    if not final and (_RULE_SO_FAR.match(rest) or _BOX_SO_FAR.match(rest)):
        return None
    if found := _ITEM.match(rest):
        return Line("item", start + found.end())
    return Line("text")


__all__ = ["Line", "begins"]
