"""Addresses of vendors, with their parameters."""

from collections.abc import Iterable, Mapping
from typing import Final, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

Scalar: TypeAlias = str | bool | int | float
Parameter: TypeAlias = Scalar | Iterable[Scalar] | None

_SOCKETS: Final = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
_PAGES: Final = {"http": "http", "https": "https", "ws": "http", "wss": "https"}


def socket_address(
    base: str, path: str = "", query: Mapping[str, Parameter] | None = None, /
) -> str:
    """Return the address of a websocket.

    Args:
        base: With ``wss://``, ``ws://``, ``https://`` or ``http://``, or only a host, which is
            reached by ``wss://``. Parameters that it has are kept.
        path: Appended to it.
        query: Parameters; see `query_of`.

    Raises:
        ValueError: When ``base`` is no such address.
    """
    return _joined(base, path, query, _SOCKETS)


def page_address(base: str, path: str = "", query: Mapping[str, Parameter] | None = None, /) -> str:
    """Return the address of a resource; as `socket_address`, but for HTTP."""
    return _joined(base, path, query, _PAGES)


def check_base(dialect: object, /) -> None:
    """Refuse a ``base_url`` that is no address, where options hold one.

    Raises:
        ValueError: When it is none.
    """
    base = getattr(dialect, "base_url", None)
    if isinstance(base, str):
        page_address(base)


def query_of(query: Mapping[str, Parameter], /) -> list[tuple[str, str]]:
    """Return parameters as they are written.

    None is left out, a truth value is ``true`` or ``false``, a list repeats its name.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, str | bool | int | float):
            pairs.append((name, _written(value)))
        elif value is not None:
            pairs.extend((name, _written(one)) for one in value)
    return pairs


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(
    base: str, path: str, query: Mapping[str, Parameter] | None, schemes: Mapping[str, str]
) -> str:
    given = base.strip()
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        place = (parts.hostname, parts.port)  # a port that is no number is an error
    except ValueError:
        parts, place = urlsplit(""), (None, None)
    scheme = schemes.get(parts.scheme)
    if scheme is None or not place[0]:
        raise ValueError(f"base_url must be a host, or begin with https:// or wss://, got {base!r}")
    pairs = parse_qsl(parts.query, keep_blank_values=True) + query_of(query or {})
    return urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + path, urlencode(pairs), ""))


__all__ = ["Parameter", "Scalar", "check_base", "page_address", "query_of", "socket_address"]
