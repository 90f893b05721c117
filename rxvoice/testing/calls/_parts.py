"""Giving an agent what it asks for."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from rxvoice._types import Operator
from rxvoice.items import Event

Agent: TypeAlias = Callable[..., Operator[Any, Event]]
"""Makes the agent of one call from what it is given by name; see `conversation`."""


def build(agent: Agent, parts: Mapping[str, object], options: Mapping[str, object]) -> Any:
    """Call an agent's function with the parts that it has parameters for, and all options.

    Raises:
        TypeError: When it has no parameter for an option, or needs what there is not.
    """
    if not callable(agent):
        raise TypeError(f"agent must be a function that makes an operator, got {agent!r}")
    parameters = inspect.signature(agent).parameters
    takes_all = any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters.values())
    given = {name: part for name, part in parts.items() if takes_all or name in parameters}
    positional = [
        p.name
        for p in parameters.values()
        if p.kind is inspect.Parameter.POSITIONAL_ONLY and p.default is inspect.Parameter.empty
    ]
    name = getattr(agent, "__name__", repr(agent))
    for option in options:
        if not takes_all and option not in parameters:
            raise TypeError(f"{name} has no parameter {option!r}")
    needed = [
        p.name
        for p in parameters.values()
        if p.default is inspect.Parameter.empty
        and p.kind in (inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        and p.name not in given
        and p.name not in options
    ]
    if positional or needed:
        missing = ", ".join(positional + needed)
        raise TypeError(
            f"agent must be a function of parts such as {', '.join(parts)}, "
            f"but {name} wants {missing}"
        )
    operator = agent(**{**given, **options})
    if not callable(operator):
        if inspect.iscoroutine(operator):
            operator.close()
        raise TypeError(f"{name} must return an operator, got {operator!r}")
    return operator
