"""How a room is joined and used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ._methods import RpcMethod


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """All that was asked for, checked; see `livekit_room`.

    Attributes:
        url: Of the server.
        token: Makes the token when the room is joined.
        hear: Identity of who is heard; who comes first unless given.
        stay: Whether to stay when they leave.
        track: Name of the bot's track.
        rate: Samples a second that are heard.
        out_rate: Samples a second of the bot's tracks.
        frame: Seconds of audio in what is heard.
        reserve: Seconds of audio that the SDK may hold.
        capacity: Seconds of audio that may wait.
        text_topics: Of text streams.
        methods: That others may call.
        patience: Seconds that joining may take.
        name: Told in faults and logs.
    """

    url: str
    token: Callable[[], str] = field(repr=False)
    hear: str | None
    stay: bool
    track: str
    rate: int
    out_rate: int
    frame: float
    reserve: float
    capacity: float
    text_topics: tuple[str, ...]
    methods: Mapping[str, RpcMethod]
    patience: float
    name: str

    def __post_init__(self) -> None:
        if not self.url.startswith(("ws://", "wss://", "http://", "https://")):
            raise ValueError("url must begin with ws:// or wss://")
        for name, rate in (("rate", self.rate), ("out_rate", self.out_rate)):
            if not 8_000 <= rate <= 48_000 or rate % 100:
                raise ValueError(f"{name} must be hundreds in 8000…48000 Hz, got {rate}")
        if not 0.01 <= self.frame <= 0.1:
            raise ValueError(f"frame must be in 0.01…0.1 s, got {self.frame}")
        if not 0.02 <= self.reserve <= 1.0:
            raise ValueError(f"reserve must be in 0.02…1 s, got {self.reserve}")
        if not 0.1 <= self.capacity <= 3600.0:
            raise ValueError(f"capacity must be in 0.1…3600 s, got {self.capacity}")
        if self.patience <= 0.0:
            raise ValueError(f"patience must be positive, got {self.patience}")
        for name, text in (("track", self.track), ("name", self.name)):
            if not text:
                raise ValueError(f"{name} must not be empty")


__all__ = ["RoomSettings"]
