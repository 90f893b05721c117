"""What an MCP server answers, for a language model to read."""

import contextlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mcp.types import CallToolResult, ContentBlock

_LONGEST: Final = 500
_STACK: Final = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class McpResult:
    """What a tool of an MCP server answered, for a filter that makes something else of it.

    Attributes:
        value: What the model is told when there is no filter.
        text: The parts that are text, one a line; other parts are described in words.
        structured: The answer as JSON, from servers that give it so; None otherwise.
        content: The parts as they came, pictures and sounds among them: content blocks of the
            package ``mcp``.
    """

    value: Any
    text: str
    structured: Any
    content: "tuple[ContentBlock, ...]"


def result_of(answer: "CallToolResult") -> McpResult:
    """Read a server's answer."""
    parts = [_told(part) for part in answer.content]
    text, structured = "\n".join(parts), answer.structured_content
    value: Any = text
    if structured is not None:
        more = [part for part in parts if not _repeats(part, structured)]
        value = {"data": structured, "text": "\n".join(more)} if more else structured
    return McpResult(value, text, structured, tuple(answer.content))


def short(text: str) -> str:
    """Return what can be told of an error: without a stack, and not endless."""
    before, stack, after = text.strip().partition(_STACK)
    if stack:
        lines = after.strip().splitlines()
        text = before.strip() or (lines[-1] if lines else "")
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _told(part: "ContentBlock") -> str:
    match part.type:
        case "text":
            return part.text
        case "image":
            return _described("a picture", part.mime_type, _bytes(part.data))
        case "audio":
            return _described("a sound", part.mime_type, _bytes(part.data))
        case "resource_link":
            return _described(f"a link to {part.title or part.name}", part.mime_type, part.size)
        case "resource":
            inner = part.resource
            text = getattr(inner, "text", None)
            if isinstance(text, str):
                return text
            return _described("a file", inner.mime_type, _bytes(getattr(inner, "blob", "")))


def _described(what: str, kind: str | None, size: int | None) -> str:
    told = [what, kind, None if size is None else _size(size)]
    return f"({', '.join(filter(None, told))})"


def _size(size: int) -> str:
    return f"{size} bytes" if size < 1000 else f"{size / 1000:.0f} kB"


def _bytes(base64: str) -> int:
    """Return how many bytes there are."""
    return len(base64) * 3 // 4 - base64[-2:].count("=")


def _repeats(text: str, structured: Any) -> bool:
    """Whether a text is but the answer's JSON, or a part of it, once more."""
    said: list[Any] = [text]
    with contextlib.suppress(ValueError):
        said.append(json.loads(text))
    return any(one in _values(structured) for one in said)


def _values(structured: Any) -> Sequence[Any]:
    """Return the answer, what is wrapped in it, and the items of that when it is a list."""
    values: list[Any] = [structured]
    match structured:
        case {"result": wrapped, **rest} if not rest:
            values.append(wrapped)
        case _:
            pass
    lists: Iterable[Any] = [value for value in values if isinstance(value, list)]
    return [*values, *(item for one in lists for item in one)]


__all__ = ["McpResult", "result_of", "short"]
