"""What a docstring says."""

import inspect
import re
from collections.abc import Iterable
from typing import Final

_ARGUMENTS: Final = frozenset(
    {
        *("args", "arguments", "params", "parameters", "other parameters"),
        *("keyword args", "keyword arguments"),
    }
)
_OTHERS: Final = frozenset(
    {
        *("return", "returns", "yield", "yields", "receives", "raise", "raises", "warns"),
        *("example", "examples", "note", "notes", "warning", "warnings", "see also"),
        *("attributes", "methods", "references", "todo"),
    }
)
_ENTRY: Final = re.compile(r"\*{0,2}(\w+)(?:\s*\(.*?\))?\s*:(?:\s+(.*))?$")
_NUMPY_ENTRY: Final = re.compile(r"(\*{0,2}\w+(?:\s*,\s*\*{0,2}\w+)*)\s*(?::.*)?$")
_FIELD: Final = re.compile(r":(\w+)(?:\s+([^:]*?))?:(?:\s+(.*))?$")
_FIELD_ARGUMENTS: Final = frozenset(
    {"param", "parameter", "arg", "argument", "key", "keyword", "kwarg"}
)
_FIELD_OTHERS: Final = frozenset(
    {
        *("type", "return", "returns", "rtype", "yield", "yields", "raise", "raises", "except"),
        *("exception", "var", "ivar", "cvar", "vartype", "meta"),
    }
)


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Return what a docstring says of the whole, and of each argument.

    Understood are sections with an indented line for each argument (``Args:``, Google's style),
    underlined ones (numpy's), and fields (``:param x:``, Sphinx's). Sections on other things than
    arguments are left out.

    Args:
        docstring: With or without the indentation of the code.
    """
    reader = _Reader()
    lines = inspect.cleandoc(docstring).splitlines()
    number = 0
    while number < len(lines):
        line, after = lines[number], lines[number + 1] if number + 1 < len(lines) else ""
        underlined = bool(re.fullmatch(r"-{3,}", after.strip())) and len(line) - len(after) < 3
        number += 1 + reader.read(line, underlined=underlined)
    return reader.text, reader.arguments


class _Reader:
    """Reads a docstring line by line.

    Attributes:
        state: What the lines belong to: the text, a section, or a field.
        indent: Of the entries of a section of Google's style; 0 when there was none yet.
    """

    def __init__(self) -> None:
        self.state = "text"
        self.indent = 0
        self._text: list[str] = []
        self._arguments: dict[str, list[str]] = {}
        self._current: list[list[str]] = []

    @property
    def text(self) -> str:
        return "\n".join(self._text).strip()

    @property
    def arguments(self) -> dict[str, str]:
        return {name: " ".join(filter(None, said)) for name, said in self._arguments.items()}

    def read(self, line: str, *, underlined: bool) -> bool:
        """Take a line, and return whether the next one only underlines it."""
        bare, depth = line.strip(), len(line) - len(line.lstrip())
        if depth == 0 and self._heading(bare, underlined=underlined):
            return underlined
        if depth == 0 and self._field(bare):
            return False
        if self.state == "google" and depth == 0 and bare:
            self.state = "text"
        match self.state:
            case "text":
                self._text.append(line)
            case "google":
                self._google(bare, depth)
            case "numpy":
                self._numpy(bare, depth)
            case "field" if bare and depth:
                self._add(bare)
            case "field":
                self._say(())
                if bare:
                    self.state = "text"
                    self._text.append(line)
            case _:
                pass
        return False

    def _heading(self, bare: str, *, underlined: bool) -> bool:
        title = (bare if underlined else bare.removesuffix(":")).lower()
        if not (underlined or bare.endswith(":")):
            return False
        if title in _ARGUMENTS:
            self.state = "numpy" if underlined else "google"
        elif title in _OTHERS:
            self.state = "other" if underlined else "google"
        else:
            return False
        self.indent = 0 if title in _ARGUMENTS else -1
        self._say(())
        return True

    def _field(self, bare: str) -> bool:
        found = _FIELD.match(bare)
        if found is None or found[1] not in _FIELD_ARGUMENTS | _FIELD_OTHERS:
            return False
        self.state = "field"
        self._say((found[2] or "").split()[-1:] if found[1] in _FIELD_ARGUMENTS else ())
        self._add(found[3] or "")
        return True

    def _google(self, bare: str, depth: int) -> None:
        if not bare or self.indent < 0:
            return
        self.indent = self.indent or depth
        entry = _ENTRY.match(bare) if depth <= self.indent else None
        if entry is None:
            self._add(bare)
        else:
            self._say([entry[1]])
            self._add(entry[2] or "")

    def _numpy(self, bare: str, depth: int) -> None:
        entry = _NUMPY_ENTRY.match(bare) if depth == 0 else None
        if depth and bare:
            self._add(bare)
        elif entry is not None:
            self._say(name.strip(" *") for name in entry[1].split(","))

    def _say(self, names: Iterable[str]) -> None:
        """Let what follows be said of these arguments."""
        self._current = [self._arguments.setdefault(name.lstrip("*"), []) for name in names if name]

    def _add(self, words: str) -> None:
        for said in self._current:
            said.append(words.strip())


__all__ = ["described"]
