"""How a connection is made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rxvoice.items import MAX_RATE, MessageReceived
from rxvoice.transports._contract import Wire

from ._ice import IceServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What `rxvoice.transports.webrtc.WebRtcTransport` was given."""

    rate: int
    capacity: float
    video: bool
    ice_servers: tuple[IceServer, ...]
    reserve: float
    silence: float
    patience: float
    time_limit: float | None
    audio_after: Callable[[MessageReceived], bool] | None
    encode: Callable[[object], Iterable[Wire]]
    name: str

    def __post_init__(self) -> None:
        if not 0 < self.rate <= MAX_RATE:
            raise ValueError(f"rate must be in 1…{MAX_RATE} Hz, got {self.rate}")
        if not 0.02 <= self.capacity <= 3600.0:
            raise ValueError(f"capacity must be in 0.02…3600 s, got {self.capacity}")
        if not 0.0 <= self.reserve <= 1.0:
            raise ValueError(f"reserve must be in 0…1 s, got {self.reserve}")
        for name, value in (
            ("silence", self.silence),
            ("patience", self.patience),
            ("time_limit", self.time_limit),
        ):
            if value is not None and not value > 0.0:
                raise ValueError(f"{name} must be positive, got {value}")


__all__ = ["Settings"]
