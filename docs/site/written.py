"""Signatures and constants are shown as they are written.

At run time an alias such as `Event` is a union of eighty types, and a constant that was imported
has lost its explanation; the source has both.
"""

import ast
import importlib
import importlib.util
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

from homes import home
from sphinx.application import Sphinx

CONSTANTS = (ast.Assign, ast.AnnAssign)


def signature(
    app: Sphinx, what: str, name: str, value: Any, options: Any, given: str, result: str
) -> tuple[str, str | None] | None:
    """Return a signature as the source has it."""
    if what in ("class", "exception"):
        if getattr(value, "_is_protocol", False):
            return "", None
        if _has_fields(value) and "__init__" not in _defined(value):
            return f"({', '.join(_fields(value))})", None
        value = value.__init__
    node = _parsed(inspect.unwrap(value)) if inspect.isroutine(value) else None
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    arguments = node.args
    for names in (arguments.posonlyargs, arguments.args):
        if names and names[0].arg in ("self", "cls"):
            del names[0]
            break
    hidden = what in ("class", "exception") or node.returns is None
    return f"({ast.unparse(arguments)})", None if hidden else ast.unparse(node.returns)


def constants(
    app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]
) -> None:
    """Append to a package's page what it exports besides classes and functions."""
    if what != "module":
        return
    for exported in getattr(value, "__all__", ()):
        here = getattr(value, exported)
        if inspect.isclass(here) or inspect.isfunction(here) or inspect.ismodule(here):
            continue
        origin, text, doc = _found(name, exported)
        shown = origin == name and doc  # by autodoc itself
        if home(origin, exported) == name and not shown:
            short = text if len(text) <= 120 else f"{text[:119]}…"
            lines += ["", f".. py:data:: {exported}", f"   :module: {name}"]
            lines += [f"   :value: {short}"] if short else []
            lines += ["", textwrap.indent(doc or inspect.getdoc(here) or "", "   "), ""]


def _has_fields(cls: type) -> bool:
    return is_dataclass(cls) or (hasattr(cls, "model_fields") and cls.__module__ != "pydantic.main")


def _fields(cls: type) -> Iterator[str]:
    for base in reversed(cls.__mro__):
        node = _parsed(base) if _has_fields(base) else None
        for field in node.body if isinstance(node, ast.ClassDef) else ():
            if not isinstance(field, ast.AnnAssign):
                continue
            kind, name = ast.unparse(field.annotation), ast.unparse(field.target)
            default = "" if field.value is None else ast.unparse(field.value)
            if kind.endswith("KW_ONLY"):
                yield "*"
            elif "ClassVar" not in kind and "init=False" not in default:
                made = default.startswith("field(")
                shown = "..." if made and "default" in default else "" if made else default
                yield f"{name}: {kind}" + (f" = {shown}" if shown else "")


def _defined(cls: type) -> set[str]:
    node = _parsed(cls)
    body = node.body if isinstance(node, ast.ClassDef) else []
    return {each.name for each in body if isinstance(each, ast.FunctionDef)}


@cache
def _parsed(value: Any) -> ast.AST | None:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(value))).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        return None


@cache
def _tree(module: str) -> ast.Module:
    path = inspect.getsourcefile(importlib.import_module(module)) or ""
    return ast.parse(Path(path).read_text(encoding="utf-8"))


def _found(module: str, name: str) -> tuple[str, str, str]:
    """Follow imports to where a name is assigned; return the module, the value, what it means."""
    body = [*_tree(module).body]
    body += [each for node in body if isinstance(node, ast.If) for each in node.body]
    for node, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    within = importlib.import_module(module)
                    source = "." * node.level + (node.module or "")
                    package = within.__package__ or ""
                    return _found(importlib.util.resolve_name(source, package), alias.name)
        elif isinstance(node, CONSTANTS):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if name in [ast.unparse(target) for target in targets]:
                doc = after.value.value if _is_text(after) else ""
                return module, ast.unparse(node.value) if node.value else "", inspect.cleandoc(doc)
    return module, "", ""


def _is_text(node: Any) -> bool:
    return isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def setup(app: Sphinx) -> dict[str, bool]:
    """Take part in a build."""
    app.connect("autodoc-process-signature", signature)
    app.connect("autodoc-process-docstring", constants)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
