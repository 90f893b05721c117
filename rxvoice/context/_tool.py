"""Python functions as tools."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, overload

from rxvoice.context._signature import Function, signature_of
from rxvoice.items import Tool, ToolFunction, Tools


@overload
def tool(function: Function, /) -> Tool: ...
@overload
def tool(
    *,
    name: str | None = None,
    description: str | None = None,
    background: bool = False,
    timeout: float | None = None,
    filler: str = "",
    filler_after: float = 1.0,
) -> Callable[[Function], Tool]: ...
def tool(
    function: Function | None = None,
    /,
    *,
    name: str | None = None,
    description: str | None = None,
    background: bool = False,
    timeout: float | None = None,
    filler: str = "",
    filler_after: float = 1.0,
) -> Tool | Callable[[Function], Tool]:
    """Make a tool of an async function; ``@tool``, ``@tool(…)`` or ``tool(function)``.

    Its name, what the docstring says before the arguments, what it says of each argument (in
    Google's, numpy's or Sphinx's style; a `pydantic.Field` comes first), and the types are what the
    model is told. Without a docstring the descriptions are empty. What the model writes is checked,
    and converted, by those types; where it does not fit, the model is told so and the function is
    not called. Arguments that the function does not have are left out. Not among the arguments are
    a first parameter of the type `ToolUse`, and what `functools.partial` has fixed.

    Args:
        function: What is done: a function, a bound method, a `functools.partial` of one, or an
            object with an async ``__call__``. It returns a JSON-compatible value, a pydantic model
            or a dataclass, or a `ToolAnswer`.
        name: Its name, unless it is the function's.
        description: What it is for, unless the docstring says so.
        background: As in `rxvoice.Tool`.
        timeout: As in `rxvoice.Tool`.
        filler: As in `rxvoice.Tool`.
        filler_after: As in `rxvoice.Tool`.

    Returns:
        The tool.

    Raises:
        TypeError: When it is no async function, or has parameters that cannot be told the model:
            positional-only ones, ``*args``, ``**kwargs``, or types without a JSON schema.
        ValueError: When a name or number cannot be used.
    """

    def made(function: Function) -> Tool:
        signature = signature_of(function)

        async def run(use: Any, arguments: Mapping[str, Any]) -> Any:
            values = signature.checked(arguments)
            return await (function(use, **values) if signature.wants_use else function(**values))

        return Tool(
            signature.name if name is None else name,
            signature.description if description is None else description,
            signature.schema,
            run,
            background,
            timeout,
            filler,
            filler_after,
        )

    return made if function is None else made(function)


def tools(
    *some: Tool | Function,
    raw: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    other: Tool | ToolFunction | None = None,
) -> Tools:
    """Put tools together.

    Args:
        *some: Tools, or async functions that become some.
        raw: As in `rxvoice.Tools`.
        other: As in `rxvoice.Tools`.

    Raises:
        TypeError: When one is neither, or cannot be made a tool.
        ValueError: When two have the same name.
    """
    standard = tuple(one if isinstance(one, Tool) else tool(one) for one in some)
    return Tools(standard, {} if raw is None else raw, other)


__all__ = ["tool", "tools"]
