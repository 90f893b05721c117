"""Names of hosts and origins, read as browsers write them."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Final

from yarl import URL

_LONGEST: Final = 300
"""Characters; the name of a host has 253 at most, and there is a scheme and a port."""

_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*")
_PORT: Final = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """Where a server is.

    Attributes:
        name: In lower case, without a dot at its end; an address of IPv6 without brackets.
        port: ``None`` where it is the usual one of the scheme.
    """

    name: str
    port: int | None = None

    @property
    def is_address(self) -> bool:
        """Whether it is an address, which nobody's name server can change."""
        return ":" in self.name or _NUMBER.fullmatch(self.name.rpartition(".")[2]) is not None

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return name if self.port is None else f"{name}:{self.port}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose page asks.

    Attributes:
        scheme: Such as ``"https"``.
        host: Where the page came from; without the port that the scheme has anyway.
    """

    scheme: str
    host: Host

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}"


def read_host(text: str, /) -> Host:
    """Return what a ``Host`` header says.

    Addresses are read as browsers write them: four decimal numbers, or IPv6 in brackets without a
    zone. Names of other writings are expected in punycode.

    Raises:
        ValueError: When it is no host.
    """
    if len(text) > _LONGEST or not text.isascii():
        raise ValueError("this is no host")
    if text.startswith("["):
        inside, closed, rest = text[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or "%" in inside:
            raise ValueError("this is no host")
        return Host(_ipv6(inside), _port(rest[1:]) if rest else None)
    name, colon, port = text.partition(":")
    return Host(_name(name.lower()), _port(port) if colon else None)


def read_origin(text: str, /) -> Origin:
    """Return what an ``Origin`` header says.

    Raises:
        ValueError: When it is no origin: ``null``, or with a path, a user or a blank.
    """
    scheme, mark, rest = text[:_LONGEST].partition("://")
    scheme = scheme.lower()
    if len(text) > _LONGEST or not mark or _SCHEME.fullmatch(scheme) is None:
        raise ValueError("this is no origin")
    host = read_host(rest)
    if host.port == _DEFAULT_PORTS.get(scheme):
        host = Host(host.name)
    return Origin(scheme, host)


def default_port(scheme: str, /) -> int | None:
    """Return the usual port of a scheme, if it has one."""
    return _DEFAULT_PORTS.get(scheme)


def is_loopback(host: str, /) -> bool:
    """Tell whether a host, without a port, is this machine and nobody else reaches it.

    A server bound to ``""``, ``"0.0.0.0"`` or ``"::"`` is reached by others.
    """
    name = host.strip().lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


def in_punycode(text: str, /) -> str:
    """Return an origin or a host that a person has written, as browsers write it.

    Raises:
        ValueError: When its name cannot be one.
    """
    if text.isascii():
        return text
    scheme, mark, rest = text.rpartition("://")
    name, colon, port = rest.partition(":")
    found = URL.build(scheme="http", host=name).raw_host or ""
    if not found.isascii():
        raise ValueError("this is no host")
    return f"{scheme}{mark}{found}{colon}{port}"


def _name(text: str) -> str:
    name = text.removesuffix(".")
    labels = name.split(".")
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("this is no host")
    if _NUMBER.fullmatch(labels[-1]):  # browsers take it for an address, and write it so
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise ValueError("this is no host") from None
    return name


def _ipv6(text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(text))
    except ValueError:
        raise ValueError("this is no host") from None


def _port(text: str) -> int:
    if _PORT.fullmatch(text) is None or int(text) > 65_535:
        raise ValueError("this is no port")
    return int(text)


__all__ = [
    "Host",
    "Origin",
    "default_port",
    "in_punycode",
    "is_loopback",
    "read_host",
    "read_origin",
]
