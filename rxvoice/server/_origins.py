"""Who may ask: hosts and origins of requests."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from multidict import MultiMapping

from ._hosts import Host, Origin, default_port, in_punycode, is_loopback, read_host, read_origin

RefusalKind: TypeAlias = Literal["host", "malformed", "foreign", "null", "missing"]
"""What is wrong with a request's ``Host`` or ``Origin``."""

_MESSAGES: Final[dict[RefusalKind, str]] = {
    "host": "this server does not go by that name",
    "malformed": "the headers Host and Origin cannot be read",
    "foreign": "pages of that origin are not allowed here",
    "null": "pages without an origin are not allowed here",
    "missing": "a request without an origin needs a token",
}
_STATUS: Final[dict[RefusalKind, int]] = {"host": 421, "malformed": 400, "missing": 401}

_METHODS: Final = "GET, POST, PATCH, DELETE"
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9-]{1,64}( *, *[A-Za-z0-9-]{1,64}){0,31}")
_REMEMBERED: Final = "600"
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


@dataclass(frozen=True, slots=True)
class OriginRefusal:
    """A request is not from where it may be.

    Attributes:
        kind: What is wrong.
    """

    kind: RefusalKind

    @property
    def status(self) -> int:
        """HTTP status of the refusal."""
        return _STATUS.get(self.kind, 403)

    @property
    def message(self) -> str:
        """One line for the client; it repeats nothing of the request."""
        return _MESSAGES[self.kind]


class Origins:
    """Tells which requests are from where they may be.

    A page may ask the host that it came from. On loopback, pages of this machine may, from
    whatever port; and requests have to name this machine, for a foreign page can let its own name
    point here. Anything that is no browser sends no origin: it may ask from this machine, or with
    a token.

    Args:
        bound: The host that the server is bound to; all of its defaults follow from whether that
            is `is_loopback`.
        allowed: Further origins, such as ``"https://example.com"``, exactly with their scheme and
            port; ``"null"`` for pages of files and sandboxes; ``"*"`` for all.
        hosts: Names by which the server is known besides, such as that of a proxy or a tunnel,
            with or without a scheme and a port. Beyond loopback any name will do when none are
            given; else only these, and addresses.

    Attributes:
        loopback: Whether the server is bound to loopback.

    Raises:
        ValueError: When an origin or a host cannot be read; it names it.
    """

    def __init__(
        self, bound: str, *, allowed: Iterable[str] = (), hosts: Iterable[str] = ()
    ) -> None:
        given = tuple(allowed)
        self.loopback: bool = is_loopback(bound)
        self._any = "*" in given
        self._null = self._any or "null" in given
        self._allowed = frozenset(_origin(text) for text in given if text not in ("*", "null"))
        self._hosts = frozenset(_host_name(text) for text in hosts)

    def check(
        self, headers: MultiMapping[str], *, token: bool = False, secure: bool = False
    ) -> OriginRefusal | None:
        """Return why a request may not be served, if so.

        Args:
            headers: Of the request.
            token: Whether it has brought a token that is valid.
            secure: Whether it is known to have come by TLS; pages that did not are foreign then.
        """
        try:
            host, origin = _only_host(headers), _only_origin(headers)
        except ValueError:
            return OriginRefusal("malformed")
        if not self._knows(host):
            return OriginRefusal("host")
        local = self.loopback and is_loopback(host.name) and not _forwarded(headers)
        if origin is None:
            return self._without_origin(headers, local or token)
        if origin == "null":
            return None if self._null else OriginRefusal("null")
        if self._any or origin in self._allowed or _same(origin, host, secure=secure):
            return None
        if local and is_loopback(origin.host.name) and origin.scheme in ("http", "https"):
            return None
        return OriginRefusal("foreign")

    def cors(self, headers: MultiMapping[str], *, secure: bool = False) -> dict[str, str]:
        """Return the headers of an answer that let a page of an allowed origin read it.

        Args:
            headers: Of the request.
            secure: As for `check`.
        """
        told = {"Vary": "Origin"}
        origin = headers.get("Origin")
        if origin is None or self.check(headers, secure=secure) is not None:
            return told
        return {**told, "Access-Control-Allow-Origin": "*" if self._any else origin}

    def preflight(
        self, headers: MultiMapping[str], *, secure: bool = False
    ) -> tuple[int, dict[str, str]]:
        """Return status and headers of the answer to an ``OPTIONS`` request of a browser.

        Cookies are never asked for.

        Args:
            headers: Of the request.
            secure: As for `check`.
        """
        told = self.cors(headers, secure=secure)
        if "Access-Control-Allow-Origin" not in told:
            refusal = self.check(headers, token=True, secure=secure)
            return (204 if refusal is None else refusal.status), told
        told["Access-Control-Allow-Methods"] = _METHODS
        told["Access-Control-Max-Age"] = _REMEMBERED
        asked = headers.get("Access-Control-Request-Headers", "").strip()
        if _HEADER_NAMES.fullmatch(asked):
            told["Access-Control-Allow-Headers"] = asked
        if headers.get("Access-Control-Request-Private-Network") == "true":
            told["Access-Control-Allow-Private-Network"] = "true"
        return 204, told

    def _knows(self, host: Host) -> bool:
        if host.name in self._hosts or is_loopback(host.name):
            return True
        return not self.loopback and (not self._hosts or host.is_address)

    def _without_origin(self, headers: MultiMapping[str], trusted: bool) -> OriginRefusal | None:
        match headers.get("Sec-Fetch-Site"):
            case "same-origin":
                return None
            case "cross-site" | "same-site" if not self._any:
                return OriginRefusal("foreign")
            case _:
                return None if trusted or self._any else OriginRefusal("missing")


def _same(origin: Origin, host: Host, *, secure: bool) -> bool:
    if origin.scheme != "https" and (secure or origin.scheme != "http"):
        return False
    usual = default_port(origin.scheme)
    return origin.host.name == host.name and (origin.host.port or usual) == (host.port or usual)


def _only_host(headers: MultiMapping[str]) -> Host:
    (value,) = headers.getall("Host", [])
    return read_host(value)


def _only_origin(headers: MultiMapping[str]) -> Origin | Literal["null"] | None:
    values = headers.getall("Origin", [])
    if not values:
        return None
    (value,) = values
    return "null" if value == "null" else read_origin(value)


def _forwarded(headers: MultiMapping[str]) -> bool:
    return any(name in headers for name in _FORWARDED)


def _origin(text: str) -> Origin:
    try:
        return read_origin(in_punycode(text.strip().removesuffix("/")))
    except ValueError:
        message = f"{text!r} is no origin; one is written as https://example.com, or with a port"
        raise ValueError(message) from None


def _host_name(text: str) -> str:
    try:
        bare = in_punycode(text.strip().removesuffix("/")).rpartition("://")[2]
        return read_host(bare).name
    except ValueError:
        raise ValueError(f"{text!r} is no host; one is written as example.com") from None


__all__ = ["OriginRefusal", "Origins", "RefusalKind"]
