"""Faults, as data: what goes wrong while a fake answers one request."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class Fault:
    """Something that goes wrong on one request; ``a + b`` is both at once."""

    __slots__ = ()

    @property
    def parts(self) -> "tuple[Fault, ...]":
        """The single faults."""
        return (self,)

    def __add__(self, other: "Fault") -> "Fault":
        return Faults((*self.parts, *other.parts))


@dataclass(frozen=True, slots=True)
class Faults(Fault):
    """Several faults at once, as ``+`` makes them."""

    members: tuple[Fault, ...]

    @property
    def parts(self) -> tuple[Fault, ...]:
        """The single faults."""
        return self.members


@dataclass(frozen=True, slots=True)
class Refuse(Fault):
    """Answer with an error status, in the vendor's own shape.

    Attributes:
        status: The HTTP status, 400 to 599. A websocket's handshake fails with it.
        retry_after: Seconds that the client is asked to wait; a header of the answer.
        text: The error's text; by default what the vendor would say.
        headers: Further headers.
    """

    status: int = 503
    retry_after: float | None = None
    text: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ValueError(f"status must be in 400…599, got {self.status}")
        if self.retry_after is not None:
            check_seconds("retry_after", self.retry_after)


@dataclass(frozen=True, slots=True)
class Delay(Fault):
    """Answer late.

    Attributes:
        answer: Seconds before the request is answered at all: a slow handshake.
        first: Seconds between the answer's head and its first message.
        between: Seconds before each further message.
    """

    answer: float = 0.0
    first: float = 0.0
    between: float = 0.0

    def __post_init__(self) -> None:
        for name in ("answer", "first", "between"):
            check_seconds(name, getattr(self, name))


@dataclass(frozen=True, slots=True)
class Split(Fault):
    """Cut the bytes on the wire, head and frames included, into pieces that arrive one by one.

    Attributes:
        size: Bytes a piece. Without it the pieces have random sizes.
        seed: For random sizes; the same seed cuts the same way.
        most: The greatest random size.
        pause: Seconds between two pieces.
    """

    size: int | None = None
    seed: int = 0
    most: int = 40
    pause: float = 0.0

    def __post_init__(self) -> None:
        check_at_least("size", 1 if self.size is None else self.size, 1)
        check_at_least("most", self.most, 1)
        check_seconds("pause", self.pause)


@dataclass(frozen=True, slots=True)
class Merge(Fault):
    """Let messages arrive together, in one piece of bytes.

    Attributes:
        count: How many; what is left at the end of the answer arrives then.
    """

    count: int = 2

    def __post_init__(self) -> None:
        check_at_least("count", self.count, 1)


@dataclass(frozen=True, slots=True)
class Drop(Fault):
    """Let the TCP connection end, without the end that HTTP or the websocket has.

    Attributes:
        after: How many messages are sent before; None: the request is not answered at all.
        inside: Whether half of the next message is sent before.
        reset: Whether the connection is reset (RST) instead of ended (FIN).
    """

    after: int | None = 0
    inside: bool = False
    reset: bool = False

    def __post_init__(self) -> None:
        check_at_least("after", self.after or 0, 0)
        if self.inside and self.after is None:
            raise ValueError("inside needs a number of messages as after, got None")


@dataclass(frozen=True, slots=True)
class Hang(Fault):
    """Say nothing any more, not even a pong, while the connection stays open.

    Attributes:
        after: How many messages are sent before; None: the request is not answered at all.
    """

    after: int | None = 0

    def __post_init__(self) -> None:
        check_at_least("after", self.after or 0, 0)


@dataclass(frozen=True, slots=True)
class Close(Fault):
    """End the answer early, in good form: a websocket by a close frame, a body as if complete.

    Attributes:
        after: How many messages are sent before; 0 makes an empty answer.
        code: The websocket's close code.
        reason: The text that goes with it, at most 123 bytes.
    """

    after: int = 0
    code: int = 1011
    reason: str = ""

    def __post_init__(self) -> None:
        check_at_least("after", self.after, 0)
        if not 1000 <= self.code <= 4999:
            raise ValueError(f"code must be in 1000…4999, got {self.code}")
        if len(self.reason.encode()) > 123:
            raise ValueError("reason must have at most 123 bytes")


def check_seconds(name: str, value: float) -> None:
    """Refuse what is no duration."""
    if not 0.0 <= value < float("inf"):
        raise ValueError(f"{name} must be finite and not negative, got {value}")


def check_at_least(name: str, value: int, least: int) -> None:
    """Refuse too small a number."""
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


__all__ = [
    "Close",
    "Delay",
    "Drop",
    "Fault",
    "Faults",
    "Hang",
    "Merge",
    "Refuse",
    "Split",
    "check_at_least",
    "check_seconds",
]
