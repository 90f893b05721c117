"""Operators with faults: their sources with a change, run as a module of its own."""

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True)
class Change:
    """A place in a module, and what stands there instead.

    Attributes:
        module: Name of the module.
        old: Its text; it has to be there exactly once.
        new: The text of the mutant.
    """

    module: str
    old: str
    new: str


def mutant(module: str, name: str, changes: Sequence[Change]) -> Callable[..., Any]:
    """Return what a module would hold had some modules been written otherwise.

    Args:
        module: Where it is defined.
        name: Its name.
        changes: What is otherwise: in the module itself, or in modules that it imports names from.
    """
    helpers = {change.module for change in changes} - {module}
    made = {helper: _changed(helper, changes, {}) for helper in sorted(helpers)}
    names = {key: value for helper in made.values() for key, value in _own(helper).items()}
    return getattr(_changed(module, changes, names), name)


def _changed(name: str, changes: Sequence[Change], names: dict[str, Any]) -> ModuleType:
    original = importlib.import_module(name)
    text = inspect.getsource(original)
    for change in changes:
        if change.module == name:
            count = text.count(change.old)
            assert count == 1, f"{name} holds {count} times, not once:\n{change.old}"
            text = text.replace(change.old, change.new)
    module = ModuleType(name)
    module.__package__ = original.__package__
    replaced = sys.modules[name]
    sys.modules[name] = module  # dataclasses look their module up
    try:
        exec(compile(text, f"<mutant of {name}>", "exec"), vars(module))
    finally:
        sys.modules[name] = replaced
    imported = {key: value for key, value in names.items() if hasattr(module, key)}
    vars(module).update(imported)
    return module


def _own(module: ModuleType) -> dict[str, Any]:
    """Return the functions and classes that a module defines."""
    return {
        key: value
        for key, value in vars(module).items()
        if getattr(value, "__module__", None) == module.__name__
    }
