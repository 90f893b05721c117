"""What a language model may call."""

import copy
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, cast

_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What the vendors accept as a name."""

ToolFunction: TypeAlias = Callable[[Any, Mapping[str, Any]], Awaitable[Any]]
"""Does what a tool is for.

It is given a `rxvoice.context.ToolUse` and the arguments as the model wrote them, and returns a
JSON-compatible value or a `rxvoice.context.ToolAnswer`.
"""


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that a language model may call.

    `rxvoice.context.tool` makes one of a Python function.

    Attributes:
        name: Letters, digits, ``_`` and ``-``, at most 64.
        description: What it is for; the model decides by it.
        parameters: JSON schema of its arguments, an object; copied.
        function: What is done; None where only the model's side of it is known.
        background: Whether it goes on when the reply is interrupted or over; its result is then
            told as soon as nobody speaks.
        timeout: Seconds after which it is given up, with no result; None for never.
        filler: What is said, and not remembered, when it takes longer than ``filler_after``.
        filler_after: Seconds.

    Raises:
        TypeError: When ``parameters`` is no mapping, or ``function`` cannot be called.
        ValueError: When the name, the schema or a number cannot be used.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(
        default_factory=lambda: {"type": "object", "properties": {}}
    )
    function: ToolFunction | None = None
    background: bool = False
    timeout: float | None = None
    filler: str = ""
    filler_after: float = 1.0

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"name must be 1 to 64 letters, digits, _ and -, got {self.name!r}")
        if not isinstance(self.parameters, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"parameters must be a JSON schema, got {self.parameters!r}")
        if self.parameters.get("type", "object") != "object":
            raise ValueError(f"parameters must describe an object, got {self.parameters!r}")
        object.__setattr__(self, "parameters", copy.deepcopy(dict(self.parameters)))
        if self.function is not None and not callable(self.function):
            raise TypeError(f"function must be callable, got {self.function!r}")
        if self.timeout is not None and not self.timeout > 0.0:
            raise ValueError(f"timeout must be positive, got {self.timeout}")
        if not self.filler_after >= 0.0:
            raise ValueError(f"filler_after must not be negative, got {self.filler_after}")


@dataclass(frozen=True, slots=True)
class Tools:
    """What a language model may call in a conversation.

    `rxvoice.context.tools` makes one of functions.

    Attributes:
        standard: For all providers; any sequence, copied.
        raw: Tools in a provider's own form, such as a search that it does itself, by the name of
            the provider; copied. Others leave them out.
        other: Runs what is called and is not among the standard ones; a `Tool` where its options
            are wanted, its name does not count. None: that is told the model.

    Raises:
        TypeError: When a standard one is no `Tool`, a raw one no mapping, or ``other`` neither a
            tool nor a function.
        ValueError: When two have the same name.
    """

    standard: tuple[Tool, ...] = ()
    raw: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict[str, Sequence[Mapping[str, Any]]]
    )
    other: Tool | ToolFunction | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "standard", tuple(self.standard))
        object.__setattr__(self, "raw", _copied(self.raw))
        if not (self.other is None or isinstance(self.other, Tool) or callable(self.other)):
            raise TypeError(f"other must be a Tool or a function, got {self.other!r}")
        seen: set[str] = set()
        for one in self.standard:
            if not isinstance(one, Tool):  # pyright: ignore[reportUnnecessaryIsInstance]
                raise TypeError(f"standard must hold Tool, got {one!r}")
            if one.name in seen:
                raise ValueError(f"two tools have the name {one.name!r}")
            seen.add(one.name)

    def __bool__(self) -> bool:
        return bool(self.standard or self.raw)

    def find(self, name: str) -> Tool | None:
        """Return the tool that runs a call; None when there is none."""
        for one in self.standard:
            if one.name == name:
                return one
        if self.other is None or not _NAME.fullmatch(name):
            return None
        if isinstance(self.other, Tool):
            return replace(self.other, name=name)
        return Tool(name, function=self.other)

    def without(self, name: str) -> "Tools":
        """Return these without the one that has the name."""
        return Tools(tuple(one for one in self.standard if one.name != name), self.raw, self.other)

    def plus(self, *tools: Tool) -> "Tools":
        """Return these and more; one of the same name takes the place of the old one."""
        names = {one.name for one in tools}
        kept = tuple(one for one in self.standard if one.name not in names)
        return Tools((*kept, *tools), self.raw, self.other)


def _copied(raw: object) -> dict[str, tuple[Mapping[str, Any], ...]]:
    if not isinstance(raw, Mapping):
        raise TypeError(f"raw must hold tools by the provider's name, got {raw!r}")
    by_provider = cast("Mapping[str, object]", raw)
    return {provider: _mappings(provider, some) for provider, some in by_provider.items()}


def _mappings(provider: str, some: object) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(some, Sequence) or isinstance(some, str):
        raise TypeError(f"raw must hold a sequence for {provider}, got {some!r}")
    copied = tuple(cast("Sequence[object]", some))
    for one in copied:
        if not isinstance(one, Mapping):
            raise TypeError(f"raw must hold mappings for {provider}, got {one!r}")
    return cast("tuple[Mapping[str, Any], ...]", copy.deepcopy(copied))


__all__ = ["Tool", "ToolFunction", "Tools"]
