"""What tools/providers.py finds out about a provider: from its dialect and its docstring.

Nothing here is written down by hand. What a vendor's reader gives is seen from what its modules
import and fill in: a module that makes no `Words` imports none, for unused imports are errors.
"""

import ast
import importlib.util
import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from rxvoice.providers._catalogue import Entry
from rxvoice.providers._file_stt import FileStt
from rxvoice.providers._http_tts import HttpTts
from rxvoice.providers._voice_tts import StreamingTts

_PACKAGE: Final = "rxvoice.providers."


def made(entry: Entry) -> Any:
    """Return the provider, made with whatever it needs."""
    make = entry.load()
    parameters = inspect.signature(make).parameters
    needed = [
        p for p in parameters.values() if p.default is p.empty and p.kind is not p.VAR_KEYWORD
    ]
    first = ["any" for p in needed if p.kind is p.POSITIONAL_ONLY]
    rest = {p.name: "any" for p in needed if p.kind is not p.POSITIONAL_ONLY}
    if entry.preset and entry.local:
        rest |= {"model": "any", "base_url": "http://localhost"}
        rest |= {"voice": "any"} if entry.kind == "tts" else {}
    return make(*first, **rest)


def what(entry: Entry) -> str:
    """Return the first line of its docstring."""
    line = (inspect.getdoc(function(entry)) or "").splitlines()[0]
    line = (
        line.removeprefix("Return ").removesuffix(" See `HttpTts`.").removesuffix(" See `FileStt`.")
    )
    return markdown(line.rstrip("."))


def languages(entry: Entry) -> str:
    """Return what its docstring says of its languages."""
    told = arguments(function(entry))
    found = next((told[name] for name in ("language", "language_code", "lang") if name in told), "")
    return markdown(re.split(r"(?<=[^.]\.) ", found)[0].rstrip("."))


def interruption(provider: Any) -> str:
    """Return what an interruption does to what a voice has under way."""
    if isinstance(provider, HttpTts):
        return "the request is dropped"
    if not isinstance(provider, StreamingTts):
        return "work ends"
    dialect = provider.dialect
    if dialect.cancel("any") is None:
        return "reconnect"
    if dialect.clears:
        return "clear"
    return "context cancel" if dialect.contexts > 1 else "cancel"


def fills(provider: Any, entry: Entry) -> set[str]:
    """Return what a provider gives: names of items, and of the fields of a transcript."""
    return {name for module in _modules(provider, entry) for name in _fills(module)}


def arguments(function: Callable[..., Any]) -> Mapping[str, str]:
    """Return what a docstring says of the arguments."""
    text = inspect.getdoc(function) or ""
    block = re.search(r"^Args:\n((?:    .*\n|\n)*)", text, re.MULTILINE)
    found: dict[str, str] = {}
    name = ""
    for line in (block[1] if block else "").splitlines():
        if start := re.match(r" {4}(\*{0,2}\w+): (.*)", line):
            name = start[1]
            found[name] = start[2]
        elif line.strip():
            found[name] += f" {line.strip()}"
    return found


def function(entry: Entry) -> Callable[..., Any]:
    """Return the function itself, without its preset."""
    return getattr(importlib.import_module(entry.module), entry.name)


def markdown(text: str) -> str:
    """Return a piece of a docstring as it stands in a table."""
    return text.replace("``", "`").replace("|", "\\|")


def _modules(provider: Any, entry: Entry) -> Iterator[str]:
    """Yield the vendor's own modules: that which reads its messages, and those that it imports."""
    dialect = getattr(provider, "dialect", None)
    reads = provider.options if isinstance(provider, FileStt) else provider
    first = type(reads if dialect is None else dialect.reader()).__module__
    prefix = f"{_PACKAGE}_{entry.function.partition(':')[0].partition('_')[0]}"
    own = first.startswith(prefix) or entry.transport == "process"
    waiting, seen = [first] if own else [], set[str]()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting += [other for other in _imports(name) if other.startswith(prefix)]


@cache
def _tree(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))


def _imports(module: str) -> list[str]:
    """Return the modules of which it imports more than constants."""
    nodes = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.ImportFrom)]
    return [
        node.module
        for node in nodes
        if node.module and not all(alias.name.isupper() for alias in node.names)
    ]


def _fills(module: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.ImportFrom):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
    return found
