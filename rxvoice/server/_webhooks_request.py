"""What of a request the signatures of telephone vendors are about."""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias
from urllib.parse import parse_qsl

Verdict: TypeAlias = Literal["signed", "missing", "wrong", "stale"]
"""What a signature is worth; a stale one is right, but was made too long ago, or later than now."""

Pairs: TypeAlias = tuple[tuple[str, str], ...]

TOLERANCE: Final = 300.0
"""Seconds between a signature that tells its time and now: Telnyx's own libraries take as many."""

_PORTS: Final = {"http": "80", "https": "443", "ws": "80", "wss": "443"}


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request, as whoever sent it has signed it.

    Attributes:
        method: In capitals.
        hosts: Names under which it may have been asked, with a port or without one.
        target: Path and query, as they came.
        headers: By their names in small letters.
        body: As it came.
        form: What the body holds where it is a form, in order.
    """

    method: str
    hosts: tuple[str, ...]
    target: str
    headers: Mapping[str, str]
    body: bytes = b""
    form: Pairs = ()

    @property
    def path(self) -> str:
        """The path, as it came."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> Pairs:
        """The parameters behind the path, in order."""
        return pairs_of(self.target.partition("?")[2])

    def urls(self, *schemes: str) -> Iterator[str]:
        """Return the addresses under which it may have been asked, without path and query.

        Whether TLS ended before this process is not always known, and vendors do not agree on
        whether a port belongs to what they sign. All are tried: no other's signature fits any.
        """
        for scheme in schemes:
            for host in self.hosts:
                bare = without_port(host)
                given = (host, bare, f"{bare}:{_PORTS[scheme]}")
                yield from (f"{scheme}://{one}" for one in dict.fromkeys(given))


def pairs_of(text: str) -> Pairs:
    """Return the parameters of a query or a form, in order, also empty ones."""
    return tuple(parse_qsl(text, keep_blank_values=True))


def without_port(host: str) -> str:
    """Return a host without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and not name.endswith(":") else host


def same(given: str, right: str) -> bool:
    """Compare without telling by the time where they differ."""
    return hmac.compare_digest(given.encode(errors="replace"), right.encode())


def any_same(given: str, rights: Iterable[str]) -> bool:
    """Compare with several: all are tried, so that the time tells nothing of them."""
    return any([same(given, right) for right in rights])


def is_recent(made: float, now: float, tolerance: float) -> bool:
    """Tell whether something was made within some seconds of now."""
    return abs(now - made) <= tolerance


__all__ = [
    "TOLERANCE",
    "Pairs",
    "Verdict",
    "Webhook",
    "any_same",
    "is_recent",
    "pairs_of",
    "same",
    "without_port",
]
