"""Operators with faults: their sources with a change, run as a module of its own."""

import importlib
import inspect
import sys
from collections.abc import Callable, Sequence, Set
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
        changes: What is otherwise: in the module itself, or in modules of its package that it has
            names from, or that those have.
    """
    changed = {change.module for change in changes} - {module}
    names: dict[str, Any] = {}
    for each in [*sorted(changed), *_between(module, changed)]:
        names |= _own(_changed(each, changes, names))
    return getattr(_changed(module, changes, names), name)


def _between(module: str, changed: Set[str]) -> list[str]:
    """Return the modules through which one has names from others, the innermost first."""
    found: list[str] = []
    for helper in sorted(_helpers(module) - changed):
        inner = _between(helper, changed)
        if inner or _helpers(helper) & changed:
            found += [each for each in [*inner, helper] if each not in found]
    return found


def _helpers(name: str) -> set[str]:
    """Return the modules of the same package that a module has names from."""
    package = name.rpartition(".")[0] + "."
    values = vars(importlib.import_module(name)).values()
    found = {getattr(value, "__module__", None) or "" for value in values}
    return {module for module in found if module.startswith(package)} - {name}


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
