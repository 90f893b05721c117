"""What a docstring says."""

import inspect
import re
from typing import Final

_SECTION: Final = re.compile(
    r"^(Args|Arguments|Parameters|Params|Returns?|Yields?|Raises|Examples?|Notes?|Attributes):\s*$"
)
_GOOGLE: Final = re.compile(r"^\*{0,2}(\w+)(?:\s*\([^)]*\))?\s*:\s*(.*)$")
_FIELD: Final = re.compile(r"^:(\w+)(?:\s+([^:]*?))?:\s*(.*)$")


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Return what a docstring says of the whole, and of each argument.

    Understood are sections (``Args:`` with an indented line for each) and fields (``:param x:``).

    Args:
        docstring: Without the indentation of the code.
    """
    text: list[str] = []
    arguments: dict[str, list[str]] = {}
    section: str | None = None
    current: list[str] | None = None
    indent = 0
    for line in inspect.cleandoc(docstring).splitlines():
        bare = line.strip()
        depth = len(line) - len(line.lstrip())
        if (heading := _SECTION.match(line)) is not None:
            section, current, indent = heading[1], None, 0
        elif (field := _FIELD.match(bare)) is not None and depth == 0:
            section, current = "field", None
            if field[1] in ("param", "parameter", "arg", "argument"):
                name = (field[2] or "").split()[-1:]
                current = arguments.setdefault(name[0], []) if name else None
                if current is not None:
                    current.append(field[3])
        elif section is None:
            text.append(line)
        elif not bare:
            current = None if section == "field" else current
        elif section == "field":
            if current is not None:
                current.append(bare)
        elif section in ("Args", "Arguments", "Parameters", "Params"):
            indent = indent or depth
            entry = _GOOGLE.match(bare) if depth == indent else None
            if entry is not None:
                current = arguments.setdefault(entry[1], [])
                current.append(entry[2])
            elif current is not None:
                current.append(bare)
    return "\n".join(text).strip(), {
        name: " ".join(filter(None, lines)) for name, lines in arguments.items()
    }


__all__ = ["described"]
