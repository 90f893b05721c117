"""Rates of what comes in, by buckets of tokens."""

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from ._limits import Excess, Limits

_LONGEST_NAME: Final = 64
_NETWORK: Final = 64


class TokenBucket:
    """Lets a rate pass in the long run, and a burst at once.

    Args:
        rate: Tokens that come in a second.
        burst: Tokens that it holds; it begins full.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = -math.inf

    def take(self, now: float, amount: float = 1.0) -> float:
        """Take tokens, if there are as many.

        Args:
            now: Seconds on a clock. One that goes back brings no tokens.
            amount: How many.

        Returns:
            0 when they were taken; else the seconds until there are as many, infinite when it
            cannot hold them.
        """
        self._fill(now)
        if amount <= self._tokens:
            self._tokens -= amount
            return 0.0
        if amount > self._burst:
            return math.inf
        return (amount - self._tokens) / self._rate

    def give_back(self, now: float, amount: float = 1.0) -> None:
        """Put back what was taken for nothing.

        Args:
            now: Seconds on a clock.
            amount: How many tokens.
        """
        self._fill(now)
        self._tokens = min(self._burst, self._tokens + amount)

    def is_full(self, now: float) -> bool:
        """Tell whether it is as if nothing had ever been taken."""
        self._fill(now)
        return self._tokens >= self._burst

    def _fill(self, now: float) -> None:
        if now > self._at:
            tokens = self._tokens + (now - self._at) * self._rate
            self._tokens = tokens if tokens < self._burst else self._burst
            self._at = now


class ConnectionRates:
    """Measures what comes on one connection.

    Args:
        limits: What may come.
    """

    def __init__(self, limits: Limits) -> None:
        self._max_message = limits.max_message
        self._messages = _bucket(limits.messages_per_second, limits.burst)
        self._bytes = _bucket(limits.bytes_per_second, limits.burst)

    def take(self, now: float, size: int) -> Excess | None:
        """Take a message; return the limit that it exceeds, if any.

        What is refused uses up nothing, so that one who waits as long as told gets through.

        Args:
            now: Seconds on a clock that does not go back.
            size: Bytes of the message.
        """
        if size > self._max_message:
            return Excess("message_size")
        wait = self._messages.take(now)
        if wait:
            return Excess("message_rate", wait)
        wait = self._bytes.take(now, size)
        if wait:
            return Excess("byte_rate", wait)
        return None


class PeerStarts:
    """Measures how often each peer starts a session.

    It remembers a bounded number of peers. When there are more, those are forgotten that have not
    started anything for longest; a host that has that many addresses at hand is stopped by
    `Limits.max_sessions` only.

    Args:
        limits: What may come.
    """

    def __init__(self, limits: Limits) -> None:
        self._rate = limits.starts_per_minute / 60.0
        self._burst = float(limits.start_burst)
        self._most = limits.max_peers
        self._peers: OrderedDict[str, TokenBucket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._peers)

    def take(self, now: float, address: str) -> Excess | None:
        """Take a start; return the limit that it exceeds, if any.

        Args:
            now: Seconds on a clock that does not go back.
            address: Of the peer; see `peer_of`.
        """
        peer = peer_of(address)
        bucket = self._peers.get(peer)
        if bucket is None:
            bucket = self._peers[peer] = TokenBucket(self._rate, self._burst)
        self._peers.move_to_end(peer)
        wait = bucket.take(now)
        self._forget(now)
        return Excess("start_rate", wait) if wait else None

    def give_back(self, now: float, address: str) -> None:
        """Count a start no more that was taken.

        Args:
            now: Seconds on a clock that does not go back.
            address: Of the peer.
        """
        bucket = self._peers.get(peer_of(address))
        if bucket is not None:
            bucket.give_back(now)

    def _forget(self, now: float) -> None:
        # Two a start are enough to catch up; the newest has just been used, and stays.
        for _ in range(2):
            oldest = next(iter(self._peers))
            if len(self._peers) <= self._most and not self._peers[oldest].is_full(now):
                return
            if len(self._peers) > 1:
                del self._peers[oldest]


def peer_of(address: str) -> str:
    """Return by what a peer is known: one host may change the last half of its IPv6 address.

    Args:
        address: Of the peer's socket, without the port.

    Returns:
        An address of IPv4, a network of IPv6 such as ``"2001:db8::/64"``, or what was given, cut,
        when it is neither.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:_LONGEST_NAME]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            return str(ipaddress.IPv6Network((int(found) >> _NETWORK << _NETWORK, _NETWORK)))
        found = found.ipv4_mapped
    return str(found)


def client_address(peer: str, forwarded: Sequence[str] = (), *, proxies: int = 0) -> str:
    """Return the address of the client, behind proxies that can be trusted.

    A proxy appends the address that it was asked from to ``X-Forwarded-For``. What stands left of
    what our own proxies have written is up to the client.

    Args:
        peer: Address of the socket's far end.
        forwarded: Values of ``X-Forwarded-For``, in order.
        proxies: How many proxies of ours a request passes. With none, the header is not looked at.
    """
    if proxies < 1:
        return peer
    hops = [hop.strip() for value in forwarded for hop in value.split(",")]
    if len(hops) < proxies:
        return peer
    hop = hops[-proxies]
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:  # an address of IPv4 with a port
        hop = hop.partition(":")[0]
    try:
        return str(ipaddress.ip_address(hop))
    except ValueError:
        return peer


def _bucket(rate: float, burst: float) -> TokenBucket:
    return TokenBucket(rate, rate * burst)


__all__ = ["ConnectionRates", "PeerStarts", "TokenBucket", "client_address", "peer_of"]
