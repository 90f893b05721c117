"""What a function takes, as a JSON schema and as what checks it."""

import functools
import inspect
import typing
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Optional, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from rxvoice.context._docstring import described
from rxvoice.context._tool_use import ToolUse
from rxvoice.errors import ToolArgumentError

Function = Callable[..., Awaitable[Any]]

_NAMED: Final = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_CONFIG: Final = ConfigDict(extra="ignore", arbitrary_types_allowed=False)


class _Schema(GenerateJsonSchema):
    """Schemas without titles, which say what the names say already."""

    ignored_warning_kinds: ClassVar[Any] = {"skipped-choice", "non-serializable-default"}

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a function that becomes a tool.

    Attributes:
        name: The function's own name.
        description: What its docstring says before the arguments.
        schema: JSON schema of its arguments, an object.
        wants_use: Whether its first parameter is a `ToolUse`.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    wants_use: bool
    _model: type[BaseModel]
    _names: Mapping[str, str]

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments as the function wants them.

        Raises:
            ToolArgumentError: When they do not fit; it says which, and why, for the model to read.
        """
        try:
            given = self._model.model_validate(dict(arguments))
        except ValidationError as error:
            wrong = "; ".join(
                f"{'.'.join(map(str, detail['loc']))}: {detail['msg']}"
                for detail in error.errors(include_url=False)
            )
            raise ToolArgumentError(wrong) from error
        return {name: getattr(given, key) for key, name in self._names.items()}


def signature_of(function: Function) -> Signature:
    """Read a function.

    Raises:
        TypeError: When it cannot be a tool.
    """
    inner: Any = function
    fixed: set[str] = set()
    while isinstance(inner, functools.partial):
        fixed |= set(inner.keywords)
        inner = inner.func
    if inspect.isclass(inner) or not callable(inner):
        raise TypeError(f"a tool must be an async function, got {function!r}")
    routine: Any = inner if inspect.isroutine(inner) else type(inner).__call__
    if not inspect.iscoroutinefunction(routine):
        raise TypeError(f"a tool must be an async function, got {function!r}")
    label = str(getattr(inner, "__name__", type(inner).__name__))
    said, of_arguments = described(_docstring(inner))
    hints = _hints(routine, label)
    wants_use = False
    fields: dict[str, Any] = {}
    names: dict[str, str] = {}
    for place, (name, parameter) in enumerate(inspect.signature(function).parameters.items()):
        hint = hints.get(name, Any)
        if place == 0 and _bare(hint) is ToolUse:
            wants_use = True
        elif name in fixed:
            continue
        elif parameter.kind not in _NAMED:
            raise TypeError(f"{label}: the parameter {name} cannot be given by its name")
        elif _bare(hint) is ToolUse:
            raise TypeError(f"{label}: {name} is a ToolUse and must be the first parameter")
        else:
            key = f"argument_{place}"
            names[key] = name
            fields[key] = _field(name, hint, parameter.default, of_arguments.get(name))
    try:
        model = create_model("Arguments", __config__=_CONFIG, **fields)
        schema = model.model_json_schema(schema_generator=_Schema)
    except Exception as error:
        message = f"{label}: a parameter has a type that cannot be told a model: {error}"
        raise TypeError(message) from error
    schema.setdefault("properties", {})
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("title", None)
    return Signature(label, said, schema, wants_use, model, names)


def _docstring(function: Any) -> str:
    """Return the docstring of a function; that of its call, or of its class, for an object."""
    if inspect.isroutine(function):
        return inspect.getdoc(function) or ""
    kind: Any = function.__class__
    written: str = kind.__doc__ or ""
    if hasattr(kind, "__dataclass_fields__") and written.startswith(f"{kind.__name__}("):
        written = ""  # a dataclass writes that itself
    said: str | None = kind.__call__.__doc__
    return said or written


def _hints(routine: Any, label: str) -> dict[str, Any]:
    """Return the types of the parameters; what is returned may be of any."""
    inner = inspect.unwrap(routine)
    inner = getattr(inner, "__func__", inner)
    annotations = {k: v for k, v in inspect.get_annotations(inner).items() if k != "return"}
    holder = type("_Parameters", (), {"__annotations__": annotations})
    try:
        return typing.get_type_hints(
            holder, globalns=inner.__globals__, localns={}, include_extras=True
        )
    except Exception as error:
        raise TypeError(f"{label}: its types cannot be resolved: {error}") from error


def _bare(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _field(name: str, hint: Any, default: Any, said: str | None) -> tuple[Any, Any]:
    """Return type and default of an argument, with what the docstring says of it.

    What a `pydantic.Field` says comes first: in the type, or in the place of the default.
    """
    options: dict[str, Any] = {"alias": name}
    if isinstance(default, FieldInfo):
        hint = Annotated[hint, default]
    elif default is None and hint is not Any:
        hint, options["default"] = Optional[hint], None  # noqa: UP045  a name may stand in it
    elif default is not inspect.Parameter.empty:
        options["default"] = default
    declared = [one for one in get_args(hint) if isinstance(one, FieldInfo)]
    if said is not None and not any(one.description for one in declared):
        options["description"] = said
    return hint, Field(**options)


__all__ = ["Function", "Signature", "signature_of"]
