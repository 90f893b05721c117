"""Options of providers, checked where they are given."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, Literal, Union, cast, get_args, get_origin, get_type_hints

from rxvoice.providers._address import check_base, query_of

_LOWEST_RATE: Final = 1_000
_HIGHEST_RATE: Final = 768_000


def check_options(options: Any, /) -> None:
    """Refuse options that cannot be; lists of them become tuples.

    A dataclass calls it when it is made. Of its class it knows ``names``, of options that the user
    calls otherwise; ``rates``, samples a second that the vendor takes; ``ranges``, the least and
    the most that a number may be, or the length of a list. Numbers are not negative anyway.

    Raises:
        TypeError: When an option is of a wrong type; it names the option, and not the value.
        ValueError: When a number is out of range, or a text none of those that there are.
    """
    kind = cast("type[Any]", type(options))
    names: Mapping[str, str] = getattr(kind, "names", {})
    ranges: Mapping[str, tuple[float, float]] = getattr(kind, "ranges", {})
    for field in fields(options):
        hint, name = _hints(kind)[field.name], names.get(field.name, field.name)
        value = _listed(getattr(options, field.name), hint)
        object.__setattr__(options, field.name, value)
        if not _fits(value, hint):
            literal = get_origin(_present(hint)) is Literal and isinstance(value, str)
            got = repr(value) if literal else type(value).__name__
            kinds = ValueError if literal else TypeError
            raise kinds(f"{name} must be {_described(hint)}, got {got}")
        _check_number(name, value, ranges.get(field.name))
        if isinstance(value, Mapping):
            _check_mapping(name, cast("Mapping[str, Any]", value), hint)
    _check_rate(options)
    check_base(options)


def check_time(name: str, value: object, /, *, least: float | None = None) -> None:
    """Refuse what is no time in seconds.

    Args:
        name: Of the option.
        value: Given for it.
        least: What it may be at least; more than 0 unless given.

    Raises:
        TypeError: When it is no number.
        ValueError: When it is too little, or without end.
    """
    if not isinstance(value, float | int) or isinstance(value, bool):
        raise TypeError(f"{name} must be a number, got {type(value).__name__}")
    if least is None and not 0.0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, got {value}")
    if least is not None and not least <= value < math.inf:
        raise ValueError(f"{name} must be finite and at least {least:g}, got {value}")


def _listed(value: object, hint: Any) -> object:
    """Return a list as a tuple; a text is no list of texts."""
    if get_origin(hint) is not Sequence or isinstance(value, str | bytes):
        return value
    return tuple(cast("Iterable[object]", value)) if isinstance(value, Iterable) else value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _check_number(name: str, value: object, bounds: tuple[float, float] | None) -> None:
    if name == "latency":
        check_time(name, value)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        low, high = bounds or (0.0, math.inf)
        if not (low <= value <= high and math.isfinite(value)):
            most = f"between {low:g} and {high:g}" if bounds else "finite and not negative"
            raise ValueError(f"{name} must be {most}, got {value}")
    elif isinstance(value, tuple) and bounds:
        count = len(cast("tuple[object, ...]", value))
        if count > bounds[1]:
            raise ValueError(f"{name} must hold at most {bounds[1]:g}, got {count}")


def _check_rate(options: Any) -> None:
    rate, rates = getattr(options, "sample_rate", _LOWEST_RATE), getattr(options, "rates", ())
    if rates and rate not in rates:
        raise ValueError(f"sample_rate must be one of {rates}, got {rate}")
    if not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
        limits = f"between {_LOWEST_RATE} and {_HIGHEST_RATE}"
        raise ValueError(f"sample_rate must be {limits}, got {rate}")


def _check_mapping(name: str, value: Mapping[str, Any], hint: Any) -> None:
    """Refuse what could not be written into a message, or into an address."""
    try:
        if Any in get_args(_present(hint)):
            json.dumps({**value})
        else:
            query_of(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must hold what can be sent as JSON: {error}") from error


def _fits(value: object, hint: Any) -> bool:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(_fits(value, one) for one in inner)
    if origin is Literal:
        return value in inner
    if origin is Sequence:
        return isinstance(value, tuple) and all(
            _fits(one, inner[0]) for one in cast("tuple[object, ...]", value)
        )
    if hint in (int, float):
        wanted = (int, float) if hint is float else int
        return isinstance(value, wanted) and not isinstance(value, bool)
    return isinstance(value, NoneType if hint is None else origin or hint)


def _described(hint: Any) -> str:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return " or ".join(dict.fromkeys(_described(one) for one in inner))
    if origin is Literal:
        return " or ".join(map(repr, inner))
    if origin is Sequence:
        return f"a list of {_described(inner[0])}"
    if hint is NoneType:
        return "None"
    return str(getattr(origin or hint, "__name__", hint))


def _present(hint: Any) -> Any:
    """Return a hint without None."""
    inner = [one for one in get_args(hint) if one is not NoneType]
    return inner[0] if get_origin(hint) in (Union, UnionType) else hint


__all__ = ["check_options", "check_time"]
