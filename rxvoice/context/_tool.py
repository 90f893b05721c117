"""Python functions as tools."""

import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, overload

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import GenerateJsonSchema

from rxvoice.context._docstring import described
from rxvoice.context._tool_use import ToolUse
from rxvoice.errors import ToolArgumentError
from rxvoice.items import Tool, ToolFunction, Tools

Function = Callable[..., Awaitable[Any]]

_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class _Schema(GenerateJsonSchema):
    """Schemas without titles, which say what the names say already."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


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

    Its name, what the docstring says before the arguments, what it says of each argument (under
    ``Args:`` or as ``:param …:``), and the types are what the model is told. Without a docstring
    the descriptions are empty. What the model writes is checked, and converted, by those types;
    arguments that the function does not have are left out. A first parameter of the type `ToolUse`
    is not among the arguments.

    Args:
        function: What is done. It returns a JSON-compatible value, a pydantic model or a dataclass,
            or a `ToolAnswer`.
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
        parameters, run = _inspected(function)
        said, _ = described(inspect.getdoc(function) or "")
        return Tool(
            name or getattr(function, "__name__", ""),
            said if description is None else description,
            parameters,
            run,
            background,
            timeout,
            filler,
            filler_after,
        )

    return made if function is None else made(function)


def tools(
    *some: Tool | Function,
    raw: Mapping[str, tuple[Mapping[str, Any], ...]] | None = None,
    other: ToolFunction | None = None,
) -> Tools:
    """Put tools together.

    Args:
        *some: Tools, or async functions that become some.
        raw: Tools in a provider's own form, by the provider's name.
        other: Runs what is called and is not among them.

    Raises:
        TypeError: When one is neither, or cannot be made a tool.
        ValueError: When two have the same name.
    """
    return Tools(
        tuple(one if isinstance(one, Tool) else tool(one) for one in some), raw or {}, other
    )


def _inspected(function: Function) -> tuple[Mapping[str, Any], ToolFunction]:
    """Return the schema of a function's arguments, and what calls it with them."""
    label = getattr(function, "__name__", repr(function))
    called = function if inspect.isroutine(function) else getattr(function, "__call__", function)  # noqa: B004
    if not inspect.iscoroutinefunction(called):
        raise TypeError(f"a tool must be an async function, got {function!r}")
    signature = inspect.signature(function)
    try:
        hints = typing.get_type_hints(called, include_extras=True)
    except NameError as error:
        raise TypeError(f"{label}: its types cannot be resolved: {error}") from error
    wants_use = False
    fields: dict[str, Any] = {}
    _, of_arguments = described(inspect.getdoc(function) or "")
    for place, (name, parameter) in enumerate(signature.parameters.items()):
        if place == 0 and hints.get(name) is ToolUse:
            wants_use = True
            continue
        if parameter.kind not in _NAMED:
            raise TypeError(f"{label}: the parameter {name} cannot be given by its name")
        default = ... if parameter.default is parameter.empty else parameter.default
        said = of_arguments.get(name)
        fields[f"argument_{place}"] = (
            hints.get(name, Any),
            Field(default, alias=name, description=said),
        )
    names = {key: info.alias for key, (_, info) in fields.items()}
    try:
        model = create_model("Arguments", __config__=ConfigDict(extra="ignore"), **fields)
        schema = model.model_json_schema(schema_generator=_Schema)
    except Exception as error:
        message = f"{label}: a parameter has a type that cannot be told a model: {error}"
        raise TypeError(message) from error
    schema.pop("title", None)
    schema.setdefault("properties", {})

    async def run(use: Any, arguments: Mapping[str, Any]) -> Any:
        given = _checked(model, arguments)
        values = {alias: getattr(given, key) for key, alias in names.items()}
        return await (function(use, **values) if wants_use else function(**values))

    return schema, run


def _checked(model: type[BaseModel], arguments: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(dict(arguments))
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}" for detail in error.errors()
        )
        raise ToolArgumentError(wrong) from error


__all__ = ["tool", "tools"]
