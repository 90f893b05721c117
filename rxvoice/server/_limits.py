"""How much a server takes from one client, and from all of them."""

import math
from dataclasses import dataclass, fields
from typing import Final, Literal, TypeAlias

ExcessKind: TypeAlias = Literal[
    "message_size", "message_rate", "byte_rate", "start_rate", "capacity", "draining"
]
"""Which limit was met."""

_STATUS: Final[dict[ExcessKind, int]] = {
    "message_size": 413,
    "message_rate": 429,
    "byte_rate": 429,
    "start_rate": 429,
    "capacity": 503,
    "draining": 503,
}
_CLOSE_CODE: Final[dict[ExcessKind, int]] = {
    "message_size": 1009,
    "message_rate": 1008,
    "byte_rate": 1008,
    "start_rate": 1008,
    "capacity": 1013,
    "draining": 1001,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a server takes before it refuses.

    The defaults let every client pass that plays or speaks in real time, with room for one that
    makes up for a pause of its network, and stop one that does not.

    Attributes:
        max_sessions: Sessions at a time. One core carries some dozens with real providers, so that
            100 is what a small machine bears; what a machine really carries has to be measured.
        retry_after: Seconds after which a client that was refused for want of room may ask again.
        max_body: Bytes of the body of a request. An offer of WebRTC with its candidates has some
            10,000.
        max_message: Bytes of one message of a websocket. A second of stereo at 48 kHz as base64
            has 256,000; a photograph for a model is what needs more.
        max_header: Bytes of one line of a request's head. A token has some 200, a long cookie
            4,096.
        messages_per_second: Of one connection, in the long run. Telephone lines send 50, browsers
            with packets of 10 ms send 100.
        bytes_per_second: Of one connection, in the long run. Stereo at 48 kHz as base64 has
            256,000.
        burst: Seconds of the two rates above that may come at once, after a pause as long. A
            mobile network that changes cells is silent for a second or two.
        starts_per_minute: Sessions that one peer may start, in the long run. People start one and
            now and then another; an office behind one address starts some.
        start_burst: How many of them at once.
        max_peers: Peers that are remembered, some 200 bytes each.
    """

    max_sessions: int = 100
    retry_after: float = 5.0
    max_body: int = 65_536
    max_message: int = 1_048_576
    max_header: int = 8_190
    messages_per_second: float = 200.0
    bytes_per_second: float = 524_288.0
    burst: float = 3.0
    starts_per_minute: float = 60.0
    start_burst: int = 20
    max_peers: int = 10_000

    def __post_init__(self) -> None:
        for field in fields(self):
            value: object = getattr(self, field.name)
            whole = field.type is int
            if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
                kind = "a whole number" if whole else "a number"
                raise TypeError(f"{field.name} must be {kind}, got {type(value).__name__}")
            if not 0 < value < math.inf:
                raise ValueError(f"{field.name} must be positive and finite, got {value}")
        if self.bytes_per_second * self.burst < self.max_message:
            raise ValueError(
                "bytes_per_second * burst must not be less than max_message, or the longest"
                " message could never pass"
            )
        if self.messages_per_second * self.burst < 1.0:
            raise ValueError("messages_per_second * burst must be 1 at least")


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit was met.

    Attributes:
        kind: Which.
        retry_after: Seconds after which the same would pass; infinite where it never would.
    """

    kind: ExcessKind
    retry_after: float = math.inf

    @property
    def status(self) -> int:
        """HTTP status of the refusal: 413, 429 or 503."""
        return _STATUS[self.kind]

    @property
    def close_code(self) -> int:
        """Close code for a websocket: 1001, 1008, 1009 or 1013."""
        return _CLOSE_CODE[self.kind]

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After`` in whole seconds, where waiting helps."""
        if math.isinf(self.retry_after):
            return {}
        return {"Retry-After": str(max(1, math.ceil(self.retry_after)))}

    @property
    def message(self) -> str:
        """One line for the client."""
        match self.kind:
            case "message_size":
                return "the message is too long"
            case "message_rate":
                return "too many messages a second"
            case "byte_rate":
                return "too many bytes a second"
            case "start_rate":
                return "too many sessions were started from this address"
            case "capacity":
                return "the server is full"
            case "draining":
                return "the server is going down"


__all__ = ["Excess", "ExcessKind", "Limits"]
