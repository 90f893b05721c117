"""A conversation as a text that can be kept, and back."""

import json
from dataclasses import MISSING, fields, is_dataclass, replace
from typing import Any, Final, cast

from pydantic import ValidationError

from rxvoice.context._packed import pack, unpack
from rxvoice.context._saved import SavedContext
from rxvoice.items import AudioPart, Context, Flow, ImagePart, State, Tools

VERSION: Final = 1
"""Of the format."""

_UNSAVED: Final = ("function", "other")
"""What cannot be written down."""

_SHOWN: Final = 3
"""How many errors are told."""


def to_json(context: Context) -> str:
    """Write a conversation down as JSON; `from_json` makes it again.

    Everything is kept but the functions of the tools. Bytes are base64. It is plain ASCII.

    Args:
        context: The conversation.

    Raises:
        TypeError: When an argument of a call, a tool, or what has the form of a provider holds
            something that is neither JSON's nor bytes nor a tuple; it names the field.
    """
    return json.dumps({"version": VERSION, "messages": [], **_saved(context, "")})


def from_json(text: str, *, tools: Tools | None = None) -> Context:
    """Make the conversation that `to_json` has written down.

    Args:
        text: What it has written.
        tools: What runs the tools of the conversation: each is given the function of the one that
            has its name. One whose name is not among them has no function any more.

    Raises:
        ValueError: When it is no such text, or of another version; it names the field, and tells
            nothing of what was said.
    """
    try:
        read: Any = json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"a conversation must be JSON: {error.msg} in {place}") from None
    except (ValueError, RecursionError):
        raise ValueError("a conversation must be JSON that can be read") from None
    version = cast("dict[str, Any]", read).get("version") if isinstance(read, dict) else None
    if version is None:
        raise ValueError("version: it is missing, so that this is no conversation")
    if type(version) is not int or version != VERSION:
        raise ValueError(f"version: {VERSION} can be read, and no other")
    try:
        context: Context = SavedContext.model_validate(unpack(read)).made()
    except ValidationError as error:
        told = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise ValueError("; ".join(told[:_SHOWN])) from None
    except RecursionError:
        raise ValueError("a conversation must be JSON that can be read") from None
    given = tools or Tools()
    flow = _bound_flow(context.flow, given) if context.flow is not None else None
    return replace(context, tools=_bound(context.tools, given, other=True), flow=flow)


def _bound(saved: Tools, given: Tools, *, other: bool = False) -> Tools:
    functions = {tool.name: tool.function for tool in given.standard}
    standard = tuple(replace(tool, function=functions.get(tool.name)) for tool in saved.standard)
    return Tools(standard, saved.raw, given.other if other else None)


def _bound_flow(flow: Flow, given: Tools) -> Flow:
    def bound(state: State) -> State:
        return replace(state, tools=_bound(state.tools, given))

    return replace(
        flow,
        states=tuple(map(bound, flow.states)),
        current=flow.current and bound(flow.current),
        tools=_bound(flow.tools, given, other=True),
    )


def _saved(item: Any, where: str) -> dict[str, Any]:
    """Return what an item has that is not the default."""
    saved: dict[str, Any] = {}
    if isinstance(item, ImagePart | AudioPart):
        saved["kind"] = "image" if isinstance(item, ImagePart) else "audio"
    for field in fields(item):
        default = field.default if field.default_factory is MISSING else field.default_factory()
        value = getattr(item, field.name)
        if field.name not in _UNSAVED and value != default:
            saved[field.name] = _value(value, f"{where}.{field.name}" if where else field.name)
    return saved


def _value(value: Any, where: str) -> Any:
    if is_dataclass(value):
        return _saved(value, where)
    if isinstance(value, tuple):
        items = cast("tuple[Any, ...]", value)
        return [_value(item, f"{where}.{place}") for place, item in enumerate(items)]
    return pack(value, where)


__all__ = ["from_json", "to_json"]
