"""The options of a provider, as arguments of the command line."""

import argparse
import inspect
import json
from collections.abc import Mapping
from typing import Any, Final

from rxvoice.errors import RxvoiceError
from rxvoice.providers._catalogue import Entry

_NAMES: Final = {
    "model": ("model", "model_id"),
    "voice": ("voice", "voice_id", "speaker"),
    "language": ("language", "language_code", "lang"),
    "base_url": ("base_url",),
}
"""What vendors call the options that have a flag."""


def options(entry: Entry, args: argparse.Namespace) -> dict[str, Any]:
    """Return the provider's options that the arguments mean, by its own names.

    Raises:
        ValueError: When it has no such option, or needs one that is not given.
    """
    parameters = inspect.signature(entry.load()).parameters.values()
    names = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
    loose = any(p.kind is p.VAR_KEYWORD for p in parameters)
    given: dict[str, Any] = {}
    for flag, theirs in _NAMES.items():
        value = getattr(args, flag)
        if value is not None:
            found = next((name for name in theirs if name in names), theirs[0] if loose else "")
            given[found or flag] = value
    for pair in args.set:
        name, sign, value = pair.partition("=")
        if not sign:
            raise ValueError(f"--set needs OPTION=VALUE, got {pair!r}")
        given[name] = _value(value)
    unknown = [name for name in given if name not in names and not loose]
    if unknown:
        raise ValueError(f"{entry.name} has no {unknown[0]}; it has {', '.join(names)}")
    missing = [p.name for p in parameters if p.default is p.empty and p.name in names]
    missing = [name for name in missing if name not in given]
    if missing:
        flag = next((flag for flag, theirs in _NAMES.items() if missing[0] in theirs), "")
        how = f"--{flag.replace('_', '-')}" if flag else f"--set {missing[0]}=VALUE"
        raise ValueError(f"{entry.name} needs a {missing[0]}: give {how}")
    return given


def made(entry: Entry, given: Mapping[str, Any]) -> Any:
    """Return the provider.

    Raises:
        RxvoiceError: When its options do not fit.
    """
    make = entry.load()
    parameters = inspect.signature(make).parameters.values()
    first = {p.name: p.default for p in parameters if p.kind is p.POSITIONAL_ONLY}
    rest = {name: value for name, value in given.items() if name not in first}
    try:
        return make(*(given.get(name, usual) for name, usual in first.items()), **rest)
    except (TypeError, ValueError) as error:
        raise RxvoiceError(str(error)) from error


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


__all__ = ["made", "options"]
